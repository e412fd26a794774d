"""The actions that do what a step says, as a checklist shows them. Pure."""

from collections.abc import Mapping

from bot.domain.checklist import ChecklistView
from bot.domain.runbook import FIXED, FROM_STEP, Step
from bot.slack.sentences import Code, Piece, Strong, clipped

_LONGEST = 300


def ways(view: ChecklistView, step: Step) -> list[list[Piece]]:
    """Say what can be proposed; which of them depends on where the system runs."""
    steps = view.edition.steps if view.edition else ()
    numbers = {one.id: one.number for one in steps}
    rows: list[list[Piece]] = []
    for way in step.ways:
        params = "; ".join(
            _param(name, place, numbers) for name, place in way.params_from
        )
        with_what = f" with {clipped(params, _LONGEST)}" if params else ""
        said = "Or: " if rows else "Action: "
        rows.append([Strong(said), Code(way.action), with_what])
    return rows


def _param(name: str, place: str, numbers: Mapping[str, int]) -> str:
    """Return what a parameter is, or where its value comes from."""
    if place.startswith(FIXED):
        return f"{name} = {place.removeprefix(FIXED)}"
    number = numbers.get(place.removeprefix(FROM_STEP))
    read = number if place.startswith(FROM_STEP) else None
    return f"{name} as read in step {read}" if read else f"{name} from {place}"
