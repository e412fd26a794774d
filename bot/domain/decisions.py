"""Answers to commands: which events follow, or why the rules say no.

Pure: state, command and time in, events out. `bot/service.py` writes what is
decided here and nothing else. The gate's decisions do not live here.
"""

from datetime import datetime

from bot.domain.commands import (
    Clear,
    CloseDrill,
    Command,
    Count,
    Join,
    Nag,
    Open,
)
from bot.domain.envelope import Alert
from bot.domain.events import (
    AlertCleared,
    AlertJoined,
    AlertsCounted,
    Event,
    IncidentOpened,
    Nagged,
    Phase,
    Reopened,
    Resolved,
    SeverityChanged,
)
from bot.domain.grouping import dedup_digest
from bot.domain.incident import Incident
from bot.domain.responding import DRILL_OVER, decide_for_person

TOCSIN = "tocsin"


def decide(incident: Incident, command: Command, *, now: datetime) -> tuple[Event, ...]:
    """Answer one command.

    Args:
        incident: State folded from the log.
        command: What was asked, and by whom.
        now: Aware UTC. The clock is an input, never read in here.

    Returns:
        The events to append. Empty when the command changes nothing, for example
        a second acknowledgement by the same person.

    Raises:
        Refusal: The rules say no. The caller logs the refusal and shows it.
    """
    match command:
        case Open():
            return (_opened(command),)
        case Join():
            return _join(incident, command)
        case Clear():
            return _clear(incident, command)
        case Nag(due_at=due_at):
            return _nag(incident, due_at=due_at, now=now)
        case CloseDrill():
            return _close_drill(incident)
        case Count(count=count, digest=digest):
            return (AlertsCounted(count=count, digest=digest),)
        case _:
            return decide_for_person(incident, command)


def _opened(command: Open) -> IncidentOpened:
    alert, assessment = command.alert, command.alert.assessment
    return IncidentOpened(
        alert=alert.id,
        source=alert.envelope.source,
        dedup=dedup_digest(alert.envelope),
        category=assessment.category,
        rule=assessment.rule,
        severity=assessment.severity,
        reasons=tuple(reason.code for reason in assessment.reasons),
        system=alert.system,
        channel=command.channel,
        detected_at=alert.detected_at,
        drill=command.drill,
        title=alert.envelope.title,
    )


def _join(incident: Incident, command: Join) -> tuple[Event, ...]:
    dedup = dedup_digest(command.alert.envelope)
    events: list[Event] = []
    if not incident.is_open:
        events.append(Reopened(because="same_problem_again", by=TOCSIN))
    if dedup not in incident.firing:
        events.append(
            AlertJoined(
                alert=command.alert.id,
                source=command.alert.envelope.source,
                dedup=dedup,
                because=command.because,
            )
        )
    return (*events, *_raised(incident, command.alert))


def _raised(incident: Incident, alert: Alert) -> tuple[Event, ...]:
    """Rules only raise a severity, and never over a person's word."""
    found = alert.assessment
    if incident.severity_by not in ("", TOCSIN):
        return ()
    if not found.severity.is_worse_than(incident.severity):
        return ()
    reasons = tuple(reason.code for reason in found.reasons)
    return (
        SeverityChanged(
            was=incident.severity, severity=found.severity, reasons=reasons, by=TOCSIN
        ),
    )


def _clear(incident: Incident, command: Clear) -> tuple[Event, ...]:
    dedup = dedup_digest(command.alert.envelope)
    if dedup not in incident.firing:
        return ()
    source = command.alert.envelope.source
    cleared = AlertCleared(alert=command.alert.id, source=source, dedup=dedup)
    nobody_took_it = incident.phase is Phase.TRIAGE and not incident.acked_by
    if incident.firing == {dedup} and incident.is_open and nobody_took_it:
        return (cleared, Resolved(by=TOCSIN, outcome="cleared"))
    return (cleared,)


def _close_drill(incident: Incident) -> tuple[Event, ...]:
    """End what a drill opened; a real incident is never ended by one."""
    if not (incident.drill and incident.is_open):
        return ()
    return (Resolved(by=TOCSIN, outcome=DRILL_OVER),)


def _nag(incident: Incident, *, due_at: datetime, now: datetime) -> tuple[Event, ...]:
    if not incident.is_open or incident.acked_by:
        return ()
    late_s = max(int((now - due_at).total_seconds()), 0)
    return (Nagged(due_at=due_at, late_s=late_s),)
