"""What people ask about the steps of a runbook.

A command carries ids. The edition of the runbook is filled in by the service: the one
that the incident's checklist was started with, else the one on the shelf.
"""

from dataclasses import dataclass

from bot.domain.checklist import Edition
from bot.domain.person import Person
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChecklist:
    """Put a runbook's checklist into the incident's thread.

    Attributes:
        runbook: ``RB-07``; "" for the one that is followed or was suggested.
    """

    by: Person
    runbook: str = ""
    edition: Edition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    """Start on a runbook step.

    Attributes:
        edition: None where nothing is known of the runbook but its id.
    """

    by: Person
    runbook: str
    step: int
    edition: Edition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishStep:
    """Say that a step is done, or skip it with a reason; `edition` as above."""

    by: Person
    runbook: str
    step: int
    skipped: bool = False
    reason: Untrusted | None = None
    edition: Edition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenStep:
    """Take back that a step is taken, done or skipped: it was marked by mistake.

    Attributes:
        was: The state the person saw: if it moved on meanwhile, nothing is taken back.
            "" for whatever it is.
    """

    by: Person
    runbook: str
    step: int
    was: str = ""
    reason: Untrusted | None = None
    edition: Edition | None = None


StepCommand = StartChecklist | TakeStep | FinishStep | ReopenStep
