"""Answers to commands: which events follow, or why the rules say no.

Pure: state, command and time in, events out. `bot/service.py` writes what is
decided here and nothing else. The gate's decisions do not live here.
"""

from datetime import datetime

from bot.domain import joining, judging, snoozing
from bot.domain.commands import (
    Calm,
    Clear,
    CloseDrill,
    Command,
    Count,
    Flap,
    Join,
    Nag,
    Offer,
    Open,
    SnoozeOver,
)
from bot.domain.events import (
    AlertsCounted,
    Event,
    IncidentOpened,
    Nagged,
    Resolved,
)
from bot.domain.grouping import dedup_digest
from bot.domain.incident import Incident
from bot.domain.joining import TOCSIN
from bot.domain.responding import DRILL_OVER, decide_for_person

__all__ = ["TOCSIN", "decide"]


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
        case Join() | Clear() | Flap() | Calm():
            return _for_alert(incident, command)
        case SnoozeOver():
            return snoozing.time_is_up(incident, command)
        case Nag(due_at=due_at):
            return _nag(incident, due_at=due_at, now=now)
        case CloseDrill():
            return _close_drill(incident)
        case Offer():
            return judging.offer(incident, command)
        case Count(count=count, digest=digest):
            return (AlertsCounted(count=count, digest=digest),)
        case _:
            return decide_for_person(incident, command, now=now)


def _for_alert(
    incident: Incident, command: Join | Clear | Flap | Calm
) -> tuple[Event, ...]:
    match command:
        case Join():
            return joining.join(incident, command)
        case Clear():
            return joining.clear(incident, command)
        case Flap():
            return joining.flap(incident, command)
        case Calm():
            return joining.calm(incident, command)


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
        earlier=command.earlier,
        offered=command.offered,
        title=alert.envelope.title,
    )


def _close_drill(incident: Incident) -> tuple[Event, ...]:
    """End what a drill opened; a real incident is never ended by one."""
    if not (incident.drill and incident.is_open):
        return ()
    return (Resolved(by=TOCSIN, outcome=DRILL_OVER),)


def _nag(incident: Incident, *, due_at: datetime, now: datetime) -> tuple[Event, ...]:
    if not incident.is_open or incident.acked_by or incident.is_snoozed:
        return ()
    late_s = max(int((now - due_at).total_seconds()), 0)
    return (Nagged(due_at=due_at, late_s=late_s),)
