"""The state of an incident, folded from its events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce

from bot.domain.checklist_events import (
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.events import (
    Acknowledged,
    AlertCleared,
    AlertJoined,
    AlertsCounted,
    CommandRefused,
    Event,
    IncidentOpened,
    Nagged,
    Noted,
    Phase,
    PhaseChanged,
    Reopened,
    Resolved,
    Role,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.grouping_events import (
    CategoryChanged,
    Correlated,
    Flapping,
    FlappingEnded,
    GroupingEvent,
    Snoozed,
    Woken,
)
from bot.domain.judged import Judged, judged_at_first, judged_by, shown
from bot.domain.judging_events import JudgingEvent
from bot.domain.question_events import QuestionAnswered
from bot.domain.severity import Severity
from bot.domain.stepped import Started, Steps, started, stepped
from bot.domain.summary import Written
from bot.domain.telling_events import TellingEvent
from bot.domain.telling_state import Telling, has_commander, told
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized
from bot.domain.written import written_of

# How ids of what kinds of alert mean together begin.
MEANS = "together."


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident as it is now.

    Attributes:
        firing: Dedup digests of problems that have not been cleared.
        cleared: Dedup digests of problems whose sender said they are over.
        acked_by: First person who acknowledged, "" if nobody has.
        roles: Role to person id.
        steps: (runbook, step) to what became of it.
        checklists: Runbook to the edition that is followed, the first begun first.
        outcome: How it ended, "" while it is open.
        meanings: Ids of what its kinds of alert mean together.
        flapping: Dedup digests of problems that come and go, to how often they did.
        snoozed_until: When its rest ends; None while it is awake.
        snoozed_by: Who put it to rest.
        snooze_reason: Why; None where it was erased.
        earlier: The last incident of the same problem, "" if there was none.
        written: What a model wrote of it as it is; None once more is known than that.
        judged: What people said of suggestions and of a model's statements.
        telling: What others were told and promised.
    """

    title: Untrusted | None = None
    category: str = ""
    rule: str = ""
    severity: Severity = Severity.NONE
    reasons: tuple[str, ...] = ()
    severity_by: str = ""
    system: str = ""
    channel: str = ""
    detected_at: datetime | None = None
    drill: bool = False
    phase: Phase = Phase.TRIAGE
    acked_by: str = ""
    roles: Mapping[Role, str] = field(default_factory=dict)
    steps: Steps = field(default_factory=dict)
    checklists: Mapping[str, Started] = field(default_factory=dict)
    firing: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    sources: tuple[str, ...] = ()
    outcome: str = ""
    meanings: tuple[str, ...] = ()
    flapping: Mapping[str, int] = field(default_factory=dict)
    snoozed_until: datetime | None = None
    snoozed_by: str = ""
    snooze_reason: Untrusted | None = None
    earlier: str = ""
    written: Written | None = None
    judged: Judged = field(default_factory=Judged)
    telling: Telling = field(default_factory=Telling)

    @property
    def is_snoozed(self) -> bool:
        """Tell whether a person put it to rest."""
        return self.snoozed_until is not None

    @property
    def exists(self) -> bool:
        """Tell whether anything opened it."""
        return self.channel != ""

    @property
    def is_open(self) -> bool:
        """Tell whether people are still needed."""
        return self.exists and self.phase is not Phase.RESOLVED

    @property
    def commander(self) -> str:
        """The commander's id, "" if nobody has the role."""
        return self.roles.get(Role.COMMANDER, "")


def evolve(  # noqa: C901 - one case per event, so that mypy finds a gap
    incident: Incident, event: Event
) -> Incident:
    """Return the incident as it is after `event`. Never refuses: it happened."""
    match event:
        case IncidentOpened():
            return _opened(event)
        case AlertJoined(dedup=dedup, source=source):
            return _firing(incident, dedup, source)
        case AlertCleared(dedup=dedup):
            firing, cleared = incident.firing - {dedup}, incident.cleared | {dedup}
            return replace(incident, firing=firing, cleared=cleared)
        case SeverityChanged(severity=rank, reasons=why, by=by):
            return replace(incident, severity=rank, reasons=why, severity_by=by)
        case Acknowledged(by=by):
            return replace(incident, acked_by=incident.acked_by or by)
        case RoleAssigned(role=role, to=to):
            return _assigned(incident, role, to)
        case PhaseChanged(phase=phase):
            return replace(incident, phase=phase)
        case Resolved(outcome=outcome):
            ended = replace(incident, phase=Phase.RESOLVED, outcome=outcome)
            return _awake(ended)
        case Reopened():
            return replace(incident, phase=Phase.INVESTIGATING, outcome="")
        case AlertsCounted() | Noted() | Nagged() | CommandRefused():
            return incident
        case ChecklistStarted() | StepTaken() | StepFinished() | StepReopened():
            return replace(
                incident,
                steps=stepped(incident.steps, event),
                checklists=started(incident.checklists, event),
            )
        case _:
            return _quietly(incident, event)


def _quietly(
    incident: Incident,
    event: GroupingEvent | Summarized | JudgingEvent | TellingEvent | QuestionAnswered,
) -> Incident:
    match event:
        case Correlated(rules=rules):
            return _correlated(incident, rules)
        case CategoryChanged(category=category, rule=rule):
            return replace(incident, category=category, rule=rule)
        case Flapping(dedup=dedup, turns=turns):
            turning = {**incident.flapping, dedup: turns}
            return replace(incident, flapping=turning)
        case FlappingEnded():
            return _calm(incident, event)
        case Snoozed():
            return replace(
                incident,
                snoozed_until=event.until,
                snoozed_by=event.by,
                snooze_reason=event.reason,
            )
        case Woken():
            return _awake(incident)
        case Summarized():
            judged, written = shown(incident.judged, written_of(event), kept=event.kept)
            return replace(incident, judged=judged, written=written)
        case _:
            return _beside(incident, event)


def _beside(
    incident: Incident, event: JudgingEvent | TellingEvent | QuestionAnswered
) -> Incident:
    if isinstance(event, QuestionAnswered):
        return incident
    if isinstance(event, TellingEvent):
        return replace(incident, telling=told(incident.telling, event))
    judged, written = judged_by(incident.judged, incident.written, event)
    return replace(incident, judged=judged, written=written)


def fold(events: Iterable[Event]) -> Incident:
    """Rebuild an incident from its events."""
    return reduce(evolve, events, Incident())


def _assigned(incident: Incident, role: Role, to: str) -> Incident:
    telling = incident.telling
    if role is Role.COMMANDER:
        telling = has_commander(telling)
    return replace(incident, roles={**incident.roles, role: to}, telling=telling)


def _opened(event: IncidentOpened) -> Incident:
    return Incident(
        title=event.title,
        category=event.category,
        rule=event.rule,
        severity=event.severity,
        reasons=event.reasons,
        system=event.system,
        channel=event.channel,
        detected_at=event.detected_at,
        drill=event.drill,
        earlier=event.earlier,
        firing=frozenset({event.dedup}),
        sources=(event.source,),
        judged=judged_at_first(event.offered),
    )


def _correlated(incident: Incident, rules: tuple[str, ...]) -> Incident:
    """Note what is meant; it is a reason unless a person set the severity."""
    if incident.severity_by not in ("", "tocsin"):
        return replace(incident, meanings=rules)
    kept = tuple(code for code in incident.reasons if not code.startswith(MEANS))
    return replace(incident, meanings=rules, reasons=(*kept, *rules))


def _calm(incident: Incident, event: FlappingEnded) -> Incident:
    its = {event.dedup}
    firing, cleared = incident.firing - its, incident.cleared - its
    return replace(
        incident,
        flapping={one: n for one, n in incident.flapping.items() if one not in its},
        firing=firing | its if event.firing else firing,
        cleared=cleared if event.firing else cleared | its,
    )


def _awake(incident: Incident) -> Incident:
    return replace(incident, snoozed_until=None, snoozed_by="", snooze_reason=None)


def _firing(incident: Incident, dedup: str, source: str) -> Incident:
    known = incident.sources
    return replace(
        incident,
        firing=incident.firing | {dedup},
        cleared=incident.cleared - {dedup},
        sources=known if source in known else (*known, source),
        written=None,
    )
