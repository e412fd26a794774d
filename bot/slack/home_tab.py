"""The Home tab: what is frozen, which plans wait for people, what is open. Pure.

What is read for it, and for whom, is the business of `home_door.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.domain.action_table import Stage
from bot.domain.plan_view import PlanView
from bot.domain.quoting import bare
from bot.ports.gate import MOVING, Standstill
from bot.slack import answers, cards, freeze_words, plan_held, plan_words, rich, words
from bot.slack.sentences import Code, Element, Piece, Strong, When, Who, coded
from bot.slack.writing_wishes import CATCH_UP_BUTTON

if TYPE_CHECKING:
    from bot.readmodels.board import BoardRow

LIFT_BUTTON = "freeze.lift"
HOW = "Type /incident help in a channel to see what you can do."
WHERE = (
    "People agree on a plan's own card, in its incident's channel. This was read when "
    "you opened the tab; open it again to see what is newer."
)
_LATE = 5
_PLANS = 10
_TARGET_MAX = 60
_ORDER = (Stage.PENDING, Stage.INDETERMINATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is said about changes to the outside.

    Attributes:
        still: What is frozen, and whether everything is stopped.
        plans: Plans that are not over, oldest first; None for whoever must not see
            them.
        may_lift: The reader may lift what is frozen.
        read: It could be read; without that nothing is known of any of it.
    """

    still: Standstill = MOVING
    plans: Sequence[PlanView] | None = None
    may_lift: bool = False
    read: bool = True


NO_CHANGES = Changes()
"""Where nothing is ever changed."""


def home(rows: "Sequence[BoardRow]", changes: Changes = NO_CHANGES) -> dict[str, Any]:
    """Return the Home tab for one reader.

    Args:
        rows: Open incidents, the worst first.
    """
    board = rich.actions("board", [cards.page("")])
    blocks = [
        *_stopped(changes),
        *_frozen(changes),
        *_waiting(changes),
        rich.header("head", "Open incidents"),
        _open(rows),
        *_late(rows),
        board,
        rich.small("how", HOW),
    ]
    return {"type": "home", "blocks": list(rich.within_budget(blocks))}


def _open(rows: "Sequence[BoardRow]") -> rich.Block:
    if rows:
        return answers.table("open", rows)
    return rich.rich_text("open", rich.section([words.NONE_OPEN]))


def _late(rows: "Sequence[BoardRow]") -> list[rich.Block]:
    """Return the buttons for who comes late to an incident."""
    buttons = [
        # Slack takes no two buttons of one name in one row.
        rich.button(
            f"Catch up: {row.id}", action=f"{CATCH_UP_BUTTON}.{number}", value=row.id
        )
        for number, row in enumerate(rows[:_LATE], 1)
    ]
    return [rich.actions("late", buttons)] if buttons else []


def _stopped(changes: Changes) -> list[rich.Block]:
    stop = changes.still.stopped
    if stop is None:
        return []
    said = freeze_words.stopped(stop.by, stop.since)
    return [
        rich.header("stopped_head", "Everything is stopped"),
        rich.rich_text("stopped", rich.section(said)),
    ]


def _frozen(changes: Changes) -> list[rich.Block]:
    """Return what is frozen until when, by whom and why, and how it is lifted."""
    if not changes.read:
        said = rich.section(coded(plan_words.HOME_NOT_READ))
        return [rich.rich_text("frozen", said)]
    if not changes.still.frozen:
        return []
    rows = rich.bullets(plan_held.told(one) for one in changes.still.frozen)
    blocks = [
        rich.header("frozen_head", "Changes are frozen"),
        rich.rich_text("frozen", rows, rich.section(_meanwhile(changes))),
    ]
    if changes.may_lift:
        label = (
            "Lift the freeze…"
            if len(changes.still.frozen) == 1
            else "Lift the freezes…"
        )
        lift = rich.button(label, action=LIFT_BUTTON, value="all", danger=True)
        blocks.append(rich.actions("lift", [lift]))
    return blocks


def _meanwhile(changes: Changes) -> list[Piece]:
    said: list[Piece] = [plan_words.MEANWHILE]
    if changes.may_lift:
        return said
    return [*said, " Ask an approver to lift it: ", Code("/incident unfreeze"), "."]


def _waiting(changes: Changes) -> list[rich.Block]:
    """Return the plans that are not over; those that wait for people first."""
    if not changes.read or changes.plans is None:
        return []
    plans = sorted(changes.plans, key=lambda one: one.stage not in _ORDER)
    head = rich.header("plans_head", "Plans")
    if not plans:
        return [
            head,
            rich.rich_text("plans", rich.section([plan_words.NO_OPEN_PLANS])),
        ]
    parts: list[Element] = [rich.bullets(_row(one) for one in plans[:_PLANS])]
    if plans[_PLANS:]:
        more: list[Piece] = [
            f"and {len(plans) - _PLANS} more: ",
            Code("/incident plans"),
        ]
        parts.append(rich.section([*more, "."]))
    return [head, rich.rich_text("plans", *parts), rich.small("where", WHERE)]


def _row(view: PlanView) -> list[Piece]:
    plan, draft = view.plan, view.plan.draft
    drill = "EXERCISE · " if plan.drill else ""
    what = rich.plain(bare(f"{draft.action} on {draft.target}"), _TARGET_MAX + 60)
    row: list[Piece] = [
        Strong(f"{drill}{plan_words.stands(view)}{plan_held.briefly(view)}"),
        *(f" · {plan.level} · {bare(plan.incident)} · ", Code(what["text"])),
        *(" · asked by ", Who(plan.requester)),
    ]
    return [*row, *_still(view)]


def _still(view: PlanView) -> list[Piece]:
    """Return who is missing, and until when."""
    ends = _ends(view)
    until: list[Piece] = [" · until ", When(ends, counts=True)] if ends else []
    if view.stage is not Stage.PENDING or view.mode == "observe":
        return until
    return [f" · {len(view.agreed)} of {view.plan.quorum} agreed", *until]


def _ends(view: PlanView) -> datetime | None:
    if view.stage is Stage.PENDING:
        return view.approve_by
    return view.apply_by if view.stage is Stage.APPROVED else None
