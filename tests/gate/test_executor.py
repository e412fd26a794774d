"""The executor goes on when something unforeseen breaks in one plan."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gate.stage import GateStage


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
