"""The steps of a draft: what people did, evidence before anything that changes.

A runbook's step is taken over as it is; a plan that ran becomes a gated step with its
action, its level, and how it is verified and undone. The order is theirs, but for the
steps that only look, which come first.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.domain.course import Course, PlanRan, StepRan
from bot.domain.draft_shelf import TODO, Cited, Shelf
from bot.domain.runbook import Level, Runbook, Step, StepKind
from bot.domain.untrusted import clip

_FIGURE = re.compile(r"\d")
_LONGEST = 200


def steps_of(course: Course, shelf: Shelf) -> tuple[Cited, ...]:
    """Return the steps of a draft, numbered, each with what it was made of."""
    done = [one for one in course.steps if one.outcome != "skipped"]
    taken = [(one.at, _of_runbook(one, shelf)) for one in done]
    ran = [(one.at, _of_plan(one, course, shelf)) for one in course.plans]
    ordered = [cited for _, cited in sorted([*taken, *ran], key=lambda pair: pair[0])]
    merged = list(_merged(ordered))
    first = [one for one in merged if one.step.kind is StepKind.READ]
    if not first:
        first = list(_looking(shelf.base(course)))
    rest = [one for one in merged if one.step.kind is not StepKind.READ]
    return _numbered([*first, *rest])


def _of_runbook(ran: StepRan, shelf: Shelf) -> Cited:
    of = f"{ran.runbook} step {ran.number}, {ran.outcome} {ran.at:%H:%M} UTC"
    known = shelf.step(ran.runbook, ran.number)
    made = known or Step(
        number=0,
        id=f"{ran.runbook.lower()}-{ran.number}",
        text=f"{TODO}: what step {ran.number} of {ran.runbook} was.",
        kind=StepKind.MANUAL,
    )
    return Cited(step=made, of=(of,))


def _of_plan(ran: PlanRan, course: Course, shelf: Shelf) -> Cited:
    draft, near = ran.plan.draft, [one.runbook for one in course.steps]
    known = shelf.with_action(draft.action, (*near, *course.suggested))
    undo = f"Propose {draft.rollback} with the parameters of the plan."
    made = Step(
        number=0,
        id=draft.action.rpartition(".")[2].replace("_", "-"),
        text=known.text if known else f"{TODO}: when and why. Run {draft.action}.",
        kind=StepKind.GATED,
        action=draft.action,
        params_from=_params(ran, course, shelf, known),
        level=Level(ran.plan.level.value),
        verify=_verify(draft.verify, shelf),
        rollback=undo if draft.rollback else "",
        irreversible="" if draft.rollback else _why(draft.irreversible_because),
        stop_if=known.stop_if if known else f"{TODO}: when not to do it.",
    )
    return Cited(step=made, of=(_ran(ran),))


def _ran(ran: PlanRan) -> str:
    stage = ran.stage.value.lower().replace("_", " ")
    seen = f", {ran.seen}" if ran.seen else ""
    undone = f", undone by {ran.undone_by}" if ran.undone_by else ""
    return f"{ran.plan.id} {ran.at:%H:%M} UTC, {stage}{seen}{undone}"


def _params(
    ran: PlanRan, course: Course, shelf: Shelf, known: Step | None
) -> tuple[tuple[str, str], ...]:
    """Return from where each parameter comes; no value of this incident is kept."""
    places: Mapping[str, str] = {one: kind for kind, one in course.entities}
    given = dict(ran.plan.draft.params)
    ways = known.ways if known else ()
    ran_as = ran.plan.draft.action
    told = next((dict(one.params_from) for one in ways if one.action == ran_as), {})
    return tuple(
        (name, told.get(name) or _place(given.get(name, ""), places))
        for name in shelf.required.get(ran_as, ())
    )


def _place(value: str, places: Mapping[str, str]) -> str:
    return f"entity.{places[value]}" if value in places else f"fixed.{TODO}"


def _verify(said: str, shelf: Shelf) -> str:
    clean = clip(" ".join(shelf.mask(said).split()), _LONGEST)
    if _FIGURE.search(clean):
        return clean
    return f"{clean or 'It holds'} ({TODO}: a figure and a window, e.g. for 10 min)"


def _why(said: str) -> str:
    return said or f"{TODO}: why it cannot be undone"


def _merged(ordered: list[Cited]) -> Iterator[Cited]:
    """Yield steps, a gated one and the plan that carried it out as one."""
    by_action: dict[str, Cited] = {}
    for one in ordered:
        action = one.step.action
        if one.step.is_gated and "." in action:
            known = by_action.get(action)
            of = (*known.of, *one.of) if known else one.of
            by_action[action] = replace(one if _is_plan(one) else known or one, of=of)
    told: set[str] = set()
    for one in ordered:
        action = one.step.action
        if action not in by_action:
            yield one
        elif action not in told:
            told.add(action)
            yield by_action[action]


def _is_plan(cited: Cited) -> bool:
    return any(one.startswith("pl_") for one in cited.of)


def _looking(base: Runbook | None) -> Iterator[Cited]:
    """Yield a step that looks, where nobody took one: evidence comes first."""
    looks = [one for one in base.steps if one.kind is StepKind.READ] if base else []
    if base is not None and looks:
        yield Cited(step=looks[0], of=(f"{base.id} step {looks[0].number}, not taken",))
    else:
        text = f"{TODO}: what to save before anything is changed."
        made = Step(number=0, id="evidence", text=text, kind=StepKind.READ)
        yield Cited(step=made, of=("nobody took such a step",))


def _numbered(cited: list[Cited]) -> tuple[Cited, ...]:
    """Return the steps with their numbers; an id that comes twice gets its own."""
    seen: dict[str, int] = {}
    made: list[Cited] = []
    for number, one in enumerate(cited, 1):
        count = seen[one.step.id] = seen.get(one.step.id, 0) + 1
        name = one.step.id if count == 1 else f"{one.step.id}-{count}"
        made.append(replace(one, step=replace(one.step, number=number, id=name)))
    return tuple(made)
