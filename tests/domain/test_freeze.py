"""When a freeze holds, what it covers, and who set and lifted it."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadRequest, OutOfTurn
from bot.domain.freeze import Freeze, FreezeWindow, Once, Subject, Weekly
from bot.domain.freeze_events import (
    FreezeBegan,
    FreezeEnded,
    FreezeEvent,
    FreezeLifted,
    FreezeSet,
)
from bot.domain.freezing import Freezes, fold_freezes, frozen, lifted, on_now, turned
from bot.domain.untrusted import Untrusted
from tests.spec import NOON

BERLIN = ZoneInfo("Europe/Berlin")
WHY = Untrusted("the year is being closed")
TWO_HOURS = timedelta(hours=2)
# Every Friday 18:00 to Monday 06:00, by the clocks of Berlin.
WEEKEND = Weekly(zone=BERLIN, begins=(4, time(18)), ends=(0, time(6)))
NIGHTS = Weekly(zone=BERLIN, begins=(6, time(2, 30)), ends=(6, time(2, 45)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(**changes: object) -> FreezeWindow:
    given = {"id": "weekend", "reason": "nobody is there", "owner": "the ML team"}
    return FreezeWindow(**({"when": WEEKEND} | given | changes))  # type: ignore[arg-type]


def subject(**changes: str) -> Subject:
    given = {"action": "aws.iam.deny", "level": "T2", "stage": "production"}
    return Subject(**({"system": "chat"} | given | changes))


# --- when ---


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-27T16:59:59", None),
        ("2026-11-27T17:00:00", "2026-11-30T05:00:00"),
        ("2026-11-29T12:00:00", "2026-11-30T05:00:00"),
        ("2026-11-30T04:59:59", "2026-11-30T05:00:00"),
        ("2026-11-30T05:00:00", None),
        # In summer the clocks of Berlin are two hours ahead.
        ("2026-07-03T15:59:59", None),
        ("2026-07-03T16:00:00", "2026-07-06T04:00:00"),
        # The clocks go forward, or back, in between.
        ("2026-03-27T17:00:00", "2026-03-30T04:00:00"),
        ("2026-10-23T16:00:00", "2026-10-26T05:00:00"),
    ],
)
def test_a_weekend_is_one_by_the_clocks_of_its_zone(at: str, until: str | None) -> None:
    assert WEEKEND.end_at(utc(at)) == (utc(until) if until else None)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-07-05T00:29:59", False),
        ("2026-07-05T00:30:00", True),
        ("2026-07-05T00:45:00", False),
        # 25 October: 02:30 comes twice. It holds from the first until the last.
        ("2026-10-25T00:29:59", False),
        ("2026-10-25T00:30:00", True),
        ("2026-10-25T01:44:59", True),
        ("2026-10-25T01:45:00", False),
        # 29 March: 02:30 never comes. It holds all the same.
        ("2026-03-29T00:29:59", False),
        ("2026-03-29T01:00:00", True),
        ("2026-03-29T01:45:00", False),
    ],
)
def test_where_the_clocks_change_it_holds_longer(at: str, *, holds: bool) -> None:
    assert (NIGHTS.end_at(utc(at)) is not None) is holds


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    begins=st.integers(0, 7 * 1440 - 1),
    lasts=st.integers(1, 7 * 1440 - 1),
)
def test_without_changes_of_the_clock_it_holds_as_long_as_it_lasts(
    at: datetime, begins: int, lasts: int
) -> None:
    edges = [
        (n // 1440 % 7, time(n // 60 % 24, n % 60)) for n in (begins, begins + lasts)
    ]
    weekly = Weekly(zone=UTC, begins=edges[0], ends=edges[1])
    now = at.replace(tzinfo=UTC)
    minute = (now.weekday() * 1440 + now.hour * 60 + now.minute - begins) % (7 * 1440)
    end = weekly.end_at(now)
    assert (end is not None) is (minute < lasts)
    if end is not None:
        assert weekly.end_at(end - timedelta(microseconds=1)) == end
        assert weekly.end_at(end) is None


def test_a_single_freeze_holds_from_its_first_to_its_last_instant() -> None:
    once = Once(begins=NOON, ends=NOON + TWO_HOURS)
    a_bit = timedelta(microseconds=1)
    assert once.end_at(NOON - a_bit) is None
    assert once.end_at(NOON) == once.end_at(once.ends - a_bit) == once.ends
    assert once.end_at(once.ends) is None


# --- what ---


@pytest.mark.parametrize(
    ("limits", "covered"),
    [
        ({}, True),
        ({"stages": ("production",)}, True),
        ({"stages": ("sandbox", "pilot")}, False),
        ({"systems": ("chat",)}, True),
        ({"systems": ("search",)}, False),
        ({"levels": ("T1",)}, False),
        ({"actions": ("aws.iam.*",)}, True),
        ({"actions": ("aws.sagemaker.*",)}, False),
        ({"spares": ("aws.iam.*",)}, False),
        ({"actions": ("aws.*",), "spares": ("aws.iam.deny",)}, False),
        ({"stages": ("production",), "levels": ("T3",)}, False),
    ],
)
def test_a_window_covers_what_its_lists_name(
    limits: dict[str, tuple[str, ...]], *, covered: bool
) -> None:
    assert window(**limits).covers(subject()) is covered


def test_what_is_not_registered_could_be_any_system() -> None:
    assert window(systems=("search",)).covers(subject(system=""))


# --- what it says ---


def test_a_freeze_says_who_until_when_and_why() -> None:
    until = NOON + TWO_HOURS
    one = Freeze(id="FZ-0001", until=until, by="U0LEAD", reason=WHY)
    assert one.says(NOON) == (
        "changes are frozen until 14:00 UTC by <@U0LEAD>, "
        "because: the year is being closed"
    )
    by_token = Freeze(id="FZ-0002", until=until + timedelta(days=1), by="admin")
    assert by_token.says(NOON) == (
        f"changes are frozen until {NOON + timedelta(days=1):%Y-%m-%d} 14:00 UTC "
        "by an administrator"
    )
    planned = window().at(utc("2026-11-29T12:00:00"))
    assert planned is not None
    assert planned.says(utc("2026-11-30T01:00:00")) == (
        "changes are frozen until 05:00 UTC by the ML team (weekend), "
        "because: nobody is there"
    )


def test_a_reason_cannot_mention_or_format() -> None:
    one = Freeze(id="FZ-1", until=NOON, by="U1", reason=Untrusted("<!here> *now*\n.x"))
    assert "<!here>" not in one.says(NOON)
    assert "*" not in one.says(NOON)
    assert "\n" not in one.says(NOON)


# --- set and lifted ---


def said(*events: FreezeEvent) -> Freezes:
    return fold_freezes(events)


def was_set(n: int = 1, item: str = "") -> FreezeSet:
    until = NOON + TWO_HOURS
    return FreezeSet(freeze=f"FZ-{n:04d}", until=until, by="U1", item=item, reason=WHY)


def test_a_freeze_is_on_until_its_time_is_up() -> None:
    found = said(was_set())
    ids = [one.id for one, _ in on_now(found, (), NOON)]
    assert ids == ["FZ-0001"]
    assert on_now(found, (), NOON + TWO_HOURS) == ()


def test_the_next_freeze_has_the_next_number() -> None:
    event = frozen(
        said(was_set()), lasts=TWO_HOURS, reason=WHY, by="U2", item="in_1", now=NOON
    )
    assert event == FreezeSet(
        freeze="FZ-0002", until=NOON + TWO_HOURS, by="U2", item="in_1", reason=WHY
    )
    assert said(was_set(), event).items["in_1"].id == "FZ-0002"


@pytest.mark.parametrize(
    ("lasts", "reason", "because"),
    [
        (timedelta(seconds=59), WHY, "it must last from one minute to seven days"),
        (
            timedelta(days=7, seconds=1),
            WHY,
            "it must last from one minute to seven days",
        ),
        (TWO_HOURS, Untrusted("  "), "no reason was given"),
    ],
)
def test_a_freeze_needs_a_reason_and_an_end(
    lasts: timedelta, reason: Untrusted, because: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        frozen(said(), lasts=lasts, reason=reason, by="U1", item="", now=NOON)
    assert str(caught.value) == (
        f"Nothing was frozen: {because}. It goes like this: "
        "`/incident freeze 2h REASON`; or `tocsin gate freeze --for 2h`."
    )


def test_what_is_lifted_is_not_on_any_more_and_a_planned_one_comes_again() -> None:
    now = utc("2026-11-29T12:00:00")
    late = FreezeSet(
        freeze="FZ-0001", until=now + TWO_HOURS, by="U1", item="", reason=WHY
    )
    on = [one for one, _ in on_now(said(late), (window(),), now)]
    assert [one.id for one in on] == ["FZ-0001", "weekend"]
    events = lifted(on, by="U2", reason=None)
    assert [(e.freeze, e.by) for e in events] == [("FZ-0001", "U2"), ("weekend", "U2")]
    found = said(late, *events)
    assert on_now(found, (window(),), now) == ()
    assert on_now(found, (window(),), now + timedelta(days=7)) != ()


def test_nothing_is_lifted_where_nothing_is_frozen() -> None:
    with pytest.raises(OutOfTurn) as caught:
        lifted((), by="U1", reason=None)
    assert str(caught.value) == (
        "Nothing was lifted: no freeze is on. See what waits with `/incident plans`."
    )


def test_an_end_that_was_written_down_too_early_ends_nothing() -> None:
    """The clock was ahead; the freeze is on again, and its end is told once."""
    (ended,) = turned(said(was_set()), (), NOON + timedelta(days=8))
    found = said(was_set(), ended)
    assert [one.id for one, _ in on_now(found, (), NOON)] == ["FZ-0001"]
    assert turned(found, (), NOON + timedelta(days=8)) == ()


def test_what_the_clock_brings_is_written_down_once() -> None:
    friday, sunday = utc("2026-11-27T17:00:00"), utc("2026-11-29T12:00:00")
    monday = utc("2026-11-30T05:00:00")
    (began,) = turned(said(), (window(),), friday)
    assert began == FreezeBegan(
        freeze="weekend",
        until=monday,
        owner="the ML team",
        reason=Untrusted("nobody is there"),
    )
    assert turned(said(began), (window(),), sunday) == ()
    (ended,) = turned(said(began), (window(),), monday)
    assert ended == FreezeEnded(freeze="weekend", until=monday)
    assert turned(said(began, ended), (window(),), monday) == ()


def test_a_turn_that_the_calendar_moved_ends_when_none_is_on() -> None:
    sunday = utc("2026-11-29T12:00:00")
    (began,) = turned(said(), (window(),), sunday)
    longer = window(when=Once(begins=sunday, ends=sunday + 9 * TWO_HOURS))
    (again,) = turned(said(began), (longer,), sunday)
    assert (again.freeze, again.until) == ("weekend", sunday + 9 * TWO_HOURS)  # type: ignore[union-attr]
    dropped = turned(said(began, again), (), sunday)
    assert [type(one) for one in dropped] == [FreezeEnded, FreezeEnded]


def test_the_end_of_what_a_person_set_is_written_down_unless_it_was_lifted() -> None:
    later = NOON + TWO_HOURS
    (ended,) = turned(said(was_set()), (), later)
    assert ended == FreezeEnded(freeze="FZ-0001", until=later)
    back = FreezeLifted(freeze="FZ-0001", until=later, by="U2", reason=None)
    assert turned(said(was_set(), back), (), later) == ()
