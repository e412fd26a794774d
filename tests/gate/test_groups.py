"""Plans that need groups, stay in a region, or rest on a waiver, over the real gate."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.action_table import Stage
from bot.domain.errors import NotAllowed, Refusal
from bot.domain.gate_rules import Mode
from bot.domain.plan_view import PlanView
from bot.domain.registry import Registry, System
from bot.domain.untrusted import Untrusted
from bot.gate.groups import GroupNames
from bot.gate.policy import Policy
from bot.readmodels.decisions import Decision, decisions
from tests.core import CHANNEL, CHAT
from tests.gate.stage import GateStage
from tests.spec import NOON

pytestmark = pytest.mark.slow  # a store, the policies and an executor for each

NAMED = GroupNames({"engineering": ("S0ENG",), "privacy": ("S0DPO", "U0LEAD")})
PERSONAL = replace(CHAT, data_classes=("personal data",))
EU = replace(CHAT, region="eu-central-1", data_stays=("eu",))
WAIVER = """
- id: wv-chat-in-us
  rule: data-leaves-region
  owner: U0LEAD
  reason: the old region has no capacity until the move is done
  from: {begins}
  until: {ends}
  systems: [chat]
"""
Make = Callable[..., GateStage]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    stages: list[GateStage] = []

    def make(system: System, **more: object) -> GateStage:
        stage = GateStage(tmp_path, system=system, **more)  # type: ignore[arg-type]
        stage.people.groups |= {
            "U0ENG": {"S0ENG", "eng-leads", "approvers"},
            "U0DPO": {"S0DPO"},
            "U0BOTH": {"S0ENG", "S0DPO", "approvers"},
        }
        stages.append(stage)
        return stage

    yield make
    for stage in stages:
        stage.core.close()


@pytest.fixture
def grouped(made: Make) -> GateStage:
    return made(PERSONAL, groups=NAMED)


def proposed(stage: GateStage, who: str = "U0ONCALL") -> PlanView:
    view = stage.propose(who)
    stage.shown(view)
    return view


def now(stage: GateStage, view: PlanView) -> PlanView:
    found = stage.gate.view(view.plan.id)
    assert found is not None
    return found


def kept(stage: GateStage, **about: str) -> list[Decision]:
    return stage.core.store.read(lambda tx: list(decisions(tx, **about)))  # type: ignore[arg-type]


def test_data_about_people_needs_engineering_and_privacy(grouped: GateStage) -> None:
    view = proposed(grouped)
    assert view.plan.groups == ("engineering", "privacy")
    assert (view.plan.quorum, view.needs) == (2, ("engineering", "privacy"))
    assert grouped.approve(view, "U0ENG").needs == ("privacy",)
    grouped.executor.step()
    assert (grouped.stage(view), grouped.world.turned) == ("pending", 0)
    grouped.approve(view, "U0DPO")
    grouped.executor.step()
    assert (grouped.stage(view), grouped.world.turned) == ("verified", 1)


def test_one_person_in_both_groups_speaks_for_one_of_them(grouped: GateStage) -> None:
    view = proposed(grouped)
    assert grouped.approve(view, "U0BOTH").needs == ("privacy",)
    assert grouped.approve(view, "U0COMMANDER").stage is Stage.PENDING
    # Whoever can speak for either is moved to the one that nobody else is in.
    assert grouped.approve(view, "U0ENG").stage is Stage.APPROVED


def test_a_group_does_not_stand_in_for_the_level(made: Make) -> None:
    stage = made(PERSONAL, groups=GroupNames({"privacy": ("S0DPO",)}))
    view = proposed(stage)
    assert view.plan.groups == ("privacy",)
    assert stage.approve(view, "U0DPO").stage is Stage.PENDING
    assert stage.approve(view, "U0SECOND").stage is Stage.APPROVED


def test_who_asked_speaks_for_no_group(made: Make) -> None:
    stage = made(PERSONAL, groups=GroupNames({"privacy": ("U0ONCALL",)}))
    view = proposed(stage)
    with pytest.raises(Refusal):
        stage.approve(view, "U0ONCALL")
    assert stage.approve(view, "U0SECOND").needs == ("privacy",)


def test_a_group_that_nobody_named_is_not_asked_for(made: Make) -> None:
    view = proposed(made(PERSONAL))
    assert (view.plan.groups, view.plan.quorum) == ((), 1)


def test_the_registry_names_who_speaks_for_one_system(made: Make) -> None:
    special = replace(PERSONAL, groups=(("privacy", ("U0LEAD",)),))
    stage = made(special, groups=NAMED)
    view = proposed(stage)
    stage.approve(view, "U0ENG")
    with pytest.raises(NotAllowed):
        stage.approve(view, "U0DPO")
    assert stage.approve(view, "U0LEAD").stage is Stage.APPROVED


def test_a_group_of_that_name_in_slack_is_no_group_of_ours(made: Make) -> None:
    stage = made(PERSONAL, groups=NAMED)
    stage.people.groups["U0SLY"] = {"privacy", "commander", "owner"}
    view = proposed(stage)
    with pytest.raises(NotAllowed):
        stage.approve(view, "U0SLY")


def test_whoever_leaves_a_group_before_it_runs_takes_the_yes_along(
    grouped: GateStage,
) -> None:
    view = proposed(grouped)
    grouped.approve(view, "U0ENG")
    grouped.approve(view, "U0DPO")
    grouped.people.groups["U0ENG"] = {"approvers"}
    grouped.executor.step()
    assert (grouped.stage(view), grouped.world.turned) == ("revoked", 0)


def test_data_of_every_system_that_the_parameters_name_counts(made: Make) -> None:
    stage = made(CHAT, groups=NAMED)
    other = replace(PERSONAL, id="claims", entities=("s1",))
    both = replace(stage.desk, registry=Registry((CHAT, other)))
    planning = replace(stage.gate.planning, desk=both)
    proposing = replace(stage.gate.proposing, desk=both, planning=planning)
    stage.gate = replace(stage.gate, desk=both, planning=planning, proposing=proposing)
    assert proposed(stage).plan.groups == ("engineering", "privacy")


def test_breaking_the_glass_waives_the_groups_with_the_quorum(
    grouped: GateStage,
) -> None:
    view = proposed(grouped, "U0COMMANDER")
    grouped.gate.break_glass(
        view.plan.id,
        by=grouped.people.asker("U0ONCALL", CHANNEL),
        digest=view.digest,
        typed=f"break glass {view.plan.phrase}",
        reason=Untrusted("nobody of privacy answers and it leaks"),
        click=grouped.click(),
    )
    grouped.executor.step()
    assert (grouped.stage(view), grouped.world.turned) == ("verified", 1)


def test_nobody_agrees_while_slack_does_not_say_who_is_in_which_group(
    grouped: GateStage,
) -> None:
    view = proposed(grouped)
    grouped.people.groups_read = False
    with pytest.raises(NotAllowed, match="Slack did not say which groups"):
        grouped.approve(view, "U0ENG")


def test_legal_and_business_are_asked_where_it_matters_to_them(made: Make) -> None:
    names = GroupNames({"legal": ("S0LAW",), "business": ("S0BIZ",)})
    held = replace(CHAT, legal_hold=True, customers=True)
    stage = made(held, groups=names)
    assert proposed(stage).plan.groups == ("legal", "business")
    stage.world.on["s1"] = False
    on = stage.propose(action="test.switch.turn_on")
    assert on.plan.groups == ("legal",)


def test_a_plan_that_leaves_the_region_is_refused_and_kept(made: Make) -> None:
    stage = made(replace(EU, region="us-east-1"))
    with pytest.raises(NotAllowed, match="a region in which the system's data must"):
        stage.propose()
    (said,) = kept(stage, person="U0ONCALL")
    assert (said.ruling.verb, said.ruling.allowed) == ("propose", False)
    assert said.ruling.policies == ("data-leaves-region",)
    assert (said.plan, said.incident, said.action) == (
        "",
        "INC-0001",
        "test.switch.turn_off",
    )


def test_a_region_that_nobody_knows_is_a_no(made: Make) -> None:
    stage = made(replace(EU, region=""))
    with pytest.raises(NotAllowed, match="nobody knows in which region"):
        stage.propose()


def waived(folder: Path, begins: timedelta, ends: timedelta) -> Policy:
    site = folder / "policies"
    site.mkdir()
    text = WAIVER.format(
        begins=(NOON + begins).isoformat(), ends=(NOON + ends).isoformat()
    )
    (site / "waivers.yaml").write_text(text, "utf-8")
    return Policy.load(site)


def test_what_rests_on_a_waiver_says_so_on_the_card_and_in_the_log(
    made: Make, tmp_path: Path
) -> None:
    policy = waived(tmp_path, timedelta(0), timedelta(days=1))
    stage = made(replace(EU, region="us-east-1"), policy=policy)
    view = proposed(stage)
    assert [one.id for one in view.plan.waivers] == ["wv-chat-in-us"]
    stage.approve(view, "U0SECOND")
    assert now(stage, view).lifted == ("wv-chat-in-us",)
    stage.executor.step()
    said = kept(stage, plan=view.plan.id)
    verbs = [one.ruling.verb for one in said]
    assert verbs == ["propose", "approve", "approve", "run"]
    assert {one.ruling.waivers for one in said} == {("wv-chat-in-us",)}


def test_a_waiver_that_ends_before_it_runs_lets_nothing_run(
    made: Make, tmp_path: Path
) -> None:
    policy = waived(tmp_path, timedelta(0), timedelta(minutes=2))
    stage = made(replace(EU, region="us-east-1"), policy=policy)
    view = proposed(stage)
    stage.approve(view, "U0SECOND")
    stage.wait(minutes=3)
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("revoked", 0)
    last = kept(stage, plan=view.plan.id)[-1]
    assert last.event == "action.revoked"
    assert last.ruling.policies == ("data-leaves-region",)


def test_a_waiver_of_another_time_lifts_nothing(made: Make, tmp_path: Path) -> None:
    policy = waived(tmp_path, timedelta(days=-2), timedelta(days=-1))
    with pytest.raises(NotAllowed):
        made(replace(EU, region="us-east-1"), policy=policy).propose()


def test_every_answer_that_decided_can_be_listed(grouped: GateStage) -> None:
    view = proposed(grouped)
    with pytest.raises(NotAllowed):
        grouped.approve(view, "U0NOBODY")
    grouped.approve(view, "U0ENG")
    grouped.approve(view, "U0DPO")
    grouped.executor.step()
    said = [
        (d.ruling.by, d.ruling.verb, d.ruling.allowed, d.code) for d in kept(grouped)
    ]
    assert said == [
        ("U0ONCALL", "propose", True, ""),
        ("U0NOBODY", "approve", False, "refused.not_allowed"),
        ("U0ENG", "approve", True, ""),
        ("U0DPO", "approve", True, ""),
        ("U0ENG", "approve", True, ""),
        ("U0DPO", "approve", True, ""),
        ("U0ONCALL", "run", True, ""),
    ]
    assert kept(grouped)[3].ruling.policies == ("needed-group-approves",)
    assert kept(grouped)[3].ruling.groups == ("privacy",)
    assert not kept(grouped, incident="INC-0002")


def test_a_stop_that_needs_no_policy_is_no_answer_of_the_policies(
    grouped: GateStage,
) -> None:
    view = proposed(grouped, "U0NOBODY")
    by = grouped.people.asker("U0NOBODY", CHANNEL)
    grouped.gate.deny(
        view.plan.id, by=by, reason=Untrusted("never mind"), click=grouped.click()
    )
    assert grouped.stage(view) == "cancelled"
    assert [one.ruling.verb for one in kept(grouped)] == ["propose"]


def test_the_switch_leaves_its_answers_too(grouped: GateStage) -> None:
    for who in ("U0NOBODY", "U0ONCALL"):
        with suppress(Refusal):
            grouped.gate.stop_all(by=grouped.people.asker(who, CHANNEL))
    said = [(d.ruling.by, d.ruling.verb, d.ruling.allowed) for d in kept(grouped)]
    assert said == [("U0NOBODY", "stop_all", False), ("U0ONCALL", "stop_all", True)]


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.SUGGEST])
def test_a_mode_that_does_not_act_runs_nothing(made: Make, mode: Mode) -> None:
    stage = made(CHAT, mode=mode)
    view = proposed(stage)
    if mode is Mode.OBSERVE:
        with pytest.raises(Refusal, match="the gate only observes"):
            stage.approve(view)
    else:
        assert stage.approve(view).stage is Stage.APPROVED
    stage.executor.step()
    stage.wait(minutes=16)
    stage.executor.step()
    assert stage.world.turned == 0
