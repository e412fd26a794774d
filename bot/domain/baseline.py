"""The usual band of a figure, learned as it goes: an EWMA of mean and variance.

Pure. A point outside moves what is usual only as far as the band's edge and widens
nothing, so that an outlier or an attack does not teach the band; what is missing
moves nothing at all. Leaving the band takes k of the last n points, coming back k
inside in a row. What is watched is `bot/domain/watched.py`; no figure is read here.

The incremental mean and variance with exponential weights are those of T. Finch,
"Incremental calculation of weighted mean and variance" (2009), equations 124 and 143.
They start from the first points, clipped around their median by their median absolute
deviation (times 1.4826, which is one deviation of a normal distribution).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import fmean, median, pvariance, quantiles
from typing import Literal

from bot.domain.watched import Baseline

Side = Literal["", "above", "below"]

# Beyond this a number says more about whoever sends it than about the system.
LARGEST = 1e15
# A gap of so many points parts what was before it from what comes after.
_GAP_POINTS = 10
_MAD_TO_DEVIATION = 1.4826
# How often an hour of the week was seen before it speaks for itself.
_SEASON_WARM_UP = 30


@dataclass(frozen=True, slots=True)
class Point:
    """One observation: when, aware UTC, and how much."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Ewma:
    """What is usual, and how far it strays: mean, variance, points so far."""

    mean: float = 0.0
    variance: float = 0.0
    count: int = 0

    @property
    def deviation(self) -> float:
        """Return the standard deviation."""
        return math.sqrt(max(self.variance, 0.0))

    def after(self, value: float, *, half_life: float) -> "Ewma":
        """Return it with one more value."""
        weight = max(1.0 / (self.count + 1), 1.0 - 0.5 ** (1.0 / half_life))
        off = value - self.mean
        step = weight * off
        return Ewma(
            mean=self.mean + step,
            variance=(1.0 - weight) * (self.variance + off * step),
            count=self.count + 1,
        )

    def drawn_to(self, edge: float, *, half_life: float) -> "Ewma":
        """Return it with its mean drawn to an edge, no wider than before."""
        drawn = self.after(edge, half_life=half_life)
        return replace(drawn, variance=min(self.variance, drawn.variance))


@dataclass(frozen=True, slots=True)
class Band:
    """The usual band at one moment."""

    usual: float
    low: float
    high: float

    def side_of(self, value: float) -> Side:
        """Return on which side of it a value lies; "" inside."""
        if value > self.high:
            return "above"
        return "below" if value < self.low else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Everything that is remembered of one figure.

    Attributes:
        first: The first values, until there are enough of them.
        last: The newest point that counted.
        sides: Where the last points lay, oldest first.
        unusual: The side of the alarm that stands; "" when all is well.
        since: When the first of the points that raised it was.
        band: The band against which the newest point was held.
    """

    first: tuple[float, ...] = ()
    overall: Ewma = Ewma()
    hours: Mapping[int, Ewma] = field(default_factory=dict)
    last: Point | None = None
    sides: tuple[Side, ...] = ()
    unusual: Side = ""
    since: datetime | None = None
    band: Band | None = None

    def is_warm(self, about: Baseline) -> bool:
        """Tell whether enough was seen to call something unusual."""
        return self.overall.count >= about.warm_up


def observe(learned: Learned, point: Point, about: Baseline) -> Learned:
    """Return what is known after one more point.

    A point that is no number, or not newer than the last one, changes nothing.
    """
    if not is_usable(point.value) or (learned.last and point.at <= learned.last.at):
        return learned
    band = band_of(learned, about, at=point.at)
    if band is None:
        return _warmer(learned, point, about)
    side = _counted(band.side_of(point.value), about)
    sides = learned.sides if _follows(learned, point, about) else ()
    seen = replace(
        learned,
        overall=_taught(learned.overall, point.value, band, about),
        hours=_with_hour(learned, point, band, about),
        last=point,
        sides=(*sides, side)[-about.of :],
        band=band,
    )
    return _judged(seen, point, about)


def observe_all(
    learned: Learned, points: tuple[Point, ...], about: Baseline
) -> Learned:
    """Return what is known after several points, in the order of their times."""
    for point in sorted(points, key=lambda one: one.at):
        learned = observe(learned, point, about)
    return learned


def band_of(learned: Learned, about: Baseline, *, at: datetime) -> Band | None:
    """Return the usual band at a time; None before it is warm."""
    if not learned.is_warm(about):
        return None
    usual = _usual(learned, about, at)
    half = max(
        about.sigmas * usual.deviation,
        about.least_width,
        about.least_share * abs(usual.mean),
    )
    return Band(usual.mean, usual.mean - half, usual.mean + half)


def growth(before: Point | None, now: Point) -> Point | None:
    """Return by how much a counter grew per second; None where nobody can say.

    A counter that became smaller was started again: how far it had come before is
    unknown, so this stretch has no figure at all.
    """
    if before is None or not is_usable(now.value) or now.at <= before.at:
        return None
    if now.value < before.value:
        return None
    return Point(
        now.at, (now.value - before.value) / (now.at - before.at).total_seconds()
    )


def is_usable(value: float) -> bool:
    """Tell whether a number can be reckoned with."""
    return math.isfinite(value) and abs(value) <= LARGEST


def _usual(learned: Learned, about: Baseline, at: datetime) -> Ewma:
    if about.season == "week":
        hour = learned.hours.get(_hour_of_week(at))
        if hour is not None and hour.count >= _SEASON_WARM_UP:
            return hour
    return learned.overall


def _warmer(learned: Learned, point: Point, about: Baseline) -> Learned:
    """Collect the first values; from enough of them comes what is usual."""
    first = (*learned.first, point.value)
    if len(first) < about.warm_up:
        return replace(learned, first=first, last=point)
    return replace(learned, first=(), overall=_beginning(first, about), last=point)


def _beginning(values: Sequence[float], about: Baseline) -> Ewma:
    """Return mean and variance of the first values, without their outliers."""
    middle = median(values)
    strays = median(abs(value - middle) for value in values)
    reach = about.sigmas * _MAD_TO_DEVIATION * strays
    low, high = middle - reach, middle + reach
    if strays == 0.0 and len(values) > 1:  # most are equal: the rare ones are cut
        twentieths = quantiles(values, n=20, method="inclusive")
        low, high = twentieths[0], twentieths[-1]
    clipped = [min(max(value, low), high) for value in values]
    mean = fmean(clipped)
    return Ewma(mean, pvariance(clipped, mean), len(values))


def _taught(usual: Ewma, value: float, band: Band, about: Baseline) -> Ewma:
    if not band.side_of(value):
        return usual.after(value, half_life=about.half_life)
    edge = min(max(value, band.low), band.high)
    return usual.drawn_to(edge, half_life=about.half_life)


def _with_hour(
    learned: Learned, point: Point, band: Band, about: Baseline
) -> Mapping[int, Ewma]:
    if about.season != "week":
        return {}
    hour = _hour_of_week(point.at)
    known = learned.hours.get(hour, Ewma())
    return {**learned.hours, hour: _taught(known, point.value, band, about)}


def _judged(seen: Learned, point: Point, about: Baseline) -> Learned:
    """Raise the alarm, let it stand, or take it back."""
    if seen.unusual:
        calm = seen.sides[-about.outside :]
        if len(calm) == about.outside and not any(calm):
            return replace(seen, unusual="", since=None)
        return seen
    side = seen.sides[-1] if seen.sides else ""
    if not side or seen.sides.count(side) < about.outside:
        # Since when: kept from the first point outside on, for the alarm to name.
        began = seen.since if any(seen.sides) else None
        return replace(seen, since=began or (point.at if side else None))
    return replace(seen, unusual=side, since=seen.since or point.at)


def _counted(side: Side, about: Baseline) -> Side:
    wanted = {"high": ("above",), "low": ("below",), "both": ("above", "below")}
    return side if side in wanted[about.direction] else ""


def _follows(learned: Learned, point: Point, about: Baseline) -> bool:
    """Tell whether a point belongs to the same stretch as the one before it."""
    longest = timedelta(seconds=_GAP_POINTS * about.step_s)
    return learned.last is not None and point.at - learned.last.at <= longest


def _hour_of_week(at: datetime) -> int:
    return at.weekday() * 24 + at.hour
