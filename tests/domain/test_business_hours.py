"""When people are at work, by the clocks of the site."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.business_hours import BusinessHours

BERLIN = ZoneInfo("Europe/Berlin")
SITE = BusinessHours(
    zone=BERLIN,
    begins=time(9),
    ends=time(17, 30),
    holidays=frozenset({date(2026, 12, 25)}),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "hold"),
    [
        ("2026-11-27T07:59", False),
        ("2026-11-27T08:00", True),
        ("2026-11-27T16:29", True),
        ("2026-11-27T16:30", False),
        ("2026-11-28T12:00", False),
        ("2026-12-25T12:00", False),
        # The clocks went forward on 29 March and back on 25 October.
        ("2026-03-27T07:30", False),
        ("2026-03-30T07:30", True),
        ("2026-10-23T07:30", True),
        ("2026-10-26T07:30", False),
        ("2026-10-26T16:15", True),
        # Late on Thursday by UTC, already the holiday in Berlin.
        ("2026-12-24T23:30", False),
    ],
)
def test_people_work_by_the_clocks_of_their_zone(at: str, *, hold: bool) -> None:
    assert SITE.hold(utc(at)) is hold


def test_the_hour_is_that_of_the_zone() -> None:
    assert SITE.hour(utc("2026-07-01T23:00")) == 1
    assert SITE.hour(utc("2026-12-01T23:00")) == 0
    assert BusinessHours().hour(utc("2026-07-01T23:00")) == 23


def test_a_day_can_end_at_midnight() -> None:
    late = BusinessHours(begins=time(16), ends=None)
    assert late.hold(utc("2026-11-27T23:59:59.999999"))
    assert not late.hold(utc("2026-11-28T00:00"))


def test_without_a_calendar_it_is_eight_to_six_on_working_days_in_utc() -> None:
    standard = BusinessHours()
    inside = [utc("2026-11-27T08:00"), utc("2026-11-27T17:59")]
    outside = [
        utc("2026-11-27T07:59"),
        utc("2026-11-27T18:00"),
        utc("2026-11-29T12:00"),
    ]
    assert all(map(standard.hold, inside))
    assert not any(map(standard.hold, outside))
