"""What can be asked of an incident, by a person or by an alert.

A command carries ids and the asker; everything else is read back from the log.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.envelope import Alert, Entity
from bot.domain.events import Phase, Role
from bot.domain.judging_events import Offered, Verdict, Vote
from bot.domain.person import Person, PersonKind
from bot.domain.severity import Severity
from bot.domain.step_commands import (
    FinishStep,
    ReopenStep,
    StartChecklist,
    StepCommand,
    TakeStep,
)
from bot.domain.together import Together
from bot.domain.untrusted import Untrusted

__all__ = [
    "Acknowledge",
    "AlertCommand",
    "Assign",
    "Calm",
    "Clear",
    "CloseDrill",
    "Command",
    "Count",
    "FinishStep",
    "Flap",
    "Join",
    "Move",
    "Nag",
    "Note",
    "Open",
    "Person",
    "PersonCommand",
    "PersonKind",
    "Reopen",
    "ReopenStep",
    "Rerank",
    "Resolve",
    "Snooze",
    "SnoozeOver",
    "StartChecklist",
    "StepCommand",
    "TakeStep",
    "Wake",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An alert that belongs to no incident opens one.

    Attributes:
        drill: The alert came through the lane of our own drills.
        earlier: The last incident of the same problem, "" if there was none.
        offered: Runbooks that are suggested, best first.
    """

    alert: Alert
    channel: str
    drill: bool = False
    earlier: str = ""
    offered: Offered = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """An alert belongs to this incident.

    Attributes:
        because: Code of the grouping rule.
        entity: The thing that both name, where that decided.
        worst: The worst severity of all the incident's alerts, this one included.
        category: The one that names the incident best; "" leaves it as it is.
        seen: Every category of its alerts.
        meanings: What these mean together.
    """

    alert: Alert
    because: str
    entity: Entity | None = None
    worst: Severity = Severity.NONE
    category: str = ""
    seen: tuple[str, ...] = ()
    meanings: tuple[Together, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """A sender says that its problem is over.

    Attributes:
        others: Other problems are firing that only the count knows.
        is_told: The problem stands in the log.
    """

    alert: Alert
    others: bool = False
    is_told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Flap:
    """A problem came back so often that its turns are only counted from now on."""

    alert: Alert
    turns: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """A flapping problem has stayed as it is for long enough.

    Attributes:
        firing: How it stayed.
        others: Other problems are firing that only the count knows.
    """

    source: str
    dedup: str
    turns: int
    firing: bool
    others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Put the incident to rest for a while."""

    by: Person
    lasts: timedelta
    reason: Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """End the rest of an incident before its time."""

    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeOver:
    """The time of a rest is up."""

    due_at: datetime


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
class Offer:
    """Other runbooks are suggested than before."""

    offered: Offered


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSuggestion:
    """Say what one thinks of a suggested runbook, whose `step` stood on the card."""

    by: Person
    runbook: str
    verdict: Verdict
    step: int = 0
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeText:
    """Say what one thinks of a text that a model wrote, or of one `claim` of it.

    `known` is what they said last; no `model` and `prompt` stand for no such text.
    """

    by: Person
    kind: str
    which: str
    vote: Vote
    claim: int = 0
    reason: Untrusted | None = None
    model: str = ""
    prompt: str = ""
    known: Vote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """End the incident."""

    by: Person
    outcome: str = "fixed"
    summary: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Open a resolved incident again.

    Attributes:
        twin: An open incident that has one of its problems; "" if there is none.
    """

    by: Person
    twin: str = ""


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
    | StepCommand
    | Resolve
    | Reopen
    | Snooze
    | Wake
    | JudgeSuggestion
    | JudgeText
)
AlertCommand = Open | Join | Clear | Flap | Calm
Command = PersonCommand | AlertCommand | Nag | Count | CloseDrill | SnoozeOver | Offer
