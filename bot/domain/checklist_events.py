"""What can happen to a runbook's checklist in an incident.

A correction is an event of its own: the mark and that it was taken back both stay.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistStarted:
    """A runbook is followed from now on, in the edition that is named here.

    Attributes:
        version: As the file says it.
        digest: SHA-256 hex of the edition; numbers of steps are those of it.
        steps: How many it has.
    """

    name: ClassVar = "incident.checklist_started.v1"

    runbook: str
    version: int
    digest: str
    steps: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A person started on a runbook step.

    Attributes:
        open_evidence: Of a step that changes something: the evidence steps before it
            that were neither done nor skipped.
    """

    name: ClassVar = "incident.step_taken.v1"

    runbook: str
    step: int
    by: str
    open_evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished:
    """A runbook step was done, or skipped with a reason.

    Attributes:
        outcome: ``done`` or ``skipped``.
        open_evidence: As for `StepTaken`, where the step was done without being taken.
    """

    name: ClassVar = "incident.step_finished.v1"

    runbook: str
    step: int
    outcome: str
    by: str
    open_evidence: tuple[int, ...] = ()
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReopened:
    """A mark was taken back: the step is open again.

    Attributes:
        was: ``taken``, ``done`` or ``skipped``.
        whose: Who had marked it.
    """

    name: ClassVar = "incident.step_reopened.v1"

    runbook: str
    step: int
    was: str
    whose: str
    by: str
    reason: Untrusted | None = None


ChecklistEvent = ChecklistStarted | StepTaken | StepFinished | StepReopened
