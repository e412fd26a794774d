"""How often something may be changed, and what a full limit says."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gate_limits import (
    UNLIMITED,
    ActionLimit,
    GateLimits,
    Place,
    UsedUp,
    proposed_enough,
    used_up,
)
from tests.spec import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TWO_AN_HOUR = GateLimits(action=ActionLimit(per_hour=2, per_day=3))
BY = NOON + 5 * MINUTE


def place(minutes_ago: int = 0, **changes: str) -> Place:
    found = Place(
        action="aws.iam.deny",
        target=f"t{minutes_ago}",
        system="chat",
        at=NOON - minutes_ago * MINUTE,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


WANTED = place(target="mine")


def full(limits: GateLimits, *taken: Place) -> UsedUp:
    found = used_up(limits, WANTED, taken)
    assert found is not None
    return found


def test_there_is_a_place_until_the_limit_is_reached() -> None:
    assert used_up(TWO_AN_HOUR, WANTED, ()) is None
    assert used_up(TWO_AN_HOUR, WANTED, (place(10),)) is None
    assert used_up(TWO_AN_HOUR, WANTED, (place(10), place(60))) is None
    other = place(20, action="aws.iam.allow")
    assert used_up(TWO_AN_HOUR, WANTED, (place(10), other)) is None


def test_an_hour_that_is_full_says_how_many_since_when_and_when_the_next_is() -> None:
    found = full(TWO_AN_HOUR, place(10), place(40))
    assert found.what == (
        "`aws.iam.deny` ran 2 times since 11:20 UTC, "
        "and 2 an hour is the limit of an action"
    )
    assert found.next_at == NOON + 20 * MINUTE
    assert found.next_move(NOON, None) == (
        "Wait until 12:20 UTC; whoever keeps the settings of the gate "
        "may raise it (`gate.action_per_hour`)."
    )


@pytest.mark.parametrize(
    ("apply_by", "saying"),
    [
        (NOON + 21 * MINUTE, "Wait: it starts by itself at 12:20 UTC; "),
        (
            NOON + 20 * MINUTE,
            (
                "Propose it again from 12:20 UTC on, because its time runs out before, "
                "at 12:20 UTC; "
            ),
        ),
    ],
)
def test_a_plan_that_waits_is_told_whether_it_gets_its_turn(
    apply_by: datetime, saying: str
) -> None:
    named = replace(TWO_AN_HOUR, keeper="the platform team")
    assert full(named, place(10), place(40)).next_move(NOON, apply_by) == (
        f"{saying}the platform team may raise it (`gate.action_per_hour`)."
    )


def test_a_day_that_is_full_counts_what_the_hour_forgot() -> None:
    found = full(TWO_AN_HOUR, place(10), place(200), place(600))
    assert found.what == (
        "`aws.iam.deny` ran 3 times since 02:00 UTC, "
        "and 3 a day is the limit of an action"
    )
    assert found.next_at == NOON - 600 * MINUTE + timedelta(days=1)
    assert found.next_move(NOON, BY).startswith(
        f"Propose it again from {NOON + timedelta(days=1):%Y-%m-%d} 02:00 UTC on, "
    )


def test_an_action_can_have_a_limit_of_its_own() -> None:
    own = {"aws.iam.deny": ActionLimit(per_hour=1, per_day=0)}
    found = full(replace(TWO_AN_HOUR, actions=own), place(30))
    assert found.what == (
        "`aws.iam.deny` ran one time since 11:30 UTC, "
        "and 1 an hour is the limit of an action"
    )
    assert found.setting == "limits of aws.iam.deny in the calendar"


def test_the_gate_and_a_system_are_limited_as_a_whole() -> None:
    other = (place(1, action="a.b.c", system="x"), place(2, action="d.e.f"))
    all_full = full(GateLimits(all_per_hour=2), *other)
    assert all_full.what == (
        "actions ran 2 times since 11:58 UTC, and 2 an hour is the limit of the gate"
    )
    assert used_up(GateLimits(system_per_hour=2), WANTED, other) is None
    of_system = full(GateLimits(system_per_hour=1), *other)
    assert of_system.what == (
        "actions ran one time since 11:58 UTC, and 1 an hour is the limit of a system"
    )


def test_what_belongs_to_no_system_is_not_counted_for_one() -> None:
    wanted, taken = replace(WANTED, system=""), (place(1, system=""),)
    assert used_up(GateLimits(system_per_hour=1), wanted, taken) is None


def test_between_two_times_of_the_same_on_one_target_lies_a_pause() -> None:
    limits = GateLimits(target_pause=2 * MINUTE)
    assert used_up(limits, WANTED, (place(1), place(2, target="mine"))) is None
    other = place(1, target="mine", action="another.one.there")
    assert used_up(limits, WANTED, (other,)) is None
    found = full(limits, other, place(1, target="mine"))
    assert found.what == (
        "`aws.iam.deny` ran on the same target at 11:59 UTC, "
        "and 2 min must lie in between"
    )
    assert (found.next_at, found.setting) == (NOON + MINUTE, "gate.target_pause_min")


def test_of_several_full_limits_the_one_that_holds_longest_is_told() -> None:
    limits = replace(TWO_AN_HOUR, all_per_hour=1)
    assert full(limits, place(10), place(50)).next_at == NOON + 50 * MINUTE


def test_a_place_that_seems_to_lie_ahead_counts() -> None:
    ahead = place(0, at=NOON + MINUTE)  # type: ignore[arg-type]
    assert full(TWO_AN_HOUR, ahead, place(1)).next_at == NOON + 59 * MINUTE


def test_without_limits_there_is_always_a_place() -> None:
    assert (
        used_up(UNLIMITED, WANTED, [place(n, target="mine") for n in range(99)]) is None
    )


def test_one_person_may_propose_so_many() -> None:
    limits = GateLimits(proposals_per_hour=2)
    times = [NOON - 10 * MINUTE, NOON - 59 * MINUTE]
    assert proposed_enough(limits, "U1", times[:1], NOON) is None
    found = proposed_enough(limits, "U1", times, NOON)
    assert found is not None
    assert found.what == (
        "<@U1> proposed 2 plans since 11:01 UTC, "
        "and 2 an hour is the limit of one person"
    )
    assert found.next_at == NOON + MINUTE


@given(
    ago=st.lists(st.integers(0, 1500), max_size=12),
    most=st.integers(1, 4),
    a_day=st.integers(1, 6),
)
def test_the_next_is_possible_exactly_when_it_is_said(
    ago: list[int], most: int, a_day: int
) -> None:
    limits = GateLimits(action=ActionLimit(per_hour=most, per_day=a_day))
    taken = [place(n) for n in ago]
    found = used_up(limits, WANTED, taken)
    in_hour, in_day = sum(n < 60 for n in ago), sum(n < 1440 for n in ago)
    assert (found is not None) is (in_hour >= most or in_day >= a_day)
    if found is not None:
        a_bit = timedelta(microseconds=1)
        before = replace(WANTED, at=found.next_at - a_bit)
        assert used_up(limits, before, taken) is not None
        assert used_up(limits, replace(WANTED, at=found.next_at), taken) is None
