"""How what was learned of a figure lies in its row.

Another definition of the figure begins anew: what was usual of one figure says nothing
about another.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.domain.baseline import Band, Ewma, Learned, Point
from bot.domain.watched import Baseline
from bot.watch import rows


def identity_of(about: Baseline) -> str:
    """Return what is equal as long as it is the same figure."""
    text = repr((about.kind, about.source, about.season))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def learned_of(row: Mapping[str, Any]) -> Learned:
    """Return what a row knows; of an empty one, nothing."""
    band = row.get("band")
    return Learned(
        first=tuple(row.get("first", ())),
        overall=Ewma(*row.get("overall", ())),
        hours={int(hour): Ewma(*one) for hour, one in row.get("hours", {}).items()},
        last=point_of(row.get("last")),
        sides=tuple(row.get("sides", ())),
        unusual=row.get("unusual", ""),
        since=rows.to_time(row.get("since")),
        band=Band(*band) if band else None,
    )


def row_of(learned: Learned) -> Mapping[str, Any]:
    """Return what `learned_of` reads."""
    band = learned.band
    return {
        "first": list(learned.first),
        "overall": _numbers(learned.overall),
        "hours": {str(hour): _numbers(one) for hour, one in learned.hours.items()},
        "last": pair_of(learned.last),
        "sides": list(learned.sides),
        "unusual": learned.unusual,
        "since": rows.to_text(learned.since),
        "band": [band.usual, band.low, band.high] if band else None,
    }


def point_of(pair: Any) -> Point | None:
    """Return the point that a row holds, None if it holds none."""
    at = rows.to_time(pair[0]) if pair else None
    return Point(at, pair[1]) if at else None


def pair_of(point: Point | None) -> list[Any] | None:
    """Return a point as a row holds it."""
    return [rows.to_text(point.at), point.value] if point else None


def _numbers(one: Ewma) -> list[float]:
    return [one.mean, one.variance, one.count]
