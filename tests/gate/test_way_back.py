"""Which way back is held by no freeze and no limit, and which is a change like any."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_effects import (
    ActionRollbackFailed,
    ActionRollingBack,
    ActionVerified,
    ActionVerifyFailed,
)
from bot.domain.action_events import ActionEvent
from bot.domain.gate_limits import GateLimits
from bot.domain.plan import Plan
from tests.domain.action_spec import a_plan, applied, applying, approved, pending
from tests.gate.holding import BACK, PLAN, Held
from tests.spec import NOON
from tests.stores import transaction

DAY, JUST = timedelta(hours=24), timedelta(microseconds=1)
ONE_AN_HOUR = GateLimits(all_per_hour=1)

Given = Callable[..., Held]


@pytest.fixture
def given() -> Iterator[Given]:
    with transaction() as tx:
        yield lambda **more: Held(tx, more=more)


VERIFIED = (*applied(), ActionVerified(at=NOON, says=None))
FAILED = (*applied(), ActionVerifyFailed(because="fail", at=NOON, says=None))
GOING_BACK = (*FAILED, ActionRollingBack(child="pl_2", at=NOON))
STUCK = (*GOING_BACK, ActionRollbackFailed(child="pl_2", because="failed", at=NOON))


def passes(held: Held, plan: Plan) -> tuple[bool, bool]:
    """Tell whether a plan passes a freeze, and a limit that is used up."""
    held.frozen(NOON + 9 * DAY)
    held.ran(a_plan(id="pl_9"), at=held.clock.now())
    return held.freeze(plan) == "", held.full(plan) == ""


@pytest.mark.parametrize("ran", [applied(), VERIFIED, FAILED, GOING_BACK, STUCK])
def test_the_way_back_of_what_ran_is_held_by_nothing(
    given: Given, ran: Sequence[ActionEvent]
) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, ran)
    held.proposed(BACK)
    assert passes(held, BACK) == (True, True)


@pytest.mark.parametrize("ran", [approved(), applying()])
def test_of_what_did_not_run_there_is_no_way_back(
    given: Given, ran: Sequence[ActionEvent]
) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, ran)
    held.proposed(BACK)
    assert passes(held, BACK) == (False, False)


@pytest.mark.parametrize(("late", "free"), [(DAY, True), (DAY + JUST, False)])
def test_the_way_back_is_free_for_a_day_from_when_it_ran(
    given: Given, late: timedelta, *, free: bool
) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, VERIFIED)
    held.proposed(BACK)
    held.clock.go_on(late.total_seconds())
    assert passes(held, BACK) == (free, free)


@pytest.mark.parametrize(
    "changed",
    [
        {"parent": ""},
        {"incident": "INC-0002"},
        {"draft": replace(BACK.draft, action="another.action")},
        {"draft": replace(BACK.draft, target="svc-other")},
    ],
)
def test_only_its_own_way_back_passes(given: Given, changed: Any) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, VERIFIED)
    other = held.proposed(replace(BACK, **changed))
    assert passes(held, other) == (False, False)


def test_there_is_no_way_back_of_a_way_back(given: Given) -> None:
    held = given(limits=ONE_AN_HOUR)
    forth = replace(PLAN, parent="pl_0")
    held.put(forth, applied(forth))
    held.proposed(BACK)
    assert passes(held, BACK) == (False, False)


def test_an_edited_way_back_is_a_change_like_any(given: Given) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, VERIFIED)
    held.proposed(BACK, edited=True)
    assert passes(held, BACK) == (False, False)


@pytest.mark.parametrize(
    ("other", "ended", "free"),
    [
        # Another one has done it already; this one did; it did not come to that.
        ("pl_3", True, False),
        ("pl_2", True, True),
        ("pl_3", False, True),
    ],
)
def test_what_was_undone_once_is_not_undone_again(
    given: Given, other: str, *, ended: bool, free: bool
) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, VERIFIED)
    held.proposed(BACK)
    back = replace(BACK, id=other)
    done = (*applied(back), ActionVerified(at=NOON, says=None))
    held.put(back, done if ended else pending(back))
    assert passes(held, BACK) == (free, free)


def test_what_undid_another_plan_does_not_count(given: Given) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, VERIFIED)
    held.proposed(BACK)
    far = replace(BACK, id="pl_7", parent="pl_6")
    held.put(far, (*applied(far), ActionVerified(at=NOON, says=None)))
    assert passes(held, BACK) == (True, True)
