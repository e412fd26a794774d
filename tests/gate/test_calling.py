"""Whether a call that was written down ahead may still be made, and what is said."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.action import ActionState, fold
from bot.domain.action_effects import Outcome
from bot.domain.plan import Step
from bot.gate.calling import NOT_CALLED, called, may_call
from bot.ports.action import Effect, StepResult
from tests.domain.action_spec import A_MINUTE_ON, applying, began
from tests.fakes.action import TurnSwitch, World
from tests.spec import NOON

STEP = Step(id="s1", call="test.Turn", params=(("switch", "s1"),))
BEGUN = fold((*applying(), began()))
ALMOST_A_MINUTE_ON = A_MINUTE_ON - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("state", "now", "may"),
    [
        (BEGUN, NOON, True),
        (BEGUN, ALMOST_A_MINUTE_ON, True),
        # The lease ran out: people were told that it is lost.
        (BEGUN, A_MINUTE_ON, False),
        (replace(BEGUN, lease_until=None), NOON, False),
        (replace(BEGUN, stop_asked=True), NOON, False),
        # Another worker has it, or it was given up and is nobody's.
        (replace(BEGUN, worker="w2"), NOON, False),
        (replace(BEGUN, worker=""), NOON, False),
        (replace(BEGUN, fence=2), NOON, False),
        # Another step is on its way, or none.
        (fold((*applying(), began("s2"))), NOON, False),
        (fold(applying()), NOON, False),
    ],
)
def test_a_call_is_made_while_it_is_written_down_leased_and_not_stopped(
    state: ActionState, now: datetime, *, may: bool
) -> None:
    assert may_call(state, STEP, worker="w1", fence=1, now=now) is may


def test_what_was_not_called_has_failed_and_says_why() -> None:
    assert (
        StepResult(
            outcome=Outcome.FAILED,
            says="It was not called: it was stopped, "
            "or the worker stood still for too long.",
        )
        == NOT_CALLED
    )


EFFECT = Effect(session="the session", idempotency_key="k")


def test_the_answer_of_a_call_is_the_actions() -> None:
    world = World(answer=Outcome.UNKNOWN)
    found = called(TurnSwitch(world, to=False), STEP, EFFECT)
    assert found == StepResult(outcome=Outcome.UNKNOWN, says="turned")
    assert world.turned == 1


class Broken(TurnSwitch):
    def apply(self, step: Step, effect: Effect) -> StepResult:
        del step, effect
        raise TimeoutError("the address of the key is secret")


def test_whatever_a_call_raises_may_have_happened_and_its_words_stay_inside(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = called(Broken(World(), to=False), STEP, EFFECT)
    says = "The call failed with TimeoutError."
    assert found == StepResult(outcome=Outcome.UNKNOWN, says=says)
    assert caplog.messages == ["a step raised; its outcome is unknown"]
