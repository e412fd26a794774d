"""The small print of freezes: what one changed word of the rules would make different.

Each was found by changing one small thing in a rule (`make mutants`).
"""

from datetime import UTC, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from bot.domain.freeze import LIFT, Freeze, Weekly, longest
from bot.domain.freeze_events import FreezeLifted, FreezeRefused
from bot.domain.freezing import frozen, not_theirs, on_now, set_now, turned
from bot.domain.untrusted import Untrusted
from tests.domain.test_freeze import TWO_HOURS, WHY, said, utc, was_set, window
from tests.spec import NOON

_SUNDAY = 6


def test_a_span_that_ends_where_it_begins_is_the_whole_week() -> None:
    always = Weekly(zone=UTC, begins=(0, time(9)), ends=(0, time(9)))
    assert always.end_at(utc("2026-11-30T08:59")) == utc("2026-11-30T09:00")
    assert always.end_at(utc("2026-11-30T09:00")) == utc("2026-12-07T09:00")


def test_a_span_that_the_clocks_bring_forward_holds_before_its_week() -> None:
    # In Tehran 22 March 2021, a Monday, began at one: half past midnight never came.
    zone = ZoneInfo("Asia/Tehran")
    weekly = Weekly(zone=zone, begins=(0, time(0, 30)), ends=(0, time(2)))
    sunday = utc("2021-03-21T20:00")
    assert sunday.astimezone(zone).weekday() == _SUNDAY
    assert weekly.end_at(sunday) == utc("2021-03-21T21:30")
    assert weekly.end_at(sunday - timedelta(seconds=1)) is None


def test_outside_of_its_time_a_window_is_no_freeze() -> None:
    assert window().at(utc("2026-11-26T12:00:00")) is None


@pytest.mark.parametrize(("days", "which"), [((3, 1, 2), "a"), ((1, 3, 3), "c")])
def test_what_holds_longest_is_named_and_of_equals_always_the_same(
    days: tuple[int, ...], which: str
) -> None:
    on = [
        Freeze(id=name, until=NOON + timedelta(days=n))
        for name, n in zip("abc", days, strict=True)
    ]
    for order in permutations(on):
        found = longest(order)
        assert found is not None
        assert found.id == which
    assert longest(()) is None


def test_a_long_reason_is_cut_and_a_full_stop_is_not_doubled() -> None:
    long = Freeze(id="FZ-1", until=NOON, by="U1", reason=Untrusted("y" * 300))
    assert 190 < long.says(NOON).count("y") <= 200
    full = Freeze(id="FZ-1", until=NOON, by="U1", reason=Untrusted("it is night."))
    assert full.says(NOON).endswith("because: it is night")
    whole = Freeze(id="FZ-1", until=NOON, by="U1", reason=Untrusted("see box X"))
    assert whole.says(NOON).endswith("because: see box X")


def test_a_freeze_is_nobodys_unless_somebody_is_named() -> None:
    bare = Freeze(id="FZ-1", until=NOON)
    assert (bare.by, bare.owner, bare.reason) == ("", "", None)
    assert LIFT == (
        "Wait until it ends, or have an approver lift it with `/incident unfreeze`; "
        "where none is there, `tocsin gate thaw` does."
    )


@pytest.mark.parametrize("lasts", [timedelta(minutes=1), timedelta(days=7)])
def test_the_shortest_and_the_longest_freeze_can_be_set(lasts: timedelta) -> None:
    event = frozen(said(), lasts=lasts, reason=WHY, by="U1", item="", now=NOON)
    assert event.until == NOON + lasts


def test_what_a_person_set_is_on_as_it_was_set() -> None:
    whole = Freeze(id="FZ-0001", until=NOON + TWO_HOURS, by="U1", reason=WHY)
    assert set_now(was_set()) == whole
    assert [one for one, _ in on_now(said(was_set()), (), NOON)] == [whole]
    assert turned(said(was_set()), (), NOON) == ()


def test_of_several_freezes_one_is_lifted_and_the_others_stay() -> None:
    back = FreezeLifted(freeze="FZ-0001", until=NOON + TWO_HOURS, by="U2", reason=None)
    found = said(was_set(1), was_set(2), back)
    assert [one.id for one, _ in on_now(found, (), NOON)] == ["FZ-0002"]


def test_the_ends_of_several_freezes_are_written_down_together_and_once() -> None:
    later = NOON + TWO_HOURS
    found = said(was_set(1), was_set(2))
    ends = turned(found, (), later)
    assert [one.freeze for one in ends] == ["FZ-0001", "FZ-0002"]  # type: ignore[union-attr]
    assert turned(said(was_set(1), was_set(2), *ends), (), later) == ()
    assert [
        one.freeze  # type: ignore[union-attr]
        for one in turned(said(was_set(1), was_set(2), ends[0]), (), later)
    ] == ["FZ-0002"]


def test_who_is_refused_moves_no_freeze() -> None:
    no = FreezeRefused(command="thaw", code="refused.not_allowed", by="U1")
    assert said(was_set(), no) == said(was_set())


def test_an_item_of_the_inbox_remembers_the_freeze_that_it_set() -> None:
    found = said(was_set(1, "in_1"), was_set(2, "in_2"), was_set(3))
    assert {item: one.id for item, one in found.items.items()} == {
        "in_1": "FZ-0001",
        "in_2": "FZ-0002",
    }


@pytest.mark.parametrize(
    ("because", "says"),
    [("", "no policy lets <@U1> do that"), ("guests never may", "guests never may")],
)
def test_who_may_not_freeze_reads_why(because: str, says: str) -> None:
    assert str(not_theirs("U1", "Nothing was frozen", because)) == (
        f"Nothing was frozen: {says}. Ask somebody on call or one of the approvers."
    )
