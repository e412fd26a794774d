"""Reading the times that senders write.

Always aware UTC, or None when there is no believable time. Deciding whether a
clock is off is not here (`bot/domain/envelope.py`).
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache

import re2

from bot.envelopes.jsonbody import Json

# Before this nobody sent alerts; "0001-01-01" and epoch 0 mean "none". The upper
# end is wide on purpose: a clock that is off is shown, a date in 9999 is a marker.
_FIRST_YEAR = 1990
_LAST_YEAR = 2999
_LONGEST = 64
# Smallest number of each unit: a second count of 1e11 would lie in the year 5138.
_UNITS = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))

# RFC 3339, and what is often written instead: a space for the T, up to nine
# fractional digits, "+0000", " +0000 UTC", " UTC", or no zone at all.
_STAMP = re2.compile(
    r"^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,](\d{1,9})\d*)?"
    r" ?(Z|z|UTC|GMT|[+-]\d{2}[:.]?\d{2})?(?: UTC)?$"
)
# How nearly all write it; Python reads this form itself.
_USUAL = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.(?:\d{3}|\d{6}))?Z", re.ASCII
)
# The same without its marks, as in names of files: 20260504T101112Z.
_TIGHT = re2.compile(
    r"^(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})(?:\.\d+)?(?:Z|UTC)?$"
)
# "04/May/2026:10:11:12 +0000", as web servers log.
_LOGGED = re2.compile(r"^(\d{1,2})/([A-Za-z]{3})/(\d{4}):(\S+)(?: (\S+))?$")
# "May 4, 2026 10:11 AM UTC", "4 May 2026 10:11:12": a month in letters.
_LETTERS = re2.compile(
    r"^(?:[A-Za-z]{3,9},? )?"
    r"(?:([A-Za-z]{3,9})\.? (\d{1,2}),?|(\d{1,2}) ([A-Za-z]{3,9})\.?),?"
    r" (\d{4}),? (?:at )?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?([AaPp][Mm])?"
    r" ?\(?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?\)?$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov")
_DAY = re2.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_NUMBER = re2.compile(r"^\d{1,20}(?:\.\d{1,9})?$")


def read_time(value: Json) -> datetime | None:
    """Return an aware UTC time, None when there is no believable one.

    Reads RFC 3339 with 0 to 9 fractional digits, RFC 1123, ISO 8601's short form,
    what web servers log, dates with a month in letters, and epoch seconds,
    milliseconds, microseconds or nanoseconds as a number or a string. A time
    without a zone counts as UTC. Days and months in figures alone ("05/04/2026") are
    not read: nobody can tell which is which.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _believable(lambda: _from_epoch(value))
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    return _read(value)


@lru_cache(maxsize=1024)
def _read(value: str) -> datetime | None:
    """Read a text; the alerts of one payload often share theirs."""
    if _USUAL.fullmatch(value):
        # Where it is no time after all, such as second 60, the long way finds out.
        with suppress(ValueError):
            at = datetime.fromisoformat(value)
            return at if _FIRST_YEAR <= at.year <= _LAST_YEAR else None
    text = value.strip()
    if _NUMBER.match(text) and not _TIGHT.match(text):
        return _believable(lambda: _from_epoch(float(text)))
    spelled = _believable(lambda: _from_letters(text))
    if spelled is not None:
        return spelled
    if text[:1].isdigit():
        return _believable(lambda: _from_stamp(_plain(text)))
    return _believable(lambda: _in_utc(parsedate_to_datetime(text)))


def _plain(text: str) -> str:
    """Return ``2026-05-04 10:11:12 UTC`` for the ways in which it is dressed up."""
    text = text.replace("(", "").replace(")", "").replace("/", "-", 2)
    found = _TIGHT.match(text)
    if not found:
        return text
    year, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day} {hour}:{minute}:{second}"


def _from_letters(text: str) -> datetime | None:
    logged = _LOGGED.match(text)
    if logged:
        day, name, year, clock, zone = logged.groups()
        date = f"{year}-{_month(name):02}-{int(day):02}"
        return _from_stamp(f"{date} {clock}{zone or ''}")
    found = _LETTERS.match(text)
    if not found:
        return None
    *dates, year, hour, minute, seconds, half, zone = found.groups()
    name, day = dates[:2] if dates[0] else dates[:1:-1]
    at = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
    stamp = f"{year}-{_month(name):02}-{int(day):02} {at:02}:{minute}:{seconds or '00'}"
    return _from_stamp(f"{stamp} {zone or ''}".strip())


def _month(name: str) -> int:
    """Return 1 to 12.

    Raises:
        ValueError: It is no month.
    """
    short = name[:3].lower()
    return 12 if short == "dec" else _MONTHS.index(short) + 1


def _believable(read: Callable[[], datetime | None]) -> datetime | None:
    try:
        at = read()
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return at if at is not None and _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def _from_epoch(number: float) -> datetime:
    per_second = next((size for least, size in _UNITS if number >= least), 1)
    return datetime.fromtimestamp(number / per_second, tz=UTC)


def _from_stamp(text: str) -> datetime | None:
    day = _DAY.match(text)
    if day:
        year, month, date = (int(part) for part in day.groups())
        return datetime(year, month, date, tzinfo=UTC)
    stamp = _STAMP.match(text)
    if not stamp:
        return None
    *whole, fraction, zone = stamp.groups()
    year, month, date, hour, minute, second = (int(part or 0) for part in whole)
    micros = int(((fraction or "") + "000000")[:6])
    # A leap second is the moment after second 59.
    extra, second = (1, 59) if second == 60 else (0, second)  # noqa: PLR2004 - the leap second is written as 60
    at = datetime(year, month, date, hour, minute, second, micros, _zone(zone))
    return _in_utc(at + timedelta(seconds=extra))


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").replace(".", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if text[0] == "+" else -offset)


def _in_utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
