"""What the timeline says about checklists and their steps.

The words that people wrote as a reason stand beside the sentence, not in it.
"""

from typing import assert_never

from bot.domain.checklist import TAKEN, short, steps_named
from bot.domain.checklist_events import (
    ChecklistEvent,
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)


def sentence(event: ChecklistEvent) -> str:
    """Say what happened to a checklist or a step."""
    match event:
        case ChecklistStarted():
            edition = f"version {event.version}, {short(event.digest)}"
            return (
                f"<@{event.by}> started the checklist of {event.runbook} "
                f"({edition}, {event.steps} steps)."
            )
        case StepTaken(runbook=runbook, step=step, by=by):
            return f"<@{by}> took step {step} of {runbook}{before(event)}."
        case StepFinished(runbook=runbook, step=step, outcome=outcome, by=by):
            marked = f"marked step {step} of {runbook} as {outcome}"
            return f"<@{by}> {marked}{before(event)}."
        case StepReopened():
            return reopened(event)
        case _:
            assert_never(event)


def before(event: StepTaken | StepFinished) -> str:
    """Say which evidence should have come first and was open; "" for none."""
    if not event.open_evidence:
        return ""
    return f", evidence {steps_named(event.open_evidence)} open"


def reopened(event: StepReopened) -> str:
    """Say that a mark was taken back, and whose it was."""
    what = f"step {event.step} of {event.runbook}"
    if event.was == TAKEN and event.whose == event.by:
        return f"<@{event.by}> gave {what} back."
    whose = "" if event.whose == event.by else f" by <@{event.whose}>"
    return f"<@{event.by}> reopened {what}; it had been {event.was}{whose}."
