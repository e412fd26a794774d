"""Maintenance windows: what a person plans, when it holds, what it silences. Pure.

Times are UTC. A window holds from its start, that second included, to its end, that
second not. What is due when, and what becomes of the silenced alerts, is
`bot/maintenance.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import assert_never

from bot.domain.commands import Person
from bot.domain.envelope import Alert
from bot.domain.errors import BadRequest, NotFound, OutOfTurn
from bot.domain.maintenance_events import (
    MaintenanceEnded,
    MaintenanceEvent,
    MaintenancePlanned,
    MaintenanceRefused,
    MaintenanceStarted,
    What,
)
from bot.domain.responding import only_members
from bot.domain.untrusted import Untrusted

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=7)
FARTHEST = timedelta(days=60)
TOCSIN = "tocsin"
_USAGE = "`/incident maintenance SYSTEM [from 22:00] 2h REASON`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A planned time in which some alerts open nothing.

    Attributes:
        target: System id, source, id of a thing, or pattern of a dedup key; "" where
            its words were erased.
        stage: ``planned``, ``running``, ``ended``; "" where there is no such window.
    """

    what: What = What.SYSTEM
    target: str = ""
    reason: Untrusted | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    channel: str = ""
    by: str = ""
    stage: str = ""
    ended_by: str = ""
    silenced: int = 0
    opened: int = 0

    def holds(self, at: datetime) -> bool:
        """Tell whether it holds at a moment, to the second of its edges."""
        if self.starts_at is None or self.ends_at is None or self.stage == "ended":
            return False
        return self.starts_at <= at < self.ends_at

    def covers(self, alert: Alert) -> bool:
        """Tell whether an alert is one of those it is planned for."""
        wanted = self.target.casefold()
        if not wanted:
            return False
        match self.what:
            case What.SYSTEM:
                return alert.system.casefold() == wanted
            case What.SOURCE:
                return alert.envelope.source.casefold() == wanted
            case What.THING:
                named = alert.envelope.entities
                return any(one.id.casefold() == wanted for one in named)
            case What.DEDUP:
                return fnmatchcase(alert.envelope.dedup_key.casefold(), wanted)
            case _:
                assert_never(self.what)


def fold_window(events: Iterable[MaintenanceEvent]) -> Window:
    """Rebuild a window from its events."""
    window = Window()
    for event in events:
        window = _evolve(window, event)
    return window


def timed(wanted: Window, *, starts_at: datetime, lasts: timedelta) -> Window:
    """Return a window with its times.

    Args:
        starts_at: Aware UTC.

    Raises:
        BadRequest: It would end after the last year that there is.
    """
    try:
        return replace(wanted, starts_at=starts_at, ends_at=starts_at + lasts)
    except OverflowError:
        raise _not_planned("it must begin within the next 60 days") from None


def plan(wanted: Window, *, by: Person, now: datetime) -> tuple[MaintenanceEvent, ...]:
    """Plan a window; one that begins now starts at once."""
    only_members(by)
    starts_at, ends_at = wanted.starts_at or now, wanted.ends_at or now
    if not SHORTEST <= ends_at - starts_at <= LONGEST:
        raise _not_planned("it must last from one minute to seven days")
    if not now <= starts_at <= now + FARTHEST:
        raise _not_planned("it must begin within the next 60 days")
    if not wanted.reason:
        raise _not_planned("no reason was given")
    if not wanted.target.strip("*? "):
        raise _not_planned("it would silence everything")
    planned = MaintenancePlanned(
        what=wanted.what,
        target=Untrusted(wanted.target),
        starts_at=starts_at,
        ends_at=ends_at,
        channel=wanted.channel,
        by=by.id,
        reason=wanted.reason,
    )
    started = MaintenanceStarted(late_s=0)
    return (planned, started) if starts_at <= now else (planned,)


def end(window: Window, *, by: Person, silenced: int, opened: int) -> MaintenanceEnded:
    """End a window before its time, or take back one that has not begun."""
    only_members(by)
    if not window.stage:
        raise NotFound(
            "Nothing was ended",
            because="there is no such maintenance window",
            next_move="See them with `/incident maintenance list`.",
        )
    if window.stage == "ended":
        raise OutOfTurn(
            "Nothing was ended",
            because="the maintenance window is over already",
            next_move="See the others with `/incident maintenance list`.",
        )
    return MaintenanceEnded(by=by.id, silenced=silenced, opened=opened)


def begin(window: Window, *, now: datetime) -> tuple[MaintenanceEvent, ...]:
    """Start a window whose time has come; late where nobody could."""
    if window.stage != "planned" or window.starts_at is None or now < window.starts_at:
        return ()
    late_s = int((now - window.starts_at).total_seconds())
    return (MaintenanceStarted(late_s=late_s),)


def is_over(window: Window, *, now: datetime) -> bool:
    """Tell whether a window's time is up and nobody has ended it."""
    return (
        window.stage == "running"
        and window.ends_at is not None
        and (now >= window.ends_at)
    )


def _not_planned(because: str) -> BadRequest:
    return BadRequest(
        "No maintenance was planned",
        because=because,
        next_move=f"It goes like this: {_USAGE}; times are UTC.",
    )


def _evolve(window: Window, event: MaintenanceEvent) -> Window:
    match event:
        case MaintenancePlanned():
            return Window(
                what=event.what,
                target=event.target.for_redaction() if event.target else "",
                reason=event.reason,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                channel=event.channel,
                by=event.by,
                stage="planned",
            )
        case MaintenanceStarted():
            return replace(window, stage="running")
        case MaintenanceEnded():
            return replace(
                window,
                stage="ended",
                ended_by=event.by,
                silenced=event.silenced,
                opened=event.opened,
            )
        case MaintenanceRefused():
            return window
        case _:
            assert_never(event)
