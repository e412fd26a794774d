"""Putting an incident to rest for a while, and what wakes it. Pure.

At rest nobody is reminded and the card keeps still. It wakes when its time is up,
when it gets worse, or when a person says so; everybody sees that.
"""

from datetime import datetime, timedelta

from bot.domain.commands import Snooze, SnoozeOver, Wake
from bot.domain.errors import BadRequest, OutOfTurn
from bot.domain.events import (
    Event,
)
from bot.domain.grouping_events import (
    Snoozed,
    Woken,
)
from bot.domain.incident import Incident

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(hours=24)


def snooze(command: Snooze, *, now: datetime) -> tuple[Event, ...]:
    """Put an open incident to rest; asking again moves the end."""
    if not SHORTEST <= command.lasts <= LONGEST:
        raise BadRequest(
            "The incident was not snoozed",
            because="it can rest from one minute to 24 hours",
            next_move="Say how long, for example `/incident snooze 30m REASON`.",
        )
    if not command.reason:
        raise BadRequest(
            "The incident was not snoozed",
            because="no reason was given",
            next_move="Say why in a few words; it goes to the timeline.",
        )
    until = now + command.lasts
    return (Snoozed(by=command.by.id, until=until, reason=command.reason),)


def wake(incident: Incident, command: Wake) -> tuple[Event, ...]:
    """End a rest before its time."""
    if not incident.is_snoozed:
        raise OutOfTurn(
            "Nothing was changed",
            because="the incident is not snoozed",
            next_move="See where it stands with `/incident status`.",
        )
    return (Woken(by=command.by.id, because="person"),)


def time_is_up(incident: Incident, command: SnoozeOver) -> tuple[Event, ...]:
    """Wake an incident whose time is up; a timer of an older rest does nothing."""
    if incident.snoozed_until is None or incident.snoozed_until > command.due_at:
        return ()
    return (Woken(by="tocsin", because="time"),)
