"""Figures over time as a line chart: SVG text of our own shapes and nothing else.

No script and no reference to anything; every label is redacted by the caller's `clean`
and escaped. It is looked at as an image, so what a screen reader says is in its title
and description. Figures of different units or sizes get panels of their own; colours
come with dashes, so that nobody needs to tell colours apart. How a panel is drawn is
in `panel.py`.

Colours: Okabe and Ito, "Color Universal Design" (2008), lightened for the dark.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.untrusted import clip, visible
from bot.ports import Series
from bot.sharing.panel import RIGHT, WIDTH, Line, Panel, height
from bot.sharing.scales import unit_of
from bot.sharing.xmltext import xml

MOST_PANELS, MOST_LINES = 6, 6
_HEAD, _EMPTY = 38, 40
_LABEL, _UNIT = 48, 12
_SAME_SIZE = 50.0
"""So much larger may one figure be than another to share an axis with it."""
_HUGE = 1e300
_SVG = 'xmlns="http://www.w3.org/2000/svg"'
_STYLE = """
text{font:12px system-ui,sans-serif;fill:#1f2328}.t{font-size:14px;font-weight:600}
.m{fill:#59636e}.e{text-anchor:end}.c{text-anchor:middle}.bg{fill:#fff}
.g{stroke:#d1d9e0}.g,.l,.a,.h{fill:none}.l{stroke-width:2;stroke-linejoin:round}
.a{stroke:#1f2328;stroke-dasharray:2 4}.h{stroke-width:1.2}
.s0{stroke:#0072b2}.s1{stroke:#d55e00;stroke-dasharray:7 3}
.s2{stroke:#007a5a;stroke-dasharray:2 2}.s3{stroke:#a6528a;stroke-dasharray:9 3 2 3}
.s4{stroke:#946200;stroke-dasharray:4 2}.s5{stroke:#555;stroke-dasharray:12 3}
.h{stroke-dasharray:10 6}.p{stroke-width:5;stroke-linecap:round;stroke-dasharray:none}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.m{fill:#a8b1bb}.bg{fill:#0d1117}
.g{stroke:#3d444d}.a{stroke:#f0f6fc}.s0{stroke:#56b4e9}.s1{stroke:#ff9a4d}
.s2{stroke:#3fd6a8}.s3{stroke:#e7a3cc}.s4{stroke:#e6c35c}.s5{stroke:#c9d1d9}}
"""

Clean = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a plot is about; times are aware UTC, `since` before `until`.

    Attributes:
        alert_at: Where the line of the alert stands, None for nowhere.
    """

    title: str
    since: datetime
    until: datetime
    alert_at: datetime | None = None


def plot(series: Sequence[Series], frame: Frame, *, clean: Clean) -> str:
    """Return a plot as SVG; one that says so where there is nothing to draw.

    Args:
        clean: Redacts a text from outside.
    """
    lines = [line for one in series if (line := _line(one, frame, clean)) is not None]
    panels = _panels(lines)
    high = _HEAD + sum(map(height, panels)) + (0 if panels else _EMPTY)
    title, desc = xml(clip(clean(frame.title), 80)), xml(_described(panels, lines))
    size = f'width="{WIDTH}" height="{high}"'
    names = 'role="img" aria-labelledby="t d"'
    return "\n".join(
        [
            f'<svg {_SVG} {size} viewBox="0 0 {WIDTH} {high}" {names}>',
            f'<title id="t">{title}</title>',
            f'<desc id="d">{desc}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="bg" {size}/>',
            f'<text class="t" x="{RIGHT}" y="23">{title}</text>',
            f'<text class="m e" x="{WIDTH - RIGHT}" y="23">{_span(frame)}</text>',
            *_shapes(panels, frame),
            "</svg>\n",
        ]
    )


def _shapes(panels: Sequence[Sequence[Line]], frame: Frame) -> Iterator[str]:
    top = _HEAD
    for lines in panels:
        panel = Panel(lines=lines, since=frame.since, until=frame.until, top=top)
        yield from panel.drawn(frame.alert_at)
        top += height(lines)
    if not panels:
        yield f'<text class="m" x="{RIGHT}" y="{_HEAD + 16}">Nothing to draw.</text>'


def _line(one: Series, frame: Frame, clean: Clean) -> Line | None:
    """Return what of a series can be drawn, None for nothing."""
    points = tuple(
        (at.astimezone(UTC), float(value) if _can_draw(value) else math.nan)
        for at, value in sorted(one.points, key=lambda point: point[0])
        if frame.since <= at <= frame.until
    )
    if all(math.isnan(value) for _, value in points):
        return None
    threshold = one.threshold
    return Line(
        label=_short(clean(one.label), _LABEL) or "unnamed",
        unit=_short(clean(unit_of(one.unit)), _UNIT),
        points=points,
        threshold=threshold if threshold is not None and _can_draw(threshold) else None,
    )


def _can_draw(value: float) -> bool:
    return math.isfinite(value) and abs(value) < _HUGE


def _short(text: str, limit: int) -> str:
    return clip(" ".join(visible(text).split()), limit)


def _panels(lines: Sequence[Line]) -> list[list[Line]]:
    """Bring together what can share an axis, in the order given."""
    panels: list[list[Line]] = []
    for line in lines:
        fitting = (panel for panel in panels if _fits(line, panel))
        panel = next(fitting, None)
        if panel is not None:
            panel.append(line)
        elif len(panels) < MOST_PANELS:
            panels.append([line])
    return panels


def _fits(line: Line, panel: Sequence[Line]) -> bool:
    if len(panel) >= MOST_LINES or panel[0].unit != line.unit:
        return False
    sizes = [_size(one) for one in (line, *panel) if _size(one)]
    return not sizes or max(sizes) / min(sizes) <= _SAME_SIZE


def _size(line: Line) -> float:
    return max(abs(value) for value in line.values)


def _described(panels: Sequence[Sequence[Line]], lines: Sequence[Line]) -> str:
    """Say in words what is to be seen."""
    shown = [line for panel in panels for line in panel]
    said = [f"{line.told()}." for line in shown]
    if len(shown) < len(lines):
        said.append(f"{len(lines) - len(shown)} more are not drawn.")
    return " ".join(said) or "Nothing to draw."


def _span(frame: Frame) -> str:
    since, until = frame.since.astimezone(UTC), frame.until.astimezone(UTC)
    return f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
