"""What became of an incident's runbook steps and checklists. Pure.

The part of an incident's state that steps make; `incident.py` holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from bot.domain.checklist_events import (
    ChecklistEvent,
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """What became of one runbook step: ``taken``, ``done`` or ``skipped``."""

    state: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Which edition of a runbook is followed, and how many steps it has."""

    digest: str
    version: int
    steps: int


Steps = Mapping[tuple[str, int], StepState]


def started(
    checklists: Mapping[str, Started], event: ChecklistEvent
) -> Mapping[str, Started]:
    """Return which editions of which runbooks are followed after an event."""
    match event:
        case ChecklistStarted(runbook=runbook, digest=digest, steps=total):
            begun = Started(digest=digest, version=event.version, steps=total)
            return {**checklists, runbook: begun}
        case _:
            return checklists


def stepped(steps: Steps, event: ChecklistEvent) -> Steps:
    """Return what became of each step after an event."""
    match event:
        case ChecklistStarted():
            return steps
        case StepTaken(runbook=runbook, step=number, by=by):
            became = StepState(state="taken", by=by)
        case StepFinished(runbook=runbook, step=number, outcome=outcome, by=by):
            became = StepState(state=outcome, by=by)
        case StepReopened(runbook=runbook, step=number):
            key = (runbook, number)
            return {one: how for one, how in steps.items() if one != key}
        case _:
            assert_never(event)
    return {**steps, (runbook, number): became}
