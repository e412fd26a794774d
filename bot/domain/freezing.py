"""Setting and lifting freezes: what follows from the stream, and what is refused. Pure.

When a freeze holds and what it covers is `freeze.py`. Whether somebody may is asked
of the policies by the caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn
from bot.domain.freeze import Freeze, FreezeWindow
from bot.domain.freeze_events import (
    FreezeBegan,
    FreezeEnded,
    FreezeEvent,
    FreezeLifted,
    FreezeRefused,
    FreezeSet,
)
from bot.domain.untrusted import Untrusted

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=7)
USAGE = "`/incident freeze 2h REASON`"
# One turn of a planned window, by its id and its end.
Turn = tuple[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezes:
    """What the stream says.

    Attributes:
        set_by_people: Those that nobody has lifted, also where their time is up or
            their end is written down: the clock of that moment may have been wrong.
        lifted: Turns of planned windows that were lifted.
        began: Turns of planned windows whose beginning is written down.
        ended: The same of freezes whose end is.
        items: The freeze that an inbox item set.
        last: Number of the newest freeze that a person set.
    """

    set_by_people: tuple[Freeze, ...] = ()
    lifted: frozenset[Turn] = frozenset()
    began: frozenset[Turn] = frozenset()
    ended: frozenset[Turn] = frozenset()
    items: Mapping[str, Freeze] = field(default_factory=dict)
    last: int = 0


def fold_freezes(events: Iterable[FreezeEvent]) -> Freezes:
    """Rebuild what the stream says from its events."""
    found = Freezes()
    for event in events:
        found = _evolve(found, event)
    return found


def on_now(
    found: Freezes, windows: Sequence[FreezeWindow], now: datetime
) -> tuple[tuple[Freeze, FreezeWindow | None], ...]:
    """Return the freezes that are on, each with its window where it was planned."""
    people = [(one, None) for one in found.set_by_people if now < one.until]
    planned = [(one, window) for window in windows if (one := window.at(now))]
    on = [(one, w) for one, w in planned if (one.id, one.until) not in found.lifted]
    return (*people, *on)


def frozen(
    found: Freezes,
    *,
    lasts: timedelta,
    reason: Untrusted,
    by: str,
    item: str,
    now: datetime,
) -> FreezeSet:
    """Answer somebody who may freeze everything.

    Raises:
        BadRequest: It has no reason, or is too short or too long.
    """
    if not SHORTEST <= lasts <= LONGEST:
        raise _not_frozen("it must last from one minute to seven days")
    if not reason:
        raise _not_frozen("no reason was given")
    return FreezeSet(
        freeze=f"FZ-{found.last + 1:04d}",
        until=now + lasts,
        by=by,
        item=item,
        reason=reason,
    )


def set_now(event: FreezeSet) -> Freeze:
    """Return the freeze that somebody set."""
    return Freeze(id=event.freeze, until=event.until, by=event.by, reason=event.reason)


def lifted(
    on: Sequence[Freeze], *, by: str, reason: Untrusted | None
) -> tuple[FreezeLifted, ...]:
    """Answer somebody who may lift what is on.

    Raises:
        OutOfTurn: Nothing is frozen.
    """
    if not on:
        raise OutOfTurn(
            "Nothing was lifted",
            because="no freeze is on",
            next_move="See what waits with `/incident plans`.",
        )
    return tuple(
        FreezeLifted(freeze=one.id, until=one.until, by=by, reason=reason) for one in on
    )


def turned(
    found: Freezes, windows: Sequence[FreezeWindow], now: datetime
) -> tuple[FreezeEvent, ...]:
    """Return what the clock brought since it was last written down."""
    on = [one for window in windows if (one := window.at(now))]
    began = [one for one in on if (one.id, one.until) not in found.began]
    # Its time is up, or the site's calendar has it no longer.
    off = found.began - found.ended - found.lifted
    off = frozenset(turn for turn in off if turn[0] not in {one.id for one in on})
    over = {(one.id, one.until) for one in found.set_by_people if one.until <= now}
    over -= found.ended
    return (
        *(
            FreezeEnded(freeze=freeze, until=until)
            for freeze, until in sorted(off | over)
        ),
        *(
            FreezeBegan(
                freeze=one.id, until=one.until, owner=one.owner, reason=one.reason
            )
            for one in began
        ),
    )


def not_theirs(person: str, what: str, because: str) -> NotAllowed:
    """Return the refusal for somebody whom the policies do not let.

    Args:
        because: The policies' own words, "" where nothing permits it.
    """
    return NotAllowed(
        what,
        because=because or f"no policy lets <@{person}> do that",
        next_move="Ask somebody on call or one of the approvers.",
    )


def _not_frozen(because: str) -> BadRequest:
    return BadRequest(
        "Nothing was frozen",
        because=because,
        next_move=f"It goes like this: {USAGE}; or `tocsin gate freeze --for 2h`.",
    )


def _evolve(found: Freezes, event: FreezeEvent) -> Freezes:
    if isinstance(event, FreezeRefused):
        return found
    turn = event.freeze, event.until
    match event:
        case FreezeSet():
            one = set_now(event)
            items = {**found.items, event.item: one} if event.item else found.items
            return replace(
                found,
                set_by_people=(*found.set_by_people, one),
                items=items,
                last=found.last + 1,
            )
        case FreezeLifted():
            left = [one for one in found.set_by_people if one.id != event.freeze]
            return replace(
                found, set_by_people=tuple(left), lifted=found.lifted | {turn}
            )
        case FreezeBegan():
            return replace(found, began=found.began | {turn})
        case FreezeEnded():
            # One that people set stays: where the clock was ahead, it is on again.
            return replace(found, ended=found.ended | {turn})
        case _:
            assert_never(event)
