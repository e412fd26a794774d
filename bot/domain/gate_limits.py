"""How often something may be changed: counts, and what a full one says. Pure.

A place is taken by the claim of a plan and kept once its first step began; a plan
that ended before that gives it back. Places of drills are counted among themselves.
The plan that undoes another one takes a place and is never refused for want of one.
Where places are kept is `bot/gate/places.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.freeze import spoken
from bot.domain.quoting import bare

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO_LIMIT = 0
NOBODY_NAMED = "whoever keeps the settings of the gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLimit:
    """How often one action may run. 0 is no limit."""

    per_hour: int = NO_LIMIT
    per_day: int = NO_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """Everything that is limited; 0 and no time are no limit.

    Attributes:
        action: For each action that has no limit of its own.
        actions: By name of the action.
        all_per_hour: For the whole gate.
        system_per_hour: For one system of the registry.
        target_pause: Between two plans that do the same to the same target. Other
            actions on it need not wait: containing harm takes several at once.
        proposals_per_hour: For one requester.
        keeper: Who may raise them, as people read it.
    """

    action: ActionLimit = ActionLimit()
    actions: Mapping[str, ActionLimit] = field(default_factory=dict)
    all_per_hour: int = NO_LIMIT
    system_per_hour: int = NO_LIMIT
    target_pause: timedelta = timedelta()
    proposals_per_hour: int = NO_LIMIT
    keeper: str = NOBODY_NAMED


UNLIMITED = GateLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One effect that was made, is being made, or is wanted.

    Attributes:
        system: Id of the registry, "" for none.
        at: When the plan was claimed; for one that is wanted, now. Aware UTC.
    """

    action: str
    target: str
    system: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedUp:
    """A limit that is used up.

    Attributes:
        what: What happened, how often and since when, as a clause.
        next_at: From then on the next is possible, aware UTC.
        setting: Name of the setting that says so.
        keeper: Who may raise it.
    """

    what: str
    next_at: datetime
    setting: str
    keeper: str = NOBODY_NAMED

    def next_move(self, now: datetime, apply_by: datetime | None) -> str:
        """Return when the next is possible and who may lift it, as a sentence.

        Args:
            apply_by: When the time of an approved plan runs out; None where none
                waits for its place.
        """
        when, lift = spoken(self.next_at, now), f"{self.keeper} may raise it"
        lift = f"{lift} (`{self.setting}`)."
        if apply_by is None:
            return f"Wait until {when}; {lift}"
        if self.next_at < apply_by:
            return f"Wait: it starts by itself at {when}; {lift}"
        over = spoken(apply_by, now)
        return (
            f"Propose it again from {when} on, because its time runs out before, "
            f"at {over}; {lift}"
        )


def used_up(limits: GateLimits, wanted: Place, taken: Sequence[Place]) -> UsedUp | None:
    """Return the limit that holds longest; None where there is a place.

    Args:
        taken: Places of the same play: of the hour before, and of the same action of
            the 24 hours before; in any order.
    """
    found = (one for one in _limits(limits, wanted, taken) if one is not None)
    return max(found, key=lambda one: one.next_at, default=None)


def proposed_enough(
    limits: GateLimits, person: str, proposed: Sequence[datetime], now: datetime
) -> UsedUp | None:
    """Return why somebody cannot propose more; None where they can.

    Args:
        proposed: When the person proposed, of the same play.
    """
    counting = _Counting(
        does=f"<@{person}> proposed",
        most=limits.proposals_per_hour,
        within=HOUR,
        setting="gate.proposals_per_hour",
        of="one person",
        one="one plan",
        some="plans",
    )
    return _counted(counting, proposed, now, limits.keeper)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """One limit: how many, within which time, and its sentence.

    Attributes:
        of: Whose limit it is, as the end of the sentence.
    """

    does: str
    most: int
    within: timedelta
    setting: str
    of: str
    one: str = "one time"
    some: str = "times"

    def says(self, recent: Sequence[datetime]) -> str:
        """Return how often since when, and what the limit is."""
        n = len(recent)
        count = self.one if n == 1 else f"{n} {self.some}"
        span = "an hour" if self.within == HOUR else "a day"
        return (
            f"{self.does} {count} since {min(recent):%H:%M} UTC, "
            f"and {self.most} {span} is the limit of {self.of}"
        )


def _limits(
    limits: GateLimits, wanted: Place, taken: Sequence[Place]
) -> Iterator[UsedUp | None]:
    of_system = _when(taken, lambda one: one.system == wanted.system != "")
    same = _when(taken, lambda one: one.action == wanted.action)
    for counting, times in (
        *((one, same) for one in _of_action(limits, wanted.action)),
        (_hourly(limits.system_per_hour, "system", "a system"), of_system),
        (_hourly(limits.all_per_hour, "all", "the gate"), [one.at for one in taken]),
    ):
        yield _counted(counting, times, wanted.at, limits.keeper)
    yield _paused(limits, wanted, taken)


def _of_action(limits: GateLimits, action: str) -> tuple[_Counting, _Counting]:
    own = limits.actions.get(action)
    limit, does = own or limits.action, f"`{bare(action)}` ran"
    where = f"limits of {bare(action)} in the calendar"
    hour = _Counting(
        does=does,
        most=limit.per_hour,
        within=HOUR,
        setting=where if own else "gate.action_per_hour",
        of="an action",
    )
    setting = where if own else "gate.action_per_day"
    return hour, replace(hour, most=limit.per_day, within=DAY, setting=setting)


def _hourly(most: int, name: str, of: str) -> _Counting:
    setting = f"gate.{name}_per_hour"
    return _Counting(does="actions ran", most=most, within=HOUR, setting=setting, of=of)


def _counted(
    counting: _Counting, times: Iterable[datetime], now: datetime, keeper: str
) -> UsedUp | None:
    recent = sorted((at for at in times if now - at < counting.within), reverse=True)
    if counting.most == NO_LIMIT or len(recent) < counting.most:
        return None
    return UsedUp(
        what=counting.says(recent),
        # A place is free when the oldest of the newest `most` is old enough.
        next_at=recent[counting.most - 1] + counting.within,
        setting=counting.setting,
        keeper=keeper,
    )


def _paused(limits: GateLimits, wanted: Place, taken: Sequence[Place]) -> UsedUp | None:
    what = wanted.action, wanted.target
    same = _when(taken, lambda one: (one.action, one.target) == what)
    last = max(same, default=None)
    if last is None or last + limits.target_pause <= wanted.at:
        return None
    minutes = int(limits.target_pause.total_seconds() // 60)
    return UsedUp(
        what=f"`{bare(wanted.action)}` ran on the same target at {last:%H:%M} UTC, "
        f"and {minutes} min must lie in between",
        next_at=last + limits.target_pause,
        setting="gate.target_pause_min",
        keeper=limits.keeper,
    )


def _when(taken: Sequence[Place], counts: Callable[[Place], bool]) -> list[datetime]:
    return [one.at for one in taken if counts(one)]
