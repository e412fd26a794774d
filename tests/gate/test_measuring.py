"""What a figure was some time after a plan was verified, and who is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.plan import Afterwards
from bot.domain.plan_view import PlanView
from bot.plans.book import MEASURE
from bot.plans.house import GateHouse
from tests.gate.stage import GateStage

FIVE_MINUTES = Afterwards(says="no clicks since.", after_s=300)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path)
    made.world.afterwards = FIVE_MINUTES
    yield made
    made.core.close()


def ran(stage: GateStage) -> PlanView:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.executor.step()
    assert stage.stage(view) == "verified"
    return view


def fire_due(stage: GateStage) -> int:
    """Keep the promises of the gate that are due, as the running bot does."""
    house = GateHouse(
        gatekeeper=stage.gate,
        journal=stage.executor.journal,  # type: ignore[arg-type]
        executor=stage.executor,
        sign=stage.sign,
    )
    now = stage.clock.now()
    due = stage.core.store.write(
        lambda tx: tx.timers.claim(now=now, lease_s=60, limit=10)
    ).result()
    ours = [one for one in due if one.kind == MEASURE]
    for timer in ours:
        house.fire(timer)
    return len(ours)


def measured(stage: GateStage, view: PlanView) -> tuple[str, str]:
    found = stage.gate.view(view.plan.id)
    assert found is not None
    says = found.measured_says.for_slack() if found.measured_says else ""
    return found.measured, says


def test_it_is_measured_once_its_time_is_over_and_the_figures_have_come(
    stage: GateStage,
) -> None:
    view = ran(stage)
    verified_at = stage.clock.now()
    stage.wait(minutes=5)
    assert fire_due(stage) == 0
    stage.wait(minutes=2)
    assert fire_due(stage) == 1
    assert stage.world.measured == [(verified_at, verified_at + timedelta(minutes=5))]
    assert measured(stage, view) == ("pass", "0 clicks since")
    assert stage.stage(view) == "verified"
    stage.wait(hours=1)
    assert fire_due(stage) == 0


def test_a_figure_that_is_not_as_promised_is_told(stage: GateStage) -> None:
    view = ran(stage)
    stage.world.figure = 7
    stage.wait(minutes=7)
    fire_due(stage)
    assert measured(stage, view) == ("fail", "7 clicks since")
    assert stage.stage(view) == "verified"


def test_what_was_turned_back_meanwhile_is_not_measured(stage: GateStage) -> None:
    view = ran(stage)
    stage.world.on["s1"] = True
    stage.wait(minutes=7)
    fire_due(stage)
    assert stage.world.measured == []
    verdict, says = measured(stage, view)
    assert (verdict, says.startswith("It was not measured.")) == ("inconclusive", True)


def test_something_else_that_happens_to_the_plan_does_not_keep_it_from_it(
    stage: GateStage,
) -> None:
    view = ran(stage)
    stage.gate.turned_away(
        stage.gate.tokens.of(view.plan), by="U0GUEST", asked="review", code="x"
    )
    stage.wait(minutes=7)
    assert fire_due(stage) == 1
    assert measured(stage, view)[0] == "pass"


def test_a_plan_without_a_figure_is_not_measured(stage: GateStage) -> None:
    stage.world.afterwards = None
    view = ran(stage)
    stage.wait(hours=1)
    assert fire_due(stage) == 0
    assert measured(stage, view) == ("", "")
