"""Plots: readable for people and screen readers, and nothing in them comes alive."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from bot.ports import Series
from bot.sharing.plot import MOST_PANELS, Frame, plot
from bot.sharing.scales import figure, ticks, times

SINCE = datetime(2026, 11, 27, 23, 10, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=3)
FRAME = Frame(
    title="metrics", since=SINCE, until=UNTIL, alert_at=SINCE + timedelta(hours=2)
)
SVG = "{http://www.w3.org/2000/svg}"
ATTRIBUTES = {"role", "aria-labelledby", "id", "class", "d"} | {
    *("width", "height", "viewBox", "x", "y")
}
SHAPES = {"svg", "title", "desc", "style", "rect", "text", "path"}


def series(
    work: Callable[[int], float] = float, count: int = 180, **given: object
) -> Series:
    step = timedelta(hours=3) / count
    points = tuple((SINCE + n * step, work(n)) for n in range(count))
    return Series(**{"label": "errors", "points": points, **given})  # type: ignore[arg-type]


def drawn(*given: Series, frame: Frame = FRAME) -> ET.Element:
    """Return the plot, read as XML; every shape in it is one of ours."""
    text = plot(given, frame, clean=lambda text: text)
    found = ET.fromstring(text)  # noqa: S314 - we made it ourselves
    assert {one.tag.removeprefix(SVG) for one in found.iter()} <= SHAPES
    assert {name for one in found.iter() for name in one.attrib} <= ATTRIBUTES
    style = found.findtext(f"{SVG}style") or ""
    assert "url" not in style
    assert "@import" not in style
    for number in re.findall(r'(?:d|x|y)="([^"]*)"', text):
        assert "nan" not in number
        assert "inf" not in number
    return found


def texts(found: ET.Element) -> list[str]:
    return [one.text or "" for one in found.iter(f"{SVG}text")]


def desc(found: ET.Element) -> str:
    return found.findtext(f"{SVG}desc") or ""


def lines(found: ET.Element, kind: str = "l") -> list[str]:
    """Return the paths of the figures, the strokes of the legend left out."""
    paths = [
        one for one in found.iter(f"{SVG}path") if kind in one.get("class", "").split()
    ]
    return [path for one in paths if not re.search(r"h26$", path := one.get("d", ""))]


def test_a_plot_says_in_words_what_is_to_be_seen() -> None:
    found = drawn(series(threshold=150.0, unit="Percent"))
    assert desc(found) == (
        "errors: last 179 %, lowest 0 %, highest 179 %, threshold 150 %."
    )
    assert found.findtext(f"{SVG}title") == "metrics"
    assert found.get("role") == "img"
    assert found.get("aria-labelledby") == "t d"


def test_the_axes_are_round_and_the_times_utc() -> None:
    said = texts(drawn(series()))
    assert {"0", "50", "100", "150", "200"} <= set(said)
    assert {"27 Nov 23:30", "28 Nov 00:00", "00:30", "02:00"} <= set(said)
    assert "2026-11-27 23:10 to 2026-11-28 02:10 UTC" in said
    assert "alert 01:10" in said


def test_labels_from_outside_stay_text() -> None:
    hostile = '<script>alert(1)</script>" onload="x\u202e\x00]]>&\ud800\ufffe'
    frame = Frame(title=hostile, since=SINCE, until=UNTIL)
    found = drawn(series(label=hostile, unit="<b>"), frame=frame)
    assert '<script>alert(1)</script>" ' in texts(found)[0]
    assert "\u202e" not in "".join(found.itertext())


def test_labels_are_cleaned_before_they_are_cut() -> None:
    key = "x" * 40
    made = plot(
        [series(label=f"of the thing with the key {key}")],
        FRAME,
        clean=lambda text: text.replace(key, "[key]"),
    )
    assert "xxx" not in made
    assert "[key]" in made


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e308, -1e308])
def test_what_is_no_figure_is_a_gap(bad: float) -> None:
    found = drawn(series(lambda n: bad if 60 <= n < 90 else 1.0))
    assert len(lines(found)) == 2


def test_a_pause_in_the_figures_is_a_gap() -> None:
    points = series().points
    found = drawn(Series(label="a", points=(*points[:50], *points[90:])))
    assert len(lines(found)) == 2


def test_one_point_is_a_dot() -> None:
    found = drawn(Series(label="a", points=((SINCE, 3.0),)))
    assert len(lines(found, "p")) == 1


def test_equal_figures_are_a_flat_line_within_the_panel() -> None:
    for value in (0.0, 5.0, -5.0, 1e12, 1e-9):
        (path,) = lines(drawn(series(lambda _, value=value: value)))  # type: ignore[misc]
        heights = {float(y) for _, y in re.findall(r"([\d.]+),([\d.]+)", path)}
        assert len(heights) == 1


def test_nothing_but_gaps_says_that_there_is_nothing() -> None:
    for given in ([], [series(lambda _: math.nan)], [Series(label="a", points=())]):
        found = drawn(*given)
        assert "Nothing to draw." in texts(found)
        assert desc(found) == "Nothing to draw."


def test_ten_thousand_points_make_a_small_picture_that_keeps_the_peak() -> None:
    found = drawn(series(lambda n: 900.0 if n == 5_003 else 1.0, count=10_000))
    (path,) = lines(found)
    assert len(path) < 40_000
    assert desc(found).endswith("highest 900.")
    assert min(float(y) for _, y in re.findall(r"([\d.]+),([\d.]+)", path)) < 100


def test_figures_of_other_units_and_sizes_get_axes_of_their_own() -> None:
    found = drawn(
        series(label="a"),
        series(label="b"),
        series(label="tokens", work=lambda n: n * 1e6),
        series(label="latency", unit="Milliseconds"),
    )
    assert sum(one.startswith("alert ") for one in texts(found)) == 3


def test_so_many_series_are_drawn_and_the_rest_is_told() -> None:
    many = [series(label=f"s{n}", unit=f"u{n}") for n in range(MOST_PANELS + 3)]
    assert desc(drawn(*many)).endswith("3 more are not drawn.")


def test_a_threshold_far_above_is_told_and_does_not_flatten_the_line() -> None:
    found = drawn(series(lambda n: n % 5, threshold=1e9))
    assert "threshold 1G" in desc(found)
    assert "threshold" not in texts(found)
    assert "4" in texts(found)


def test_points_out_of_order_or_of_the_window_are_harmless() -> None:
    points = series().points
    early = (SINCE - timedelta(days=9), 1e9)
    found = drawn(Series(label="a", points=(*reversed(points), early)))
    assert len(lines(found)) == 1
    assert "highest 179" in desc(found)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (12, "12"),
        (999.96, "1k"),
        (1234, "1.23k"),
        (-56_789, "-56.8k"),
        (1_000_000, "1M"),
        (2.5e9, "2.5G"),
        (0.01234, "0.0123"),
        (1e-9, "1.00e-09"),
        (1e18, "1.00e+18"),
        (100.0, "100"),
    ],
)
def test_figures_are_written_for_people(value: float, said: str) -> None:
    assert figure(value) == said
    assert figure(value, "ms") == f"{said} ms"


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0, 1),
        (0, 0),
        (-3, 7),
        (1e-12, 2e-12),
        (0, 1e200),
        (5, 5),
        (-2, -2),
        (99.1, 99.9),
    ],
)
def test_ticks_hold_what_they_are_for(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 9
    assert found[0] <= low + 1e-9
    assert found[-1] >= high * (1 - 1e-9)


@pytest.mark.parametrize("length", [1, 60, 3_600, 86_400, 40 * 86_400])
def test_times_are_few_and_within(length: int) -> None:
    until = SINCE + timedelta(seconds=length)
    found = list(times(SINCE, until))
    assert len(found) <= 9
    assert all(SINCE <= at <= until for at, _ in found)
