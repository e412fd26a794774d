"""The text after `/incident maintenance` and `snooze`, read as a wish. Pure.

    maintenance TARGET [from TIME] DURATION REASON | list | end MW-0001
    snooze [INC] DURATION REASON | off

TARGET is a system's id, or `source:NAME`, `thing:ID`, `dedup:PATTERN`. TIME is UTC:
`22:00` or `2026-11-28T22:00`. DURATION is like `30m`, `2h`, `1h30m`, `1d`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.errors import BadRequest
from bot.domain.maintenance_events import What
from bot.ports.maintenance import Planned

USAGE = "maintenance SYSTEM [from 22:00] 2h REASON|list|end MW-0001"
SNOOZE_USAGE = "snooze [INC-0001] 30m REASON|off"
WINDOW = re.compile(r"MW-[0-9]{4,9}")
_LASTS = re.compile(
    r"(?:(?P<days>[0-9]{1,3})d)?(?:(?P<hours>[0-9]{1,3})h)?(?:(?P<minutes>[0-9]{1,4})m(?:in)?)?"
)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])Z?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z?")
_LONGEST_TARGET = 200
_PREFIXES = {one.value: one for one in What} | {"entity": What.THING}


class MaintenanceVerb(StrEnum):
    """What can be asked of maintenance windows."""

    PLAN = "plan"
    LIST = "list"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWish:
    """What a person wants.

    Attributes:
        planned: For ``plan``.
        window: ``MW-0001``, for ``end``.
    """

    verb: MaintenanceVerb
    planned: Planned | None = None
    window: str = ""


def parse(rest: str) -> MaintenanceWish:
    """Read what was typed after `maintenance`.

    Raises:
        BadRequest: It is not understood; the message shows how it goes.
    """
    match rest.split(maxsplit=2):
        case [] | ["list"]:
            return MaintenanceWish(verb=MaintenanceVerb.LIST)
        case ["end", window] if WINDOW.fullmatch(window.upper()):
            return MaintenanceWish(verb=MaintenanceVerb.END, window=window.upper())
        case ["end", *_]:
            raise _usage("it does not name a maintenance window")
        case _:
            return MaintenanceWish(verb=MaintenanceVerb.PLAN, planned=_planned(rest))


def _planned(rest: str) -> Planned:
    target, _, after = rest.partition(" ")
    after = after.strip()
    start: datetime | None = None
    hour, minute = None, 0
    if after[:5].lower() == "from ":
        named, _, after = after[5:].strip().partition(" ")
        start, hour, minute = _start(named)
    duration, _, reason = after.strip().partition(" ")
    lasts = lasting(duration)
    if lasts is None:
        raise _usage("it does not say how long, for example 2h")
    if not reason.strip():
        raise _usage("no reason was given")
    what, name = _target(target)
    return Planned(
        what=what,
        target=name,
        lasts=lasts,
        reason=reason.strip(),
        starts_at=start,
        hour=hour,
        minute=minute,
    )


def lasting(text: str) -> timedelta | None:
    """Return a duration such as ``1h30m``; None where it is none."""
    found = _LASTS.fullmatch(text.lower())
    if not text or found is None:
        return None
    parts = {name: int(number or 0) for name, number in found.groupdict().items()}
    return timedelta(**parts)


def _target(text: str) -> tuple[What, str]:
    prefix, colon, rest = text.partition(":")
    known = _PREFIXES.get(prefix.lower()) if colon else None
    what, name = (known, rest) if known else (What.SYSTEM, text)
    if not name or len(name) > _LONGEST_TARGET:
        raise _usage("it does not name what is maintained")
    return what, name


def _start(text: str) -> tuple[datetime | None, int | None, int]:
    if time := _TIME.fullmatch(text):
        return None, int(time[1]), int(time[2])
    if _MOMENT.fullmatch(text):
        try:
            found = datetime.fromisoformat(text.removesuffix("Z"))
        except ValueError:
            raise _usage("there is no such time") from None
        return found.replace(tzinfo=UTC), None, 0
    raise _usage("the time is not like 22:00 or 2026-11-28T22:00, in UTC")


def _usage(because: str) -> BadRequest:
    return BadRequest(
        "Nothing was changed",
        because=because,
        next_move=f"It goes like this: `/incident {USAGE}`.",
    )
