"""Step by step: written ahead, in order, never twice, and what a crash leaves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_commands import BeginStep, EndStep, Recover
from bot.domain.action_effects import (
    ActionApplied,
    ActionFailed,
    ActionIndeterminate,
    ActionStopAsked,
    Outcome,
    StepEnded,
)
from bot.domain.action_events import (
    ActionEvent,
)
from bot.domain.errors import OutOfTurn, PlanChanged
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    A_MINUTE_ON,
    BY_5,
    a_plan,
    applying,
    approved,
    began,
    claimed,
    drafted,
    ended,
    facts,
    given,
)
from tests.spec import DANA, NOON

TWO = a_plan(steps=2)
A_SECOND = timedelta(seconds=1)

STEP = "aws.iam.deactivate_access_key did not go on: "
RESULT = "aws.iam.deactivate_access_key did not take the result: "
LOOK = "Look at the plan's card for what became of it."


def begin(step: str = "s1", **changes: Any) -> BeginStep:
    return replace(BeginStep(worker="w1", fence=1, step=step), **changes)


def end(outcome: Outcome = Outcome.OK, step: str = "s1", **changes: Any) -> EndStep:
    command = EndStep(worker="w1", fence=1, step=step, outcome=outcome)
    return replace(command, **changes)


def failed(because: str, *done: str, step: str = "") -> ActionFailed:
    return ActionFailed(because=because, step=step, done=done, at=NOON)


def doubt(because: str, step: str = "") -> ActionIndeterminate:
    return ActionIndeterminate(because=because, step=step, fence=2, at=NOON)


def test_a_step_is_written_down_before_its_call() -> None:
    given(*applying()).when(begin()).then(began())


def test_steps_go_in_order() -> None:
    half = (*applying(TWO), began(), ended())
    given(*half).when(begin("s2")).then(began("s2"))
    given(*applying(TWO)).when(begin("s2")).refused(
        OutOfTurn, saying=f"{STEP}step s2 is not the next one of the plan. {LOOK}"
    )


def test_a_step_that_may_have_happened_is_never_begun_again() -> None:
    half = (*applying(TWO), began(), ended())
    given(*half).when(begin()).refused(
        OutOfTurn, saying=f"{STEP}step s1 was begun before. {LOOK}"
    )


def test_nothing_starts_while_a_call_is_on_its_way() -> None:
    given(*applying(TWO), began()).when(begin("s2")).refused(
        OutOfTurn, saying=f"{STEP}step s1 has not been answered. {LOOK}"
    )


@pytest.mark.parametrize("other", [{"worker": "w2"}, {"fence": 2}, {"fence": 0}])
def test_only_the_worker_that_took_it_is_heard(other: dict[str, Any]) -> None:
    because = f"another worker has it, or it was given up. {LOOK}"
    given(*applying()).when(begin(**other)).refused(OutOfTurn, saying=STEP + because)
    given(*applying(), began()).when(end(**other)).refused(
        OutOfTurn, saying=RESULT + because
    )


def test_a_worker_that_was_silent_for_too_long_begins_nothing() -> None:
    given(*applying()).when(begin(), after=timedelta(minutes=1)).then(
        replace(doubt("lease_lost"), at=A_MINUTE_ON)
    )


def test_nothing_starts_after_the_window() -> None:
    slow = a_plan(steps=2, draft=replace(TWO.draft, est_seconds=600))
    long_lease = replace(claimed(), lease_until=NOON + timedelta(minutes=20))
    kept = replace(ended(), lease_until=NOON + timedelta(minutes=20))
    history = (*approved(slow), long_lease, began(), kept)
    given(*history).when(begin("s2"), after=timedelta(minutes=5)).then(
        replace(failed("window_closed", "s1"), at=BY_5)
    )


def test_a_stop_is_noticed_before_the_next_step() -> None:
    half = (*applying(TWO), began(), ended())
    given(*half).when(begin("s2"), knowing=facts(stopped=True)).then(
        failed("stop_all", "s1")
    )


def test_a_plan_changed_on_the_way_goes_no_further() -> None:
    changed = drafted(TWO, text=drafted(a_plan(steps=2, channel="C0OTHER")).text)
    given(changed, *applying(TWO)[1:]).when(begin()).refused(
        PlanChanged,
        saying=STEP + "what is stored no longer makes the digest that was shown. "
        "Run `tocsin log verify`, then propose it again.",
    )


def test_the_answer_to_the_last_call_ends_it_well() -> None:
    says = Untrusted("The key is inactive.")
    answer = end(request_id="req-1", says=says)
    given(*applying(), began()).when(answer).then(
        replace(ended(), request_id="req-1", says=says), ActionApplied(at=NOON)
    )
    given(*applying(TWO), began()).when(end()).then(ended())


def test_a_call_that_failed_ends_it_with_what_was_done() -> None:
    half = (*applying(TWO), began(), ended(), began("s2"))
    given(*half).when(end(Outcome.FAILED, "s2")).then(
        ended("s2", Outcome.FAILED), failed("step_failed", "s1", step="s2")
    )


def test_a_call_without_a_clear_answer_is_left_to_a_person() -> None:
    given(*applying(), began()).when(end(Outcome.UNKNOWN)).then(
        ended(outcome=Outcome.UNKNOWN), doubt("step_unknown", "s1")
    )


def test_an_answer_belongs_to_the_call_on_its_way() -> None:
    given(*applying()).when(end()).refused(
        OutOfTurn, saying=f"{RESULT}step s1 is not on its way. {LOOK}"
    )


def test_an_answer_after_the_lease_is_still_better_than_a_doubt() -> None:
    later = timedelta(minutes=2)
    kept = StepEnded(
        step="s1",
        outcome=Outcome.OK,
        request_id="",
        lease_until=NOON + timedelta(minutes=3),
        at=NOON + later,
        says=None,
    )
    given(*applying(), began()).when(end(), after=later).then(
        kept, ActionApplied(at=NOON + later)
    )


STOP_ASKED = ActionStopAsked(by=DANA.id, at=NOON)


def test_a_stop_takes_hold_after_the_call_on_its_way() -> None:
    given(*applying(TWO), began(), STOP_ASKED).when(end()).then(
        ended(), failed("stop_all", "s1")
    )


def test_a_stop_during_the_last_call_finds_nothing_left_to_stop() -> None:
    given(*applying(), began(), STOP_ASKED).when(end()).then(
        ended(), ActionApplied(at=NOON)
    )


@pytest.mark.parametrize("history", [applying(), (*applying(), began())])
def test_a_lost_worker_leaves_it_to_a_person(history: tuple[ActionEvent, ...]) -> None:
    step = "s1" if history[-1] == began() else ""
    given(*history).when(Recover(), knowing=facts(worker_gone=True)).then(
        doubt("restart", step)
    )
    given(*history).when(Recover(), after=timedelta(minutes=1)).then(
        replace(doubt("lease_lost", step), at=A_MINUTE_ON)
    )


def test_a_worker_within_its_lease_is_left_alone() -> None:
    given(*applying()).when(Recover(), after=timedelta(minutes=1) - A_SECOND).then()
    given(*approved()).when(Recover(), after=timedelta(minutes=1)).then()


def test_the_lost_worker_is_not_heard_any_more() -> None:
    history = (*applying(), began(), doubt("restart", "s1"))
    given(*history).when(end()).refused(
        OutOfTurn,
        saying=RESULT + "since 12:00 UTC nobody knows whether it happened. Look at the "
        "target, then press `Say what happened` on its card.",
    )
