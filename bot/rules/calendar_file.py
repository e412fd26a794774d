"""Reads the gate's calendar: planned freezes, business hours, limits of actions.

What they mean is `bot/domain/{freeze,business_hours,gate_limits}.py`; for people the
keys are in docs/guides/freeze-and-limit.md. A name that nothing has is refused: a
freeze that covers nothing would not be noticed before it is needed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from difflib import get_close_matches
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.business_hours import BusinessHours
from bot.domain.errors import BadSettings
from bot.domain.freeze import FreezeWindow, Once, Weekly
from bot.domain.gate_limits import ActionLimit
from bot.domain.plain_yaml import NotPlain, loaded
from bot.rules.reading import Entry, bad

NAME = "calendar.yaml"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):([0-5][0-9])")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MIDNIGHT = "24:00"
# 1:00 as YAML counts it; no less can be meant as a time of day.
_LEAST = 60
_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
# They go into sentences that Slack formats.
_NO_MARKS = re.compile(r"[^<>&*_~`\x00-\x1f]{1,200}")
_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a calendar can name."""

    systems: Sequence[str] = ()
    actions: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What a site's file says; without one, nothing is frozen."""

    windows: tuple[FreezeWindow, ...] = ()
    hours: BusinessHours = field(default_factory=BusinessHours)
    limits: Mapping[str, ActionLimit] = field(default_factory=dict)


def read_calendar(text: str, *, known: Known, name: str = NAME) -> Calendar:
    """Return what a calendar says.

    Args:
        name: How messages name the file.

    Raises:
        BadSettings: An entry cannot be used; names it and the nearest known word.
    """
    try:
        file = _file(name, text).only("freezes", "business_hours", "limits", "version")
        windows = tuple(_window(one, known) for one in file.entries("freezes"))
        _once_each(name, [one.id for one in windows])
        return Calendar(
            windows=windows, hours=_hours(file), limits=_limits(file, known)
        )
    except BadSettings as error:
        raise BadSettings(
            "The calendar of the gate was not read",
            because=error.because,
            next_move="Correct it; docs/guides/freeze-and-limit.md lists the keys.",
        ) from None


def _file(name: str, text: str) -> Entry:
    try:
        value = loaded(text)
    except NotPlain as error:
        raise bad(name, str(error)) from error
    return Entry.of(name, {} if value is None else value)


def _once_each(name: str, ids: Sequence[str]) -> None:
    for one in ids:
        if ids.count(one) > 1:
            raise bad(name, f"the freeze {one} stands there twice")


# --- freezes ---


def _window(entry: Entry, known: Known) -> FreezeWindow:
    entry.only(
        *("id", "reason", "owner", "from", "to", "weekly", "zone"),
        *("stages", "systems", "levels", "actions", "spares"),
    )
    name = entry.text("id")
    if not _ID.fullmatch(name):
        raise bad(entry.where, "id must be 2 to 40 small letters, digits and dashes")
    return FreezeWindow(
        id=name,
        reason=_plain(entry, "reason"),
        owner=_plain(entry, "owner"),
        when=_when(entry),
        stages=_names(entry, "stages", ("sandbox", "pilot", "production")),
        systems=_names(entry, "systems", known.systems),
        levels=_names(entry, "levels", ("T1", "T2", "T3")),
        actions=_patterns(entry, "actions", known.actions),
        spares=_patterns(entry, "spares", known.actions),
    )


def _when(entry: Entry) -> Once | Weekly:
    if "weekly" in entry.values:
        if "from" in entry.values or "to" in entry.values:
            raise bad(entry.where, "it is either weekly or from and to, not both")
        week = Entry.of(f"{entry.where}, weekly", entry.values["weekly"])
        week.only("from", "to")
        begins, ends = _week_moment(week, "from"), _week_moment(week, "to")
        if begins == ends:
            raise bad(week.where, "it ends when it begins")
        return Weekly(zone=_zone(entry), begins=begins, ends=ends)
    zone = _zone(entry)
    begins_at, ends_at = _moment(entry, "from", zone), _moment(entry, "to", zone)
    if ends_at <= begins_at:
        raise bad(entry.where, "it must end after it begins")
    return Once(begins=begins_at, ends=ends_at)


def _week_moment(entry: Entry, key: str) -> tuple[int, time]:
    found = _WEEKLY.fullmatch(entry.text(key).lower())
    if not found:
        raise bad(entry.where, f"{key} must be like fri 18:00")
    return _DAYS.index(found[1]), time(int(found[2]), int(found[3]))


def _moment(entry: Entry, key: str, zone: tzinfo) -> datetime:
    """Return an instant; where a clock shows it twice, the one that freezes longer."""
    given = entry.values.get(key)
    try:
        at = datetime.fromisoformat(str(given))
    except ValueError:
        raise bad(entry.where, f"{key} must be like 2026-12-23T18:00") from None
    if at.utcoffset() is not None:
        return at.astimezone(UTC)
    both = [at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both) if key == "from" else max(both)


def _zone(entry: Entry) -> tzinfo:
    name = entry.text("zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise bad(
            entry.where, f"there is no time zone {name!a}, write it like Europe/Berlin"
        ) from None


def _plain(entry: Entry, key: str) -> str:
    found = entry.text(key)
    if not _NO_MARKS.fullmatch(found):
        raise bad(entry.where, f"{key} must be plain words, at most 200 characters")
    return found


def _names(entry: Entry, key: str, known: Sequence[str]) -> tuple[str, ...]:
    found = entry.words(key)
    for one in found:
        if one not in known:
            near = get_close_matches(one, known, n=1)
            hint = f"; the nearest is {near[0]!a}" if near else ""
            raise bad(entry.where, f"{key} {one!a} is not known{hint}")
    return found


def _patterns(entry: Entry, key: str, known: Sequence[str]) -> tuple[str, ...]:
    found = entry.words(key)
    for one in found:
        if not any(fnmatchcase(name, one) for name in known):
            near = get_close_matches(one, known, n=1)
            hint = f"; the nearest is {near[0]!a}" if near else ""
            raise bad(entry.where, f"{key} {one!a} fits no action{hint}")
    return found


# --- business hours ---


def _hours(file: Entry) -> BusinessHours:
    if "business_hours" not in file.values:
        return BusinessHours()
    entry = Entry.of(f"{file.where}, business_hours", file.values["business_hours"])
    entry.only("zone", "days", "from", "to", "holidays")
    days = entry.known_words("days", _DAYS) or frozenset(_DAYS[:5])
    begins, ends = _clock(entry, "from", "08:00"), _clock(entry, "to", "18:00")
    if begins is None or (ends is not None and ends <= begins):
        raise bad(entry.where, "to must be later than from, on the same day")
    return BusinessHours(
        zone=_zone(entry),
        days=frozenset(_DAYS.index(day) for day in days),
        begins=begins,
        ends=ends,
        holidays=_dates(entry),
    )


def _clock(entry: Entry, key: str, default: str) -> time | None:
    """Return a time of day; None for the midnight that ends it."""
    given = entry.values.get(key, default)
    if type(given) is int and given >= _LEAST:
        # To YAML, 18:00 without quotation marks is a number to the base of 60.
        given = f"{given // 60:02d}:{given % 60:02d}"
    if given == _MIDNIGHT:
        return None
    found = _CLOCK.fullmatch(given) if isinstance(given, str) else None
    if not found:
        raise bad(entry.where, f"{key} must be like 08:00")
    return time(int(found[1]), int(found[2]))


def _dates(entry: Entry) -> frozenset[date]:
    given = entry.values.get("holidays") or []
    if not isinstance(given, list) or any(type(one) is not date for one in given):
        raise bad(entry.where, "holidays must be a list of days like 2026-12-25")
    return frozenset(given)


# --- limits ---


def _limits(file: Entry, known: Known) -> Mapping[str, ActionLimit]:
    given = file.values.get("limits") or {}
    inside = Entry.of(f"{file.where}, limits", given)
    named = Entry(inside.where, {"action": list(inside.values)})
    names = _names(named, "action", known.actions)
    return {name: _limit(inside, name) for name in names}


def _limit(inside: Entry, name: str) -> ActionLimit:
    entry = Entry.of(f"{inside.where}, {name}", inside.values[name])
    entry.only("per_hour", "per_day")
    return ActionLimit(
        per_hour=entry.whole("per_hour", least=0, most=_MOST),
        per_day=entry.whole("per_day", least=0, most=_MOST),
    )
