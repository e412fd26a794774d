"""What can have happened to an incident.

Events are stored for ever, so every field says what it means, and none of them
holds words: a field of type `Untrusted` is kept apart from the facts, the log
points to it by a salted digest, and once it is erased it reads as None.
Stored names are written by hand and never derived from Python names.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.domain.checklist_events import ChecklistEvent
from bot.domain.grouping_events import GroupingEvent
from bot.domain.judging_events import JudgingEvent, Offered
from bot.domain.question_events import QuestionAnswered
from bot.domain.severity import Severity
from bot.domain.telling_events import TellingEvent
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized


class Phase(StrEnum):
    """Where the response stands, as people say it."""

    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    MITIGATING = "mitigating"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Role(StrEnum):
    """Who does what in an incident."""

    COMMANDER = "commander"
    SCRIBE = "scribe"
    COMMS = "comms"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened:
    """An alert opened an incident.

    Attributes:
        alert: Id of the alert that opened it.
        source: Integration the alert came from.
        dedup: First 32 hex digits of SHA-256 over source and dedup key.
        category: Taxonomy id.
        rule: Rule that decided the category.
        severity: At the start.
        reasons: Codes of the reasons for the severity.
        system: Registered system, "" if none.
        channel: Slack channel id the incident lives in.
        detected_at: The sender's time where believable, else when we got it.
        drill: True only when the bot's own record says so.
        earlier: The last incident of the same problem, "" if there was none.
        offered: Runbooks that were suggested, best first; None in older entries.
        title: Redacted title.
    """

    name: ClassVar = "incident.opened.v1"

    alert: str
    source: str
    dedup: str
    category: str
    rule: str
    severity: Severity
    reasons: tuple[str, ...]
    system: str
    channel: str
    detected_at: datetime
    drill: bool = False
    earlier: str = ""
    offered: Offered | None = None
    title: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertJoined:
    """A further problem was counted to this incident.

    Repeats of a known problem are not events; `AlertsCounted` sums them up.

    Attributes:
        because: Code of the grouping rule, e.g. ``same_system``.
        category: Of the alert; "" in entries from before it was kept.
        severity: Of the alert.
        named: What kind of thing both name, where that decided; else "".
        thing: Which one, as the alert names it.
    """

    name: ClassVar = "incident.alert_joined.v1"

    alert: str
    source: str
    dedup: str
    because: str
    category: str = ""
    severity: Severity = Severity.NONE
    named: str = ""
    thing: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCleared:
    """The sender says that one of the problems is over."""

    name: ClassVar = "incident.alert_cleared.v1"

    alert: str
    source: str
    dedup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsCounted:
    """How many alerts the incident stood for at this moment.

    Attributes:
        count: Since the incident was opened, repeats included.
        digest: SHA-256 hex over the sorted alert ids, one per line.
    """

    name: ClassVar = "incident.alerts_counted.v1"

    count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChanged:
    """The severity moved, by a rule or by a person with a reason."""

    name: ClassVar = "incident.severity_changed.v1"

    was: Severity
    severity: Severity
    reasons: tuple[str, ...]
    by: str
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A person said: I am on it."""

    name: ClassVar = "incident.acknowledged.v1"

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned:
    """Somebody took or was given a role."""

    name: ClassVar = "incident.role_assigned.v1"

    role: Role
    to: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged:
    """The response moved on, or back."""

    name: ClassVar = "incident.phase_changed.v1"

    was: Phase
    phase: Phase
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A person added a line to the timeline.

    Attributes:
        message: ``channel/ts`` of the message it was taken from, or "".
    """

    name: ClassVar = "incident.noted.v1"

    by: str
    message: str = ""
    text: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The incident is over.

    Attributes:
        by: A person's id; ``tocsin`` when every sender cleared its alerts.
        outcome: ``fixed``, ``cleared``, ``false_alarm`` or ``duplicate``.
    """

    name: ClassVar = "incident.resolved.v1"

    by: str
    outcome: str
    summary: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """A resolved incident is open again.

    Attributes:
        because: Code, e.g. ``same_problem_again``.
        by: A person's id, or ``tocsin``.
    """

    name: ClassVar = "incident.reopened.v1"

    because: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nagged:
    """Nobody had acknowledged in time, and the channel was told.

    Attributes:
        due_at: When the reminder was due.
        late_s: How many whole seconds after that it was given.
    """

    name: ClassVar = "incident.nagged.v1"

    due_at: datetime
    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused:
    """The rules said no to a person. Refusals are part of the record.

    Attributes:
        command: Name of what was asked, e.g. ``resolve``.
        code: Code of the refusal.
    """

    name: ClassVar = "incident.command_refused.v1"

    command: str
    code: str
    by: str


Event = (
    IncidentOpened
    | AlertJoined
    | AlertCleared
    | AlertsCounted
    | SeverityChanged
    | Acknowledged
    | RoleAssigned
    | PhaseChanged
    | Noted
    | ChecklistEvent
    | Resolved
    | Reopened
    | Nagged
    | CommandRefused
    | Summarized
    | JudgingEvent
    | TellingEvent
    | QuestionAnswered
    | GroupingEvent
)
