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


@pytest.mark.parametrize("which", [0, 1])
def test_a_plan_that_was_taken_back_meanwhile_does_not_run_and_nothing_is_wrong(
    stage: GateStage, caplog: pytest.LogCaptureFixture, which: int
) -> None:
    """While another one ran, or while its own world was read."""
    first, second = stage.propose(), stage.propose("U0LEAD")
    for view, by in zip((first, second), ("U0SECOND", "U0COMMANDER"), strict=True):
        stage.shown(view)
        stage.approve(view, by)
    action = stage.catalogue["test.switch.turn_off"]
    probe, took_back = action.probe, list[bool]()
    lost = (first, second)[which]

    def takes_one_back(*args: Any, **kwargs: Any) -> Any:
        if not took_back:
            took_back.append(True)
            by = stage.people.asker(lost.plan.requester, CHANNEL)
            stage.gate.cancel(lost.plan.id, by=by, reason=None)
        return probe(*args, **kwargs)

    action.probe = takes_one_back  # type: ignore[method-assign]
    stage.executor.step()
    found = [stage.stage(view) for view in (first, second)]
    assert (found[which], found[1 - which]) == ("cancelled", "verified")
    assert "claimed" not in kinds(stage, lost.plan.id)
    assert not caplog.records
