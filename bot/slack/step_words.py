"""What the Slack room says of steps: taken, done, skipped, taken back. Pure.

How a whole checklist looks is in `checklist_card.py`.
"""

from collections.abc import Sequence
from typing import assert_never

from bot.domain.checklist import TAKEN, steps_named
from bot.domain.checklist_events import (
    ChecklistEvent,
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.events import Event
from bot.domain.step_commands import (
    FinishStep,
    ReopenStep,
    StartChecklist,
    StepCommand,
    TakeStep,
)
from bot.slack.sentences import Foreign, Piece, Who


def sentence(event: ChecklistEvent) -> list[Piece]:
    """Return what to say about an event; nothing where the checklist says it all."""
    match event:
        case ChecklistStarted():
            return []
        case StepTaken(runbook=runbook, step=step, by=by):
            return [Who(by), f" took step {step} of {runbook}{_before(event)}."]
        case StepFinished():
            return _finished(event)
        case StepReopened():
            return _reopened(event)
        case _:
            assert_never(event)


def warning(events: Sequence[Event]) -> str:
    """Return what to tell a person who went on without evidence; "" for nothing."""
    for event in events:
        if isinstance(event, StepTaken | StepFinished) and event.open_evidence:
            steps = steps_named(event.open_evidence)
            verb = "is" if len(event.open_evidence) == 1 else "are"
            return (
                f"Step {event.step} of {event.runbook} changes something, and evidence "
                f"{steps} {verb} open. The timeline says so. Keep the evidence first "
                "if there is time for it: afterwards it may be gone."
            )
    return ""


def done(command: StepCommand) -> str:
    """Say what a command did, to the person who gave it."""
    match command:
        case StartChecklist():
            return "the checklist stands in the incident's thread."
        case TakeStep(runbook=runbook, step=step):
            return f"step {step} of {runbook} is yours."
        case FinishStep(runbook=runbook, step=step, skipped=skipped):
            return f"step {step} of {runbook} is {'skipped' if skipped else 'done'}."
        case ReopenStep(runbook=runbook, step=step):
            return f"step {step} of {runbook} is open again."
        case _:
            assert_never(command)


def _before(event: StepTaken | StepFinished) -> str:
    if not event.open_evidence:
        return ""
    return f", with evidence {steps_named(event.open_evidence)} open"


def _finished(event: StepFinished) -> list[Piece]:
    verb = "skipped" if event.outcome == "skipped" else "finished"
    what = f" {verb} step {event.step} of {event.runbook}{_before(event)}"
    start: list[Piece] = [Who(event.by), what]
    if event.reason is None:
        return [*start, "."]
    return [*start, ": ", Foreign(event.reason)]


def _reopened(event: StepReopened) -> list[Piece]:
    what = f"step {event.step} of {event.runbook}"
    row: list[Piece] = [Who(event.by)]
    if event.was == TAKEN and event.whose == event.by:
        row.append(f" gave {what} back")
    else:
        row.append(f" reopened {what}; it had been {event.was}")
        row += [] if event.whose == event.by else [" by ", Who(event.whose)]
    return [*row, "."] if event.reason is None else [*row, ": ", Foreign(event.reason)]
