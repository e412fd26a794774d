"""One destructive action: proposed, agreed to by the right people, run once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.action_effects import Outcome
from bot.domain.commands import PersonKind
from bot.domain.errors import NotAllowed, PlanChanged, Refusal, SelfApproval
from bot.domain.gate_rules import Mode
from bot.domain.plan import Level
from bot.domain.untrusted import Untrusted
from tests.core import CHANNEL
from tests.gate.stage import GateStage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path)
    yield made
    made.core.close()


def kinds(stage: GateStage, plan: str) -> list[str]:
    entries = stage.core.store.read(lambda tx: tx.log.load(f"action/{plan}"))
    return [e.kind.removeprefix("action.").removesuffix(".v1") for e in entries]


def test_a_second_person_agrees_and_it_runs_once_and_is_verified(
    stage: GateStage,
) -> None:
    view = stage.propose()
    assert (view.stage.value, view.plan.level) == ("pending", Level.T2)
    stage.shown(view)
    assert stage.approve(view).stage.value == "approved"
    assert stage.executor.step() == 1
    assert stage.stage(view) == "verified"
    assert stage.world.on["s1"] is False
    assert stage.executor.step() == 0
    assert stage.world.turned == 1
    assert view.plan.id in stage.evidence
    assert kinds(stage, view.plan.id) == [
        "drafted",
        "published",
        "shown",
        "approved",
        "cleared",
        "claimed",
        "step_began",
        "step_ended",
        "applied",
        "verified",
    ]


def test_nothing_runs_before_the_approval_is_in_a_signed_checkpoint(
    stage: GateStage,
) -> None:
    stage.gate = replace(stage.gate, cleared=lambda: None)
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("approved", 0)
    stage.sign()
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("verified", 1)


def test_who_asked_cannot_approve(stage: GateStage) -> None:
    view = stage.propose("U0ONCALL")
    stage.shown(view)
    with pytest.raises(SelfApproval):
        stage.approve(view, "U0ONCALL")
    assert stage.stage(view) == "pending"
    assert kinds(stage, view.plan.id)[-1] == "refused"


@pytest.mark.parametrize(
    "kind",
    [
        PersonKind.GUEST,
        PersonKind.EXTERNAL,
        PersonKind.BOT,
        PersonKind.DEACTIVATED,
        PersonKind.UNKNOWN,
    ],
)
def test_only_full_members_approve(stage: GateStage, kind: PersonKind) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.people.kinds["U0SECOND"] = kind
    with pytest.raises(NotAllowed):
        stage.approve(view)
    assert stage.stage(view) == "pending"


def outside(stage: GateStage) -> None:
    stage.people.outside.add("U0SECOND")


def no_group(stage: GateStage) -> None:
    stage.people.groups["U0SECOND"] = set()


def shared(stage: GateStage) -> None:
    stage.people.shared = True


@pytest.mark.parametrize("change", [outside, no_group, shared])
def test_an_approver_needs_the_channel_and_the_group(
    stage: GateStage, change: Callable[[GateStage], None]
) -> None:
    view = stage.propose()
    stage.shown(view)
    change(stage)
    with pytest.raises(Refusal):
        stage.approve(view)
    assert stage.stage(view) == "pending"


@pytest.mark.parametrize(
    "forged",
    [
        {"digest": "0" * 64},
        {"typed": "another"},
        {"typed": ""},
        {"click": "other_channel"},
        {"click": "other_message"},
        {"click": "no_mac"},
    ],
)
def test_a_forged_or_careless_press_approves_nothing(
    stage: GateStage, forged: dict[str, Any]
) -> None:
    view = stage.propose()
    stage.shown(view)
    clicks = {
        "other_channel": stage.click(channel="C0GENERAL"),
        "other_message": stage.click(message="9.9"),
        "no_mac": stage.click(mac_ok=False),
    }
    if "click" in forged:
        forged = {"click": clicks[forged["click"]]}
    with pytest.raises(Refusal):
        stage.approve(view, **forged)
    assert stage.stage(view) == "pending"


def test_a_world_that_changed_meanwhile_makes_it_stale(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.world.on["s1"] = False
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("stale", 0)


def test_an_approver_who_lost_the_group_revokes_it(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.people.groups["U0SECOND"] = set()
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("revoked", 0)


def test_after_the_window_it_expires(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.wait(minutes=16)
    with pytest.raises(Refusal):
        stage.approve(view)
    other = stage.propose("U0LEAD")
    stage.shown(other)
    stage.approve(other)
    stage.wait(minutes=6)
    stage.executor.step()
    assert (stage.stage(other), stage.world.turned) == ("expired", 0)


def test_one_no_is_enough(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.gate.deny(
        view.plan.id,
        by=stage.people.asker("U0SECOND", CHANNEL),
        reason=Untrusted("wrong key"),
        click=stage.click(),
    )
    assert stage.stage(view) == "denied"
    with pytest.raises(Refusal):
        stage.approve(view, "U0COMMANDER")


def test_stop_all_cancels_what_waits_and_lets_nothing_start(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    other = stage.propose("U0LEAD")
    assert stage.gate.stop_all(by=stage.people.asker("U0SECOND", CHANNEL)) == 2
    stage.executor.step()
    assert {stage.stage(view), stage.stage(other)} == {"cancelled"}
    assert stage.world.turned == 0


def test_an_answer_that_never_came_is_not_tried_again(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.world.answer = Outcome.UNKNOWN
    stage.executor.step()
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("indeterminate", 1)
    settled = stage.gate.reconcile(
        view.plan.id,
        by=stage.people.asker("U0SECOND", CHANNEL),
        committed=True,
        reason=Untrusted("the switch is off"),
    )
    assert settled.stage.value == "applied"


def test_a_process_that_died_in_a_step_leaves_it_to_a_person(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    stage.catalogue["test.switch.turn_off"].apply = die  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        stage.executor.step()
    assert stage.stage(view) == "applying"
    again = stage.new_executor("w2")
    assert again.recover() == 1
    again.step()
    assert stage.stage(view) == "indeterminate"


def test_what_ran_is_undone_by_a_second_approved_plan(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.executor.step()
    undo = stage.propose("U0SECOND", "test.switch.turn_on")
    stage.shown(undo)
    stage.approve(undo, "U0COMMANDER")
    stage.executor.step()
    assert stage.stage(undo) == "verified"
    assert stage.world.on["s1"] is True


def test_in_observe_mode_a_plan_is_shown_and_nothing_runs(tmp_path: Path) -> None:
    stage = GateStage(tmp_path / "observe", mode=Mode.OBSERVE)
    try:
        view = stage.propose()
        stage.shown(view)
        with pytest.raises(Refusal):
            stage.approve(view)
        stage.executor.step()
        assert stage.world.turned == 0
    finally:
        stage.core.close()


def test_the_same_inbox_item_makes_one_plan(stage: GateStage) -> None:
    def ask() -> str:
        return stage.gate.propose(
            "INC-0001",
            "test.switch.turn_off",
            {"switch": "s1"},
            by=stage.people.asker("U0ONCALL", CHANNEL),
            reason=Untrusted("it leaks"),
            item="sl_7",
        ).plan.id

    assert ask() == ask()
    assert len(stage.gate.open_plans("INC-0001")) == 1


def test_a_token_of_ours_opens_and_any_other_does_not(stage: GateStage) -> None:
    token = stage.gate.token("pl_1")
    assert stage.gate.opened(token) == "pl_1"
    for forged in ("pl_2" + token[4:], "pl_1", "pl_1.", "", token[:-1], "é." + token):
        assert stage.gate.opened(forged) == ""


def test_an_approval_of_another_digest_is_named_so(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    with pytest.raises(PlanChanged):
        stage.approve(view, digest="0" * 64)
