"""What a yes rested on is kept: rulings, waivers, groups, and figures afterwards."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action import fold
from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BreakGlass,
    Cancel,
    Claim,
    Deny,
    DraftPlan,
    Measure,
    Reconcile,
    Review,
    Supersede,
)
from bot.domain.action_effects import (
    ActionMeasured,
    ActionVerified,
    ActionVerifyFailed,
    ActionVerifyInconclusive,
    Verdict,
)
from bot.domain.action_events import ActionApproved, ActionBrokeGlass
from bot.domain.action_facts import PolicyAnswer
from bot.domain.action_parts import Approval
from bot.domain.ruling import ruling_of
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import a_plan, applied, given, pending, standing
from tests.domain.gate_refusing import SCENES
from tests.spec import NOON, SAM

ANSWER = PolicyAnswer(
    allowed=True, reasons=("approvers",), hash="p1", verb="approve", waivers=("w1",)
)
SAID = Untrusted("Refusals rose from 2 to 61 of 100.")


def ruled(kind: type[ActionCommand], plan: Any = None) -> Any:
    """Return the answer to a command of somebody about whom the policies spoke."""
    case = SCENES[kind](plan or a_plan())
    asker = replace(case.facts.asker, policy=ANSWER)
    approvers = tuple(replace(one, policy=ANSWER) for one in case.facts.approvers)
    knowing = replace(case.facts, asker=asker, approvers=approvers)
    return given(*case.history).when(case.command, knowing=knowing).answer(), asker


@pytest.mark.parametrize(
    "kind", [DraftPlan, Approve, BreakGlass, Deny, Cancel, Supersede, Reconcile, Review]
)
def test_what_the_policies_said_stands_in_the_event_that_follows(
    kind: type[ActionCommand],
) -> None:
    events, asker = ruled(kind)
    assert ruling_of(asker) is not None
    assert events[0].ruling == ruling_of(asker)


def test_what_they_said_about_those_who_agreed_stands_where_it_begins() -> None:
    [event], _ = ruled(Claim)
    assert event.rulings == (ruling_of(standing(SAM, policy=ANSWER)),)


def test_what_they_said_about_who_may_run_it_stands_behind_the_others() -> None:
    runs = replace(ANSWER, verb="run", waivers=())
    case = SCENES[Claim](a_plan())
    agreed = tuple(replace(one, policy=ANSWER) for one in case.facts.approvers)
    runner = replace(case.facts.runner, policy=runs)
    knowing = replace(case.facts, approvers=agreed, runner=runner)
    [event] = given(*case.history).when(case.command, knowing=knowing).answer()
    assert [one.verb for one in getattr(event, "rulings", ())] == ["approve", "run"]


def test_the_waivers_that_a_yes_rested_on_are_remembered_once_each_in_order() -> None:
    rulings = [
        replace(ANSWER, waivers=waivers) for waivers in (("w2", "w1"), ("w1", "w3"))
    ]
    history = pending(a_plan(quorum=3))
    for answer in rulings:
        yes = ActionApproved(
            by=SAM.id,
            digest="d",
            commander=False,
            policy_hash="p1",
            at=NOON,
            ruling=ruling_of(standing(SAM, policy=answer)),
        )
        history = (*history, yes)
    unruled = ActionBrokeGlass(
        by=SAM.id, digest="d", policy_hash="p1", at=NOON, reason=None
    )
    assert fold((*history, unruled)).waivers == ("w2", "w1", "w3")


def test_a_yes_counts_for_those_of_the_plans_groups_that_one_is_in() -> None:
    plan = a_plan(groups=("engineering", "privacy"), quorum=2)
    case = SCENES[Approve](plan)
    answer = replace(ANSWER, group_only=True)
    asker = standing(SAM, groups=frozenset({"privacy", "oncall"}), policy=answer)
    knowing = replace(case.facts, asker=asker)
    [yes] = given(*case.history).when(case.command, knowing=knowing).answer()
    assert isinstance(yes, ActionApproved)
    assert (yes.groups, yes.group_only) == (("privacy",), True)
    [kept] = fold((*case.history, yes)).approvals
    assert (kept.groups, kept.group_only) == (("privacy",), True)


def test_a_plain_yes_counts_for_what_the_level_asks() -> None:
    events, _ = ruled(Approve)
    assert events[0].group_only is False
    assert fold((*pending(), *events)).approvals[0].group_only is False
    bare = ActionApproved(
        by=SAM.id, digest="d", commander=False, policy_hash="p1", at=NOON
    )
    assert fold((*pending(), bare)).approvals[0].group_only is False
    assert Approval(by=SAM.id, commander=False, at=NOON).group_only is False


def test_the_newest_look_is_remembered_and_when_to_look_again() -> None:
    again_at = NOON + timedelta(minutes=2)
    unsure = ActionVerifyInconclusive(attempt=1, again_at=again_at, at=NOON, says=SAID)
    state = fold((*applied(), unsure))
    assert (state.looks, state.again_at, state.seen) == (1, again_at, SAID)
    for last in (
        ActionVerified(at=NOON, says=SAID),
        ActionVerifyFailed(because="fail", at=NOON, says=SAID),
    ):
        assert fold((*applied(), last)).seen == SAID


def test_a_figure_afterwards_is_written_down_once() -> None:
    seen = (*applied(), ActionVerified(at=NOON, says=None))
    measure = Measure(fence=1, verdict=Verdict.FAIL, says=SAID)
    [event] = given(*seen).when(measure).answer()
    assert event == ActionMeasured(verdict=Verdict.FAIL, at=NOON, says=SAID)
    state = fold((*seen, event))
    assert (state.measured, state.measured_says) == (Verdict.FAIL, SAID)
    given(*seen, event).when(measure).then()
