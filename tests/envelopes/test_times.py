"""Every way senders write a time, and what is no time at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.envelopes.jsonbody import Json
from bot.envelopes.times import read_time

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-04T12:00:00Z",
        "2026-05-04T12:00:00.000Z",
        "2026-05-04T12:00:00.0000000Z",
        "2026-05-04T12:00:00.000000000Z",
        "2026-05-04T14:00:00+02:00",
        "2026-05-04T14:00:00.000+0200",
        "2026-05-04T08:30:00-0330",
        "2026-05-04 12:00:00.000000000",
        "2026-05-04 12:00:00",
        "2026-05-04 12:00:00 UTC",
        "2026-05-04 12:00:00.000000000 +0000 UTC",
        "2026-05-04T13:00:00.000000+01.00",
        "Mon, 04 May 2026 12:00:00 GMT",
        "Mon, 04 May 2026 14:00:00 +0200",
        1777896000,
        1777896000.0,
        1777896000000,
        1777896000000000,
        1777896000000000000,
        "1777896000",
        "1777896000000",
        " 2026-05-04T12:00:00Z ",
        "2026-05-04T12:00Z",
        "2026-05-04 12:00",
        "2026-05-04 12:00:00 (UTC)",
        "2026/05/04 12:00:00 GMT",
        "20260504T120000Z",
        "20260504120000",
        "04/May/2026:14:00:00 +0200",
        "May 4, 2026 12:00 PM UTC",
        "May 4, 2026 at 12:00:00 PM",
        "Mon, 4 May 2026, 12:00",
        "Mon May  4 12:00:00 2026",
    ],
)
def test_the_same_moment_in_every_spelling(written: Json) -> None:
    assert read_time(written) == NOON


def test_a_day_is_its_first_moment() -> None:
    assert read_time("2026-05-04") == datetime(2026, 5, 4, tzinfo=UTC)


def test_fractions_finer_than_a_microsecond_are_cut() -> None:
    at = read_time("2026-05-04T12:00:00.123456789Z")
    assert at == NOON.replace(microsecond=123456)


def test_a_leap_second_is_the_moment_after() -> None:
    assert read_time("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        "",
        "soon",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        0,
        -5,
        "9999-12-31T23:59:59Z",
        "2026-13-40T99:99:99Z",
        "2026-05-04T12:00:00+99:99",
        10**30,
        float("nan"),
        float("inf"),
        "9" * 60,
        ["2026-05-04"],
        {"at": 1},
        "Mon, 99 Foo 2026",
    ],
)
def test_what_is_no_believable_time_is_none(written: Json) -> None:
    assert read_time(written) is None


def test_a_clock_that_is_off_is_still_a_time() -> None:
    assert read_time("2999-01-01T00:00:00Z") == datetime(2999, 1, 1, tzinfo=UTC)


@given(st.text(max_size=70) | st.integers() | st.floats())
def test_nothing_makes_it_raise(written: Json) -> None:
    at = read_time(written)
    assert at is None or at.tzinfo is UTC
