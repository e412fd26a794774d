"""One panel of a plot: lines over time, their axes, thresholds and the alert.

Coordinates are pixels from the top left of the image. Labels come here redacted and
are escaped here. Which lines share a panel is decided in `plot.py`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from bot.sharing.scales import figure, ticks, times
from bot.sharing.xmltext import xml

WIDTH, LEFT, RIGHT = 760, 66, 16
LEGEND, CHART, FOOT = 18, 150, 34
_GAP = 2.5
"""A pause of so many usual steps is a gap, not a line."""
_FAR = 20.0
"""A threshold so much above the figures is only named, or it would flatten them."""
_MOST_STARTS_AT_ZERO = 0.5
_LABEL_ROOM = 84

Point = tuple[datetime, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series, ready to be drawn.

    Attributes:
        points: In order of time, aware UTC; NaN where there is no figure.
        threshold: Finite, None for none.
    """

    label: str
    unit: str
    points: tuple[Point, ...]
    threshold: float | None = None

    @property
    def values(self) -> list[float]:
        """Return the figures that there are; at least one."""
        return [value for _, value in self.points if not math.isnan(value)]

    def told(self) -> str:
        """Say it in words: what it is, its last and highest figure, its threshold."""
        values = self.values
        said = f"{self.label}: last {figure(values[-1], self.unit)}"
        said += f", lowest {figure(min(values), self.unit)}"
        said += f", highest {figure(max(values), self.unit)}"
        if self.threshold is None:
            return said
        return f"{said}, threshold {figure(self.threshold, self.unit)}"


def height(lines: Sequence[Line]) -> int:
    """Return how high a panel of these lines is."""
    return len(lines) * LEGEND + CHART + FOOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Where a panel stands and what its axes are."""

    lines: Sequence[Line]
    since: datetime
    until: datetime
    top: int

    def drawn(self, alert_at: datetime | None) -> Iterator[str]:
        """Yield the panel's shapes."""
        marks = self._marks()
        yield from self._legend()
        yield from self._across(marks)
        yield from self._along()
        # The first is what the others are shown for, so nothing is drawn over it.
        for number, line in reversed(tuple(enumerate(self.lines))):
            yield from self._line(number, line, marks)
        if alert_at is not None and self.since <= alert_at <= self.until:
            yield from self._alert(alert_at)

    @property
    def _upper(self) -> int:
        return self.top + len(self.lines) * LEGEND + 6

    @property
    def _lower(self) -> int:
        return self._upper + CHART - 6

    def _marks(self) -> tuple[float, ...]:
        """Return the round numbers of the axis."""
        values = [value for line in self.lines for value in line.values]
        low, high = min(values), max(values)
        near = [at for one in self.lines if (at := self._threshold(one)) is not None]
        low, high = min([low, *near]), max([high, *near])
        if 0 < low < high * _MOST_STARTS_AT_ZERO:
            low = 0.0
        return ticks(low, high)

    def _threshold(self, line: Line) -> float | None:
        """Return a threshold that is drawn, None where it would flatten the rest."""
        most = max(abs(value) for one in self.lines for value in one.values)
        at = line.threshold
        return at if at is not None and abs(at) <= _FAR * (most or 1) else None

    def _x(self, at: datetime) -> float:
        length = max((self.until - self.since).total_seconds(), 1.0)
        part = (at - self.since).total_seconds() / length
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def _y(self, value: float, marks: Sequence[float]) -> float:
        part = (value - marks[0]) / (marks[-1] - marks[0])
        return self._lower - part * (self._lower - self._upper)

    def _legend(self) -> Iterator[str]:
        for number, line in enumerate(self.lines):
            y = self.top + 9 + number * LEGEND
            yield f'<path class="l s{number}" d="M{LEFT},{y}h26"/>'
            yield f'<text x="{LEFT + 34}" y="{y + 4}">{xml(line.told())}</text>'

    def _across(self, marks: Sequence[float]) -> Iterator[str]:
        for mark in marks:
            y, text = self._y(mark, marks), xml(figure(mark, self.lines[0].unit))
            yield f'<path class="g" d="M{LEFT},{y:.1f}H{WIDTH - RIGHT}"/>'
            yield f'<text class="m e" x="{LEFT - 6}" y="{y + 4:.1f}">{text}</text>'

    def _along(self) -> Iterator[str]:
        for at, text in times(self.since, self.until):
            x = self._x(at)
            yield f'<path class="g" d="M{x:.1f},{self._lower}v5"/>'
            # A label that would reach over the edge is left out, its tick stays.
            if LEFT <= x <= WIDTH - RIGHT - 20:
                yield (
                    f'<text class="m c" x="{x:.1f}" y="{self._lower + 18}">'
                    f"{xml(text)}</text>"
                )

    def _line(self, number: int, line: Line, marks: Sequence[float]) -> Iterator[str]:
        if (threshold := self._threshold(line)) is not None:
            y, end = self._y(threshold, marks), WIDTH - RIGHT
            yield f'<path class="h s{number}" d="M{LEFT},{y:.1f}H{end}"/>'
            yield f'<text class="m e" x="{end}" y="{y - 4:.1f}">threshold</text>'
        for piece in _pieces(line.points):
            placed = [(self._x(at), self._y(value, marks)) for at, value in piece]
            first, *rest = _thinned(placed)
            path = f"M{first[0]:.1f},{first[1]:.1f}"
            path += "".join(f"L{x:.1f},{y:.1f}" for x, y in rest) or "h.1"
            kind = "l" if rest else "l p"
            yield f'<path class="{kind} s{number}" d="{path}"/>'

    def _alert(self, at: datetime) -> Iterator[str]:
        x = self._x(at)
        end = x > WIDTH - RIGHT - _LABEL_ROOM
        place = f'class="e" x="{x - 4:.1f}"' if end else f'x="{x + 4:.1f}"'
        yield f'<path class="a" d="M{x:.1f},{self._upper}V{self._lower}"/>'
        yield f'<text {place} y="{self._upper + 10}">alert {at:%H:%M}</text>'


def _pieces(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield what belongs together: between gaps and missing figures."""
    steps = [(b - a).total_seconds() for (a, _), (b, _) in pairwise(points)]
    usual = median([step for step in steps if step > 0] or [0.0])
    longest = timedelta(seconds=usual * _GAP)
    piece: list[Point] = []
    for at, value in points:
        if piece and (math.isnan(value) or at - piece[-1][0] > longest):
            yield piece
            piece = []
        if not math.isnan(value):
            piece.append((at, value))
    if piece:
        yield piece


def _thinned(placed: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return what can be seen: of each column its first, lowest, highest and last."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in placed:
        columns.setdefault(int(point[0]), []).append(point)
    found: list[tuple[float, float]] = []
    for column in columns.values():
        kept = {
            column.index(one): one
            for one in (
                column[0],
                min(column, key=lambda one: one[1]),
                max(column, key=lambda one: one[1]),
                column[-1],
            )
        }
        found += [kept[place] for place in sorted(kept)]
    return found
