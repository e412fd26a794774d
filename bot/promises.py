"""The promises of an incident: rows of the timers, set and taken back with events.

What is due is decided when it comes due (`bot/domain`); `bot/service.py` keeps it.
"""

from collections.abc import Sequence
from datetime import datetime

from bot import storm
from bot.domain.events import (
    Event,
    IncidentOpened,
    Reopened,
)
from bot.domain.grouping_events import (
    Snoozed,
    Woken,
)
from bot.domain.incident import Incident
from bot.domain.responding import ACK_WITHIN
from bot.ports import Timer, Transaction
from bot.showing import REDRAW

NAG = "incident.nag"
WAKE = "incident.wake"
KINDS = (NAG, WAKE, REDRAW, storm.CALM)
_STARTS_WAITING = (IncidentOpened, Reopened, Woken)


def follow(
    tx: Transaction,
    incident: str,
    state: Incident,
    events: Sequence[Event],
    *,
    now: datetime,
) -> None:
    """Set or take back the reminder to acknowledge and the end of a rest.

    Args:
        state: After the events.
    """
    nag, wake = f"nag/{incident}", f"wake/{incident}"
    started = any(isinstance(event, _STARTS_WAITING) for event in events)
    if started and state.severity in ACK_WITHIN:
        due_at = now + ACK_WITHIN[state.severity]
        tx.timers.set(Timer(key=nag, kind=NAG, about=incident, due_at=due_at))
    if state.acked_by or not state.is_open or state.is_snoozed:
        tx.timers.cancel(nag)
    if state.snoozed_until is None:
        tx.timers.cancel(wake)
    elif any(isinstance(event, Snoozed) for event in events):
        until = state.snoozed_until
        tx.timers.set(Timer(key=wake, kind=WAKE, about=incident, due_at=until))
