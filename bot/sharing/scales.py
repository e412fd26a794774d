"""Round numbers for the axes of a plot, and figures as people read them. Pure.

What is drawn with them is `plot.py`'s.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 5
_TIME_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800),
)
_MOST_TIMES = 7
_MINUTE_S, _DAY_S = 60, 86_400
_SIZES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_SMALLEST, _LARGEST = 1e-3, 1e15
_UNITS: Mapping[str, str] = {
    "percent": "%",
    "seconds": "s",
    "milliseconds": "ms",
    "microseconds": "µs",
    "bytes": "B",
    "count": "",
    "none": "",
    "count/second": "/s",
    "bytes/second": "B/s",
}
"""Source: the units of CloudWatch's API reference, MetricDatum."""


def unit_of(named: str) -> str:
    """Return a unit as it is written behind a figure."""
    return _UNITS.get(named.strip().lower(), named.strip())


def figure(value: float, unit: str = "") -> str:
    """Return a value with three digits that count: ``12.3k``, ``0.5 %``."""
    text = _digits(value)
    return f"{text} {unit}" if unit else text


def _digits(value: float) -> str:
    size = abs(value)
    if size and not _SMALLEST <= size < _LARGEST:
        return f"{value:.2e}"
    for least, letter in _SIZES:
        # What is rounded up to the next letter is written with it.
        if size >= least * 0.9995:
            return f"{_plain(value / least)}{letter}"
    return _plain(value)


def _plain(value: float) -> str:
    if value == 0:
        return "0"
    places = max(2 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ticks(low: float, high: float) -> tuple[float, ...]:
    """Return round numbers, the first at or below `low`, the last at or above `high`.

    Equal numbers get room around them.
    """
    if high <= low:
        room = abs(low) or 1.0
        low, high = (0.0, high or 1.0) if low >= 0 else (low - room, low + room)
    step = _step((high - low) / _MOST_TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(n * step for n in range(first, last + 1))


def _step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(one * size for one in _STEPS if one * size >= rough * (1 - 1e-9))


def times(since: datetime, until: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield round instants between two, and how each is written, in UTC."""
    length = max((until - since).total_seconds(), 1.0)
    rough = length / _MOST_TIMES
    step = next((one for one in _TIME_STEPS_S if one >= rough), _TIME_STEPS_S[-1])
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    at = epoch + timedelta(
        seconds=math.ceil((since - epoch).total_seconds() / step) * step
    )
    day = None
    while at <= until:
        text = at.strftime("%H:%M:%S" if step < _MINUTE_S else "%H:%M")
        if step >= _DAY_S:
            text = f"{at.day} {at:%b}"
        elif at.date() != day:
            text = f"{at.day} {at:%b} {text}"
        day = at.date()
        yield at, text
        at += timedelta(seconds=step)
