"""A drill cannot touch the world: at every layer, also with the others taken out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.aws.door import AwsDoor
from bot.domain.action_effects import Outcome
from bot.domain.errors import BadRequest, NotAllowed, NotFound
from bot.domain.plan_view import PlanView
from bot.gate import glass
from bot.gate.rehearsal import Rehearsal, Rehearsed
from bot.ports.action import Effect
from tests.drills.stage import KEY, LEAK, DrillStage
from tests.spec import OLU


@pytest.fixture
def plan(stage: DrillStage) -> Iterator[PlanView]:
    stage.start()
    view = stage.propose()
    stage.agree(view)
    yield view
    assert stage.trap.touched == []


def test_a_plan_of_a_drill_runs_to_the_end_on_the_simulated_world(
    stage: DrillStage, plan: PlanView
) -> None:
    stage.executor.step()
    assert stage.stage_of(plan) == "verified"
    assert plan.plan.drill
    assert plan.plan.draft.target == "ci-deployer"
    assert plan.plan.draft.steps[0].call == "iam.UpdateAccessKey"
    assert b'"simulated":true' in stage.evidence[plan.plan.id]


def test_the_way_back_is_played_too(stage: DrillStage, plan: PlanView) -> None:
    stage.executor.step()
    back = stage.gate.propose(
        "INC-0001",
        "aws.iam.activate_access_key",
        {"user_name": "ci-deployer", "access_key_id": KEY},
        by=stage.people.asker("U0SECOND", "C0INCIDENTS"),
        reason=plan.reason or pytest.fail("no reason"),
        parent=plan.plan.id,
    )
    assert back.plan.draft.changes[0].before == "Inactive"
    stage.agree(back, "U0COMMANDER")
    stage.executor.step()
    assert stage.stage_of(back) == "verified"


def test_what_is_done_in_the_simulated_world_is_not_planned_again(
    stage: DrillStage, plan: PlanView
) -> None:
    stage.executor.step()
    with pytest.raises(BadRequest, match="already as it would make it"):
        stage.propose()


def test_without_the_wrapper_a_plan_of_a_drill_does_not_run(
    stage: DrillStage, plan: PlanView
) -> None:
    bare = stage.executor_with(stage.catalogue)
    bare.step()
    assert stage.stage_of(plan) == "approved"
    assert stage.evidence == {}


def test_without_a_rehearsal_a_plan_of_a_drill_does_not_run(
    stage: DrillStage, plan: PlanView
) -> None:
    replace(stage.executor, rehearsal=None).step()
    assert stage.stage_of(plan) == "approved"


def test_without_a_rehearsal_nothing_is_proposed_in_a_drill(stage: DrillStage) -> None:
    stage.start()
    planning = replace(stage.gate.planning, rehearsal=None)
    proposing = replace(stage.gate.proposing, planning=planning)
    stage.gate = replace(stage.gate, planning=planning, proposing=proposing)
    with pytest.raises(NotAllowed, match="nothing is simulated here"):
        stage.propose()
    assert stage.trap.touched == []


def test_the_account_makes_no_session_for_a_drill_whatever_the_action_is(
    stage: DrillStage, plan: PlanView
) -> None:
    door = AwsDoor(clock=stage.clock)
    unknown: Any = object()
    for action in (unknown, stage.catalogue["aws.iam.deactivate_access_key"]):
        with pytest.raises(BadRequest, match="it is a drill"):
            door.for_plan(plan.plan, action, ("U0SECOND",))


def test_a_simulated_action_changes_nothing_with_a_real_session(
    stage: DrillStage, plan: PlanView
) -> None:
    action = Rehearsed(stage.catalogue["aws.iam.deactivate_access_key"])
    effect = Effect(session=object(), idempotency_key="k")
    result = action.apply(plan.plan.draft.steps[0], effect)
    assert result.outcome is Outcome.FAILED
    assert "this is a drill" in result.says


def test_a_real_plan_gets_no_simulated_session(
    stage: DrillStage, plan: PlanView
) -> None:
    rehearsal = Rehearsal(store=stage.core.store, actions={})
    with pytest.raises(NotAllowed, match="the plan is real"):
        rehearsal.session(replace(plan.plan, drill=False))


def test_buttons_of_a_drill_have_a_key_of_their_own(
    stage: DrillStage, plan: PlanView
) -> None:
    tokens, of = stage.gate.tokens, plan.plan.id
    assert stage.gate.opened(stage.gate.token(of)) == of
    assert tokens.token(of) != tokens.token(of, drill=True)
    # A token made with the real key does not open the plan of a drill.
    assert stage.gate.opened(tokens.token(of)) == ""
    assert stage.gate.opened(tokens.token("pl_real", drill=True)) == ""


def test_a_broken_glass_in_a_drill_is_no_debt_in_the_real_world(
    stage: DrillStage, plan: PlanView
) -> None:
    now = stage.clock.now()
    stage.core.store.write(
        lambda tx: tx.tables.execute(
            "UPDATE plan SET glass_at = ?, review_due_at = '2000-01-01'",
            (now.isoformat(),),
        )
    ).result()

    def counted(*, drill: bool) -> tuple[int, int]:
        return stage.core.store.read(
            lambda tx: (
                glass.broken(tx, now, drill=drill),
                glass.overdue(tx, now, drill=drill),
            )
        )

    assert counted(drill=True) == (1, 1)
    assert counted(drill=False) == (0, 0)


def test_the_simulated_world_of_one_incident_is_not_that_of_another(
    stage: DrillStage,
) -> None:
    rehearsal = Rehearsal(store=stage.core.store, actions={})
    rehearsal.world("INC-0001").put("thing", "off")
    assert rehearsal.world("INC-0001").get("thing", "on") == "off"
    assert rehearsal.world("INC-0002").get("thing", "on") == "on"


def test_a_real_incident_is_not_ended_by_a_drill(stage: DrillStage) -> None:
    from bot.domain.commands import CloseDrill

    stage.core.alert(LEAK)
    stage.core.store.write(
        lambda tx: stage.core.service.apply(
            tx, "INC-0001", CloseDrill(), actor="tocsin"
        )
    ).result()
    assert [row.id for row in stage.core.service.board()] == ["INC-0001"]


def test_an_unknown_run_has_no_report(stage: DrillStage) -> None:
    with pytest.raises(NotFound, match="there is no drill"):
        stage.master.report("dr_unknown")
    stage.start(by=OLU)
    assert stage.report()["exercise"] is True


def test_what_can_be_proposed_in_a_drill_says_that_it_is_one(
    stage: DrillStage,
) -> None:
    stage.start()
    stage.core.alert(LEAK)
    assert all(one.drill for one in stage.gate.offers("INC-0001"))
    assert not any(one.drill for one in stage.gate.offers("INC-0002"))
