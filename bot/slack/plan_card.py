"""The approval card, drawn. Pure: a view in, a message out.

It stands in the channel itself, so that everybody sees what may run. Buttons are
there only while they can do something, and never when the plan had to be cut. The
sentences are those of `plan_facts.py`; what the buttons do is decided by the gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.domain.action_table import Stage
from bot.domain.plan_view import PlanView
from bot.domain.quoting import bare
from bot.ports import Post
from bot.ports.gate import MOVING, Standstill
from bot.slack import exercise, freeze_words, plan_facts, plan_held, plan_words, rich
from bot.slack.plan_people import people
from bot.slack.plan_wishes import STOP_BUTTON
from bot.slack.rich import Block
from bot.slack.sentences import Code, Element, Piece, Strong, When, Who, clipped, spoken

_ROWS = 20
_PLAN_ROW_MAX = 200
# Less than a message may hold: what is cut still takes an ellipsis each.
_CUT_BUDGET = 8000
_WAITS = (Stage.DRAFT, Stage.PENDING)


def card(view: PlanView, *, token: str) -> Post:
    """Return a plan's card as it should stand in its channel.

    Args:
        token: Value of its buttons, made by the gate.
    """
    return Post(
        key=f"plan/{view.plan.id}",
        channel=view.plan.channel,
        text=fallback(view),
        blocks=rich.within_budget(_blocks(view, token)),
    )


def fits(view: PlanView) -> bool:
    """Tell whether the whole plan stands on one card, with nothing cut.

    It is judged as it was put before people: what became of it does not count.
    """
    waits = replace(view, stage=Stage.PENDING, outcome="", moved_by=(), held=None)
    if not plan_facts.is_whole(waits):
        return False
    drawn = _said(waits)
    return rich.within_budget(drawn) == tuple(drawn)


def glass_alarm(view: PlanView, *, channel: str) -> Post | None:
    """Return what the security channel is told; None without such a channel.

    It has no buttons: a plan is decided about in its incident's channel.
    """
    if not channel:
        return None
    plan = view.plan
    row: list[Piece] = [
        *(*plan_facts.glass(view), " ", Code(_short(plan.draft.action)), " on "),
        *(Code(_short(plan.draft.target)), f", {plan.level}, {bare(plan.incident)}"),
        f", plan {bare(plan.id)}.",
    ]
    post = Post(
        key=f"glass/{plan.id}",
        channel=channel,
        text=spoken(row),
        blocks=rich.within_budget([rich.rich_text("glass", rich.section(row))]),
    )
    return exercise.marked(post) if plan.drill else post


def not_as_promised(view: PlanView) -> Post:
    """Return what the incident's thread is told of a figure that did not follow."""
    plan = view.plan
    row: list[Piece] = [
        Strong(plan_words.NOT_AS_PROMISED),
        *(
            " ",
            Code(_short(plan.draft.action)),
            " on ",
            Code(_short(plan.draft.target)),
        ),
        " ran and its facts are as planned, but ",
        *plan_facts.figure(view),
        f" {plan_words.LOOK_FURTHER}",
    ]
    return Post(
        key=f"measured/{plan.id}",
        channel=plan.channel,
        text=spoken(row),
        blocks=rich.within_budget([rich.rich_text("measured", rich.section(row))]),
        thread=f"card/{plan.incident}",
    )


def _blocks(view: PlanView, token: str) -> list[Block]:
    if not fits(view):
        return _cut(view)
    row = _buttons(view, token) if token else []
    return [*_said(view), *([rich.actions("do", row)] if row else [])]


def _cut(view: PlanView) -> list[Block]:
    """Return the beginning of a plan that is too large, and say that it is."""
    draft = view.plan.draft
    some = replace(draft, steps=draft.steps[:_ROWS], changes=draft.changes[:_ROWS])
    head, *rest = _said(replace(view, plan=replace(view.plan, draft=some)))
    cut = rich.section([Strong(plan_words.DOES_NOT_FIT)])
    found = [head, rich.rich_text("cut", cut), *rest]
    return list(rich.within_budget(found, budget=_CUT_BUDGET))


def _said(view: PlanView) -> list[Block]:
    """Return the card without its buttons."""
    head = rich.header("head", _headline(view))
    shown = rich.rich_text("plan", *plan_facts.parts(view))
    proof = rich.small("proof", plan_facts.proof(view))
    if view.stage in _WAITS and not view.outcome:
        return [head, shown, proof]
    ended = rich.rich_text("stands", rich.section(plan_facts.outcome(view)))
    return [head, ended, shown, proof]


def _headline(view: PlanView) -> str:
    plan = view.plan
    drill = "EXERCISE · " if plan.drill else ""
    what = f"{bare(plan.draft.action)} · {bare(plan.draft.target)}"
    return f"{drill}{plan_words.stands(view)} · {plan.level} · {what}"


def fallback(view: PlanView) -> str:
    """Return one sentence for screen readers and notices: where it stands first."""
    plan = view.plan
    drill = "Exercise: " if plan.drill else ""
    row: list[Piece] = [f"{drill}{plan_words.stands(view)}"]
    waits = view.stage in _WAITS
    if view.moved_by and not waits:
        row += [" by ", *people(view.moved_by)]
    row += [f", {plan.level}: ", Code(_short(plan.draft.action)), " on "]
    row += [Code(_short(plan.draft.target)), f", {bare(plan.incident)}"]
    row += [", asked by ", Who(plan.requester), "."]
    if waits and view.mode == "observe":
        return spoken([*row, f" Would have to agree: {plan_facts.needed(plan)}."])
    if waits and view.approve_by:
        needs = f", it needs {', '.join(view.needs)}" if view.needs else ""
        row += [f" {len(view.agreed)} of {plan.quorum} have agreed{needs}, until "]
        row += [When(view.approve_by), "."]
    return spoken(row)


def _short(text: str) -> str:
    return clipped(bare(text), 60)


_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "plan.review": "Review and confirm",
        "plan.reject": "Reject",
        STOP_BUTTON: "Stop",
        "plan.reconcile": "Say what happened",
        "plan.rollback": "Propose rollback",
    }
)
_OFFERED: Mapping[Stage, Sequence[str]] = MappingProxyType(
    {
        Stage.PENDING: ("plan.review", "plan.reject"),
        Stage.APPROVED: (STOP_BUTTON,),
        Stage.APPLYING: (STOP_BUTTON,),
        Stage.INDETERMINATE: ("plan.reconcile",),
    }
)
_PRIMARY = "plan.review"
_DANGER = ("plan.reject", STOP_BUTTON)


def _buttons(view: PlanView, token: str) -> list[Element]:
    names = list(_OFFERED.get(view.stage, ()))
    if view.mode == "observe" and _PRIMARY in names:
        # Nobody can agree to what is only shown.
        names.remove(_PRIMARY)
    if view.rollback:
        names.append("plan.rollback")
    return [
        rich.button(
            _label(name, view),
            action=name,
            value=token,
            primary=name == _PRIMARY,
            danger=name in _DANGER,
        )
        for name in names
    ]


def _label(name: str, view: PlanView) -> str:
    # What has begun is stopped by the kill switch alone, and that stops every plan.
    if name == STOP_BUTTON and view.stage is Stage.APPLYING:
        return "Stop everything"
    return _LABELS[name]


def listed(views: Sequence[PlanView], still: Standstill = MOVING) -> dict[str, Any]:
    """Return the answer to `/incident plans`: what is open, oldest first.

    Args:
        still: What keeps all of them from beginning.
    """
    held = [plan_held.frozen(one) for one in still.frozen]
    if (stop := still.stopped) is not None:
        held = [freeze_words.stopped(stop.by, stop.since), *held]
    rows = [rich.section(one) for one in held]
    if not views and not held:
        return {"response_type": "ephemeral", "text": plan_words.NO_OPEN_PLANS}
    text = spoken(held[0]) if held else ""
    if views:
        rows.append(rich.bullets(_row(view) for view in views[:_ROWS]))
        text = spoken([f"Open plans: {len(views)}. The oldest is ", *_row(views[0])])
    if views[_ROWS:]:
        rows.append(rich.section([f"and {len(views) - _ROWS} more."]))
    blocks = rich.within_budget([rich.rich_text("plans", *rows)])
    return {"response_type": "ephemeral", "text": text, "blocks": list(blocks)}


def _row(view: PlanView) -> list[Piece]:
    plan = view.plan
    drill: list[Piece] = [Strong("EXERCISE"), " · "] if plan.drill else []
    row = [*drill, Code(plan.id), f" · {plan.level} · {bare(plan.incident)} · "]
    what = rich.plain(
        bare(f"{plan.draft.action} on {plan.draft.target}"), _PLAN_ROW_MAX
    )
    row += [Code(what["text"]), f" · {plan_words.stands(view).lower()}"]
    until = view.approve_by if view.stage is Stage.PENDING else None
    return [*row, " until ", When(until)] if until else row
