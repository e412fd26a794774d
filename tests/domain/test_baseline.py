"""What is usual is learned from what is usual, and one bad minute is not an alarm."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.baseline import (
    Band,
    Learned,
    Point,
    band_of,
    growth,
    observe,
    observe_all,
)
from bot.domain.watched import Baseline, CloudWatchFigure, PrometheusFigure
from tests.spec import NOON

FIGURE = CloudWatchFigure(namespace="AWS/Bedrock", metric="OutputTokenCount")
TOKENS = Baseline(
    name="output tokens",
    kind="tokens",
    source=FIGURE,
    direction="high",
    warm_up=10,
    half_life=60,
)
BOTH = replace(TOKENS, direction="both")
CALM = (98, 101, 103, 97, 100, 102, 99, 100, 98, 102)
VALUES = st.floats(-1e12, 1e12, allow_nan=False)


def points(*values: float, first: int = 0) -> tuple[Point, ...]:
    return tuple(
        Point(NOON + timedelta(minutes=first + place), value)
        for place, value in enumerate(values)
    )


def after(*values: float, about: Baseline = TOKENS) -> Learned:
    """Return what is known after a calm start and these."""
    return observe_all(Learned(), points(*CALM, *values), about)


def band(learned: Learned, about: Baseline = TOKENS) -> Band:
    found = band_of(learned, about, at=NOON)
    assert found is not None
    return found


def test_before_the_warm_up_nothing_is_unusual() -> None:
    seen = observe_all(Learned(), points(1, 1, 1, 1, 900, 900, 900, 900, 900), TOKENS)
    assert seen.unusual == ""
    assert band_of(seen, TOKENS, at=NOON) is None


def test_a_spike_of_one_point_is_no_alarm() -> None:
    assert after(100, 5_000, 100, 100).unusual == ""


def test_three_of_five_points_outside_are_an_alarm_that_knows_since_when() -> None:
    seen = after(500, 100, 500, 100, 500)
    assert seen.unusual == "above"
    assert seen.since == NOON + timedelta(minutes=10)


def test_it_ends_only_after_three_points_inside_in_a_row() -> None:
    risen = (500, 500, 500)
    assert after(*risen, 100, 100, 500, 100, 100).unusual == "above"
    ended = after(*risen, 100, 100, 100)
    assert ended.unusual == ""
    assert ended.since is None


def test_a_side_that_does_not_count_is_no_alarm() -> None:
    assert after(*[0] * 8).unusual == ""
    assert after(*[0] * 8, about=BOTH).unusual == "below"


def test_three_strays_to_different_sides_are_no_alarm() -> None:
    assert after(500, 0, 500, 0, about=BOTH).unusual == ""


def test_the_golden_series() -> None:
    """Worked out by hand from the ten calm points: median 100, strays 2."""
    seen = after()
    assert (seen.overall.mean, seen.overall.count) == (100.0, 10)
    assert seen.overall.variance == pytest.approx(3.6)
    # 4 sigma is 7.6, but the band is never narrower than a fifth of what is usual.
    assert band(seen) == Band(100.0, 80.0, 120.0)
    narrow = replace(TOKENS, least_share=0.0)
    assert band(seen, narrow).high == pytest.approx(100 + 4 * 3.6**0.5)
    wide = replace(TOKENS, least_width=50)
    assert band(seen, wide) == Band(100.0, 50.0, 150.0)
    # One more point inside, weight 1 - 0.5^(1/60) against 1/11: the larger counts.
    taught = after(111).overall
    assert taught.mean == pytest.approx(100 + 11 / 11)
    assert taught.variance == pytest.approx((1 - 1 / 11) * (3.6 + 11 * 1))


@settings(max_examples=60)
@given(VALUES)
def test_one_outlier_of_any_size_neither_drags_nor_widens_the_band(
    value: float,
) -> None:
    before, seen = after(), after(value)
    edge = band(before).high - 100
    assert abs(seen.overall.mean - before.overall.mean) <= edge / 11 + 1e-9
    if not 80 <= value <= 120:
        assert seen.overall.variance <= before.overall.variance


@settings(max_examples=30)
@given(st.lists(st.sampled_from([1e14, -1e14, 0.0]), max_size=4))
def test_outliers_of_the_warm_up_are_not_taken_for_usual(strays: list[float]) -> None:
    first = (*CALM, *CALM, *strays)
    about = replace(TOKENS, warm_up=len(first))
    seen = observe_all(Learned(), points(*first), about)
    assert 90 < seen.overall.mean < 110
    assert seen.overall.deviation < 10


def test_a_rare_error_among_zeros_does_not_make_everything_usual() -> None:
    about = replace(TOKENS, kind="errors", warm_up=40, least_width=5)
    seen = observe_all(Learned(), points(*[0.0] * 39, 1e12, 0.0), about)
    assert band(seen, about) == Band(0.0, -5.0, 5.0)


@settings(max_examples=60)
@given(st.lists(VALUES, min_size=11, max_size=40))
def test_the_band_holds_what_is_usual_whatever_comes(values: list[float]) -> None:
    seen = observe_all(Learned(), points(*values), BOTH)
    found = band(seen, BOTH)
    assert found.low <= found.usual <= found.high
    assert seen.overall.variance >= 0
    assert min(values) - 1 <= seen.overall.mean <= max(values) + 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_what_is_no_number_changes_nothing(value: float) -> None:
    before = after()
    assert observe(before, Point(NOON + timedelta(hours=1), value), TOKENS) == before


def test_the_same_point_or_an_older_one_counts_once() -> None:
    seen = after(500)
    again = observe_all(seen, points(*CALM, 500), TOKENS)
    assert again == seen


def test_missing_points_are_not_zeros_and_no_bridge() -> None:
    risen = observe_all(after(500, 500), points(500, first=600), TOKENS)
    assert risen.unusual == ""
    assert risen.sides == ("above",)
    assert band(risen).low > 70


def test_an_alarm_stands_while_nothing_comes_in() -> None:
    seen = observe_all(after(500, 500, 500), points(100, 100, first=600), TOKENS)
    assert seen.unusual == "above"


def test_a_new_level_becomes_usual_in_the_end() -> None:
    seen = after(*[130] * 400)
    assert seen.unusual == ""
    assert seen.overall.mean > 108


def test_each_hour_of_the_week_can_have_a_band_of_its_own() -> None:
    about = replace(BOTH, season="week", half_life=600)
    night = [
        Point(NOON + timedelta(weeks=w, minutes=m), 10.0)
        for w in range(2)
        for m in range(59)
    ]
    day = [
        Point(NOON + timedelta(weeks=w, minutes=60 + m), 1000.0)
        for w in range(2)
        for m in range(59)
    ]
    seen = observe_all(Learned(), (*night, *day), about)
    found = band_of(seen, about, at=NOON + timedelta(weeks=2))
    assert found is not None
    assert found.high < 900


def test_a_counter_is_looked_at_by_its_growth_and_a_restart_has_no_figure() -> None:
    first, second, third = points(60, 120, 5)
    assert growth(None, first) is None
    assert growth(first, second) == Point(second.at, 1.0)
    assert growth(second, third) is None
    assert growth(second, second) is None
    assert growth(first, replace(second, value=float("nan"))) is None


def test_points_of_prometheus_are_a_minute_apart() -> None:
    assert replace(TOKENS, source=PrometheusFigure(query="up")).step_s == 60
    slow = CloudWatchFigure(namespace="n", metric="m", period_s=300)
    assert replace(TOKENS, source=slow).step_s == 300
