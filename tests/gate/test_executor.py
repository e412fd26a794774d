"""The executor goes on when something unforeseen breaks in one plan."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core import CHANNEL
from tests.gate.stage import GateStage
from tests.gate.test_gatekeeper import kinds


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path)
    yield made
    made.core.close()


def test_a_plan_that_breaks_does_not_hold_up_the_next(stage: GateStage) -> None:
    views = [stage.propose(), stage.propose("U0LEAD")]
    for view, by in zip(views, ("U0SECOND", "U0COMMANDER"), strict=True):
        stage.shown(view)
        stage.approve(view, by)
    action = stage.catalogue["test.switch.turn_off"]
    probe, broken = action.probe, [RuntimeError("the client broke")]

    def breaks_once(*args: Any, **kwargs: Any) -> Any:
        if broken:
            raise broken.pop()
        return probe(*args, **kwargs)

    action.probe = breaks_once  # type: ignore[method-assign]
    stage.executor.step()
    assert [stage.stage(view) for view in views] == ["approved", "verified"]


def test_a_plan_that_was_taken_back_while_another_ran_is_not_tried(
    stage: GateStage, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = stage.propose(), stage.propose("U0LEAD")
    for view, by in zip((first, second), ("U0SECOND", "U0COMMANDER"), strict=True):
        stage.shown(view)
        stage.approve(view, by)
    action = stage.catalogue["test.switch.turn_off"]
    probe, took_back = action.probe, list[bool]()

    def takes_the_second_back(*args: Any, **kwargs: Any) -> Any:
        if not took_back:
            took_back.append(True)
            by = stage.people.asker("U0LEAD", CHANNEL)
            stage.gate.cancel(second.plan.id, by=by, reason=None)
        return probe(*args, **kwargs)

    action.probe = takes_the_second_back  # type: ignore[method-assign]
    stage.executor.step()
    assert [stage.stage(view) for view in (first, second)] == ["verified", "cancelled"]
    assert kinds(stage, second.plan.id)[-1] == "cancelled"
    assert not caplog.records
