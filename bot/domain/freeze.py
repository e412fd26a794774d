"""Freezes: when nothing new may be changed, what a freeze covers, what it says. Pure.

    FreezeWindow   one that the site planned: once, or every week
    Freeze         one that is on right now, planned or set by a person

Instants are aware UTC. A freeze holds from its first instant, that one included, to
its end, that one not. Where a change of the clock makes the edge of a weekly window
ambiguous, the window holds longer. Who may set and lift one is `freezing.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from fnmatch import fnmatchcase

from bot.domain.untrusted import Untrusted

_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_REASON_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What would be changed.

    Attributes:
        stage: Of the incident's system; ``production`` where it is not registered.
        system: Its id, "" where it is not registered.
    """

    action: str
    level: str
    stage: str
    system: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """From one instant to another."""

    begins: datetime
    ends: datetime

    def end_at(self, at: datetime) -> datetime | None:
        """Return the end of the span that holds at an instant; None outside."""
        return self.ends if self.begins <= at < self.ends else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """The same span of every week, by the clocks of one zone.

    Attributes:
        begins: Weekday, 0 for Monday, and time on its clocks.
        ends: The next such moment after the beginning.
    """

    zone: tzinfo
    begins: tuple[int, time]
    ends: tuple[int, time]

    def end_at(self, at: datetime) -> datetime | None:
        """Return the end of the span that holds at an instant; None outside."""
        local = at.astimezone(self.zone)
        midnight = datetime.combine(local.date(), time())
        monday = midnight - local.weekday() * _A_DAY
        # The span that began last week, or one that a change of the clock moved.
        for week in (monday - _A_WEEK, monday, monday + _A_WEEK):
            begins, ends = _moment(week, self.begins), _moment(week, self.ends)
            if ends <= begins:
                ends += _A_WEEK
            last = max(_instants(ends, self.zone))
            if min(_instants(begins, self.zone)) <= at < last:
                return last
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeWindow:
    """A freeze that the site planned. An empty list covers everything.

    Attributes:
        owner: Who answers for it, as people read it.
        stages: ``sandbox``, ``pilot``, ``production``.
        systems: Ids of the registry; an incident of none of them counts as covered.
        levels: ``T1``, ``T2``, ``T3``.
        actions: Patterns of names, e.g. ``aws.sagemaker.*``.
        spares: Patterns of actions that stay possible.
    """

    id: str
    reason: str
    owner: str
    when: Once | Weekly
    stages: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()

    def at(self, now: datetime) -> "Freeze | None":
        """Return the freeze that it is right now; None outside of its time."""
        until = self.when.end_at(now)
        if until is None:
            return None
        return Freeze(
            id=self.id, until=until, owner=self.owner, reason=Untrusted(self.reason)
        )

    def covers(self, subject: Subject) -> bool:
        """Tell whether it is about what would be changed."""
        return (
            subject.stage in (self.stages or (subject.stage,))
            and subject.level in (self.levels or (subject.level,))
            # Nobody can say that what is not registered is none of them.
            and subject.system in (*(self.systems or (subject.system,)), "")
            and _fits(subject.action, self.actions or ("*",))
            and not _fits(subject.action, self.spares)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A freeze that is on.

    Attributes:
        id: ``FZ-0001`` where a person set it, else the window's own.
        until: The first instant at which it is over, aware UTC.
        by: Who set it; "" where the site planned it.
        owner: Who answers for a planned one.
        reason: None where it was erased.
    """

    id: str
    until: datetime
    by: str = ""
    owner: str = ""
    reason: Untrusted | None = None

    def says(self, now: datetime) -> str:
        """Return who freezes until when and why, as the fact of a refusal."""
        because = self.reason.for_mrkdwn(limit=_REASON_CHARS) if self.reason else ""
        why = f", because: {because.rstrip('.')}" if because else ""
        return f"changes are frozen until {spoken(self.until, now)} by {self._who}{why}"

    @property
    def _who(self) -> str:
        if self.by:
            return "an administrator" if self.by == "admin" else f"<@{self.by}>"
        return f"{self.owner} ({self.id})"


LIFT = (
    "Wait until it ends, or have an approver lift it with `/incident unfreeze`; "
    "where none is there, `tocsin gate thaw` does."
)
"""What can be done about a freeze."""


def longest(freezes: Sequence[Freeze]) -> Freeze | None:
    """Return the freeze that is on for longest; None where none is."""
    return max(freezes, key=lambda one: (one.until, one.id), default=None)


def spoken(at: datetime, now: datetime) -> str:
    """Return an instant as people say it: with its day where that is another one."""
    at = at.astimezone(UTC)
    is_today = at.date() == now.astimezone(UTC).date()
    return f"{at:%H:%M} UTC" if is_today else f"{at:%Y-%m-%d %H:%M} UTC"


def _moment(monday: datetime, moment: tuple[int, time]) -> datetime:
    day, clock = moment
    return datetime.combine((monday + day * _A_DAY).date(), clock)


def _instants(clock: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the instants that a moment on the clocks can stand for, UTC."""
    first, second = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first.astimezone(UTC), second.astimezone(UTC)


def _fits(action: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in patterns)
