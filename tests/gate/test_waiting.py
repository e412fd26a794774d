"""Between two steps the worker waits for the world, but never past a stop."""

from typing import Any

import pytest

from bot.domain.plan import Step
from bot.gate import waiting
from bot.gate.waiting import until_rest
from tests.fakes.action import TurnSwitch, World

STEP = Step(id="s2", call="test.Turn", params=())


class Restless(TurnSwitch):
    """A switch that comes to rest after some looks."""

    def __init__(self, moves: int) -> None:
        super().__init__(World(), to=False)
        self.left, self.looks = moves, 0

    def rests(self, step: Step, session: Any) -> bool:
        del step, session
        self.looks += 1
        self.left -= 1
        return self.left < 0


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_BETWEEN_LOOKS_S", 0.0)


def test_it_looks_until_the_step_before_is_through() -> None:
    action = Restless(3)
    until_rest(action, STEP, None, stopped=lambda: False)
    assert action.looks == 4


def test_it_does_not_look_for_ever() -> None:
    action = Restless(1000)
    until_rest(action, STEP, None, stopped=lambda: False)
    assert action.looks == waiting._LOOKS


def test_a_stop_ends_the_waiting_at_once() -> None:
    action = Restless(1000)
    until_rest(action, STEP, None, stopped=lambda: action.looks >= 2)
    assert action.looks == 2


def test_an_action_that_does_not_speak_of_rest_is_not_waited_for() -> None:
    action = TurnSwitch(World(), to=False)
    until_rest(action, STEP, None, stopped=lambda: pytest.fail("it looked"))
