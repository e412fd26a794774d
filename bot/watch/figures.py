"""What a notice about a figure says, as people read it: value, usual, band, since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.baseline import Band, Learned
from bot.domain.watched import Baseline, CloudWatchFigure

_WHOLE_FROM = 100


def notice_of(
    system: str, one: Baseline, before: Learned, after: Learned, now: datetime
) -> Mapping[str, Any]:
    """Return the notice of a figure that left its band, or came back into it."""
    left = bool(after.unusual)
    band, value = after.band, after.last.value if after.last else 0.0
    return {
        "tocsin": "baseline",
        "event": "left_band" if left else "back_in_band",
        "system": system,
        "name": one.name,
        "figure": one.kind,
        "side": after.unusual or before.unusual,
        "value": number(value),
        "usual": number(band.usual) if band else "",
        "band": span(band) if band else "",
        "times_baseline": _times(value, band),
        "unit": one.unit,
        "since": after.since.isoformat() if after.since else "",
        "outside": f"{one.outside} of the last {one.of} points" if left else "",
        "read_from": read_from(one),
        "at": (after.last.at if after.last else now).isoformat(),
    }


def number(value: float) -> str:
    """Return a number as people read it: ``412,000``, ``0.41``."""
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"


def span(band: Band) -> str:
    """Return a band: ``5,900 to 9,140``."""
    return f"{number(band.low)} to {number(band.high)}"


def read_from(one: Baseline) -> str:
    """Return where a figure is read, in words."""
    figure = one.source
    if isinstance(figure, CloudWatchFigure):
        return f"CloudWatch {figure.namespace} {figure.metric} {figure.statistic}"
    return "Prometheus"


def _times(value: float, band: Band | None) -> float | None:
    if band is None or not band.usual:
        return None
    return round(value / band.usual, 2)
