"""What must hold for the steps of a runbook that change something.

Each can be proposed as it is written, checked and undone, and says where the values
come from that are typed. The other rules are in `runbook_lint.py`.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from bot.domain.envelope import EntityKind
from bot.domain.runbook import FIXED, FROM_ENTITY, FROM_STEP, MANUAL, Runbook, Step, Way

Actions = Mapping[str, Collection[str]]
"""Name of each registered action to the parameters that it needs."""

_FIGURE = re.compile(r"[0-9]")
_KINDS = frozenset(EntityKind)


def gated_problems(runbook: Runbook, actions: Actions) -> Iterator[str]:
    """Yield what is wrong with the steps that change something."""
    before: list[str] = []
    for step in runbook.steps:
        where = f"steps[{step.number}] {step.id}"
        if step.is_gated:
            places = _places(step, before)
            for problem in (*_action(step, actions), *places, *_way_back(step)):
                yield f"{where}: {problem}"
        before.append(step.id)


def _action(step: Step, actions: Actions) -> Iterator[str]:
    if not step.action:
        yield "a gated step names an action or says manual"
    if step.action in ("", MANUAL) and step.otherwise:
        yield "or says what does the same as the action, and there is none"
    names = [way.action for way in step.ways]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield f"{name} is named twice"
    for way in step.ways:
        yield from _way(way, actions)


def _way(way: Way, actions: Actions) -> Iterator[str]:
    needed = actions.get(way.action)
    if needed is None:
        yield f"no action is registered as {way.action}"
    if not way.params_from:
        yield f"params_from of {way.action} does not say where they come from"
    elif needed and {name for name, _ in way.params_from} != set(needed):
        all_of_them = ", ".join(sorted(needed))
        yield f"params_from of {way.action} must name exactly {all_of_them}"


def _way_back(step: Step) -> Iterator[str]:
    if step.level is None:
        yield "the level (T1, T2 or T3) is missing"
    if not step.verify:
        yield "verify is missing; name a figure and a window"
    elif not _FIGURE.search(step.verify):
        yield "verify names no figure"
    if not step.rollback and not step.irreversible:
        yield "say how to roll back, or why it is irreversible"
    if step.rollback and step.irreversible:
        yield "it says both rollback and irreversible"


def _places(step: Step, before: Collection[str]) -> Iterator[str]:
    """Yield the values that come from nowhere that there is."""
    for way in step.ways:
        for name, place in way.params_from:
            if problem := _misplaced(place, before):
                yield f"{name} of {way.action} is from {place!r}; {problem}"


def _misplaced(place: str, before: Collection[str]) -> str:
    if place.startswith(FIXED):
        return ""
    if place.startswith(FROM_ENTITY):
        known = place.removeprefix(FROM_ENTITY) in _KINDS
        return "" if known else "alerts name no such kind of thing"
    if place.startswith(FROM_STEP):
        comes = place.removeprefix(FROM_STEP) in before
        return "" if comes else "no step of that id comes before it"
    return "name an entity., a step. or a fixed. value"
