"""What Prometheus answers about figures over time, as values.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/ (range queries give a
matrix: labels, and pairs of seconds and a number as text).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.baseline import is_usable
from bot.outside.labels import agree
from bot.ports.collect import Series, Window

MOST_SERIES = 10
_MOST_POINTS = 240
_SHORTEST_STEP_S = 15
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One query, what people call its answer, and where an alarm begins.

    Attributes:
        query: PromQL of the operator's or of ours; never of an alert.
        labels: Series that agree with them come first.
    """

    title: str
    query: str
    unit: str = ""
    threshold: float | None = None
    labels: Mapping[str, str] | None = None


def step_of(window: Window) -> int:
    """Return how many seconds lie between two points, so that they stay few."""
    length = (window.until - window.since).total_seconds()
    return max(math.ceil(length / _MOST_POINTS), _SHORTEST_STEP_S)


def pairs_of(query: str, window: Window) -> tuple[tuple[str, str], ...]:
    """Return the query of a range query."""
    return (
        ("query", query),
        ("start", f"{window.since.timestamp():.3f}"),
        ("end", f"{window.until.timestamp():.3f}"),
        ("step", str(step_of(window))),
        ("timeout", "5s"),
    )


def series_of(answer: Any, asked: Asked) -> tuple[tuple[Series, ...], int]:
    """Return the series of an answer, those of the alert first, and how many are left.

    Raises:
        KeyError, TypeError, ValueError, IndexError: It is no answer of Prometheus.
    """
    data = answer["data"]
    if data["resultType"] != "matrix":
        raise ValueError(data["resultType"])
    rows: list[Mapping[str, Any]] = list(data["result"])
    named = asked.labels or {}
    rows.sort(key=lambda row: not agree(_labels(row), named))
    shared = _shared([_labels(row) for row in rows])
    kept = rows[:MOST_SERIES]
    return tuple(_series(row, asked, shared) for row in kept), len(rows) - len(kept)


def as_json(series: Series) -> Mapping[str, Any]:
    """Return a series for a file that people read."""
    return {
        "label": series.label,
        "unit": series.unit,
        "threshold": series.threshold,
        "points": [[at.isoformat(), value] for at, value in series.points],
    }


def _series(row: Mapping[str, Any], asked: Asked, shared: frozenset[str]) -> Series:
    own = {key: one for key, one in _labels(row).items() if key not in shared}
    told = ", ".join(f"{name}={value}" for name, value in sorted(own.items()))
    label = f"{asked.title} {told}".strip()
    return Series(
        label=label[:_LONGEST_NAME],
        unit=asked.unit,
        points=_points(row["values"]),
        threshold=asked.threshold,
    )


def _points(values: Sequence[Any]) -> tuple[tuple[datetime, float], ...]:
    read = ((_moment(at), float(text)) for at, text in values)
    return tuple((at, value) for at, value in read if is_usable(value))


def _moment(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(float(seconds), tz=UTC)
    except (OverflowError, OSError):
        raise ValueError(seconds) from None


def _labels(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {str(key): str(one) for key, one in row["metric"].items()}


def _shared(rows: Sequence[Mapping[str, str]]) -> frozenset[str]:
    """Return the labels that tell nothing apart: all have them, with one value."""
    if not rows:
        return frozenset()
    first, *others = rows
    return frozenset(
        key
        for key, value in first.items()
        if all(one.get(key) == value for one in others)
    )
