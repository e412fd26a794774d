"""What can be asked of an incident, by a person or by an alert.

A command carries ids and the asker; everything else is read back from the log.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.envelope import Alert
from bot.domain.events import Phase, Role
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted


class PersonKind(StrEnum):
    """What Slack says about a person. Only members change incidents."""

    MEMBER = "member"
    GUEST = "guest"
    EXTERNAL = "external"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks: ids only, never a name that its owner can edit."""

    id: str
    team: str
    kind: PersonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An alert that belongs to no incident opens one.

    Attributes:
        drill: The alert came through the lane of our own drills.
    """

    alert: Alert
    channel: str
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """An alert belongs to this incident.

    Attributes:
        because: Code of the grouping rule.
    """

    alert: Alert
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """A sender says that its problem is over."""

    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """I am on it."""

    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Give a role to a person."""

    by: Person
    role: Role
    to: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Add a line to the timeline.

    Attributes:
        text: Already redacted.
        message: ``channel/ts`` it was taken from, or "".
    """

    by: Person
    text: Untrusted
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Move the response to another phase; `Resolve` ends it."""

    by: Person
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerank:
    """Set the severity by hand, with a reason."""

    by: Person
    severity: Severity
    reason: Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    """Start on a runbook step."""

    by: Person
    runbook: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishStep:
    """Say that a step is done, or skip it with a reason."""

    by: Person
    runbook: str
    step: int
    skipped: bool = False
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """End the incident."""

    by: Person
    outcome: str = "fixed"
    summary: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Open a resolved incident again."""

    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Nag:
    """The time to acknowledge has run out."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDrill:
    """The drill that opened the incident is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Write down how many alerts the incident stands for."""

    count: int
    digest: str


PersonCommand = (
    Acknowledge
    | Assign
    | Note
    | Move
    | Rerank
    | TakeStep
    | FinishStep
    | Resolve
    | Reopen
)
Command = PersonCommand | Open | Join | Clear | Nag | Count | CloseDrill
