"""A waiting plan is edited, a broken glass looked at, and every no is on record."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import (
    BadRequest,
    NotAllowed,
    OutOfTurn,
    Refusal,
    SelfApproval,
    Tampered,
)
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate.executor import Executor
from bot.plans.journal import PlanJournal
from bot.ports import Post
from tests.core import CHANNEL
from tests.gate.stage import GateStage
from tests.gate.test_gatekeeper import kinds

WHY = Untrusted("the other switch leaks")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path)
    made.world.on |= {"s1": True, "s2": True}
    yield made
    made.core.close()


def edit(
    stage: GateStage, view: PlanView, who: str = "U0ONCALL", switch: str = "s2"
) -> PlanView:
    by = stage.people.asker(who, CHANNEL)
    return stage.gate.edit(view.plan.id, {"switch": switch}, by=by, reason=WHY)


def break_glass(stage: GateStage, view: PlanView, who: str = "U0ONCALL") -> PlanView:
    return stage.gate.break_glass(
        view.plan.id,
        by=stage.people.asker(who, CHANNEL),
        digest=view.digest,
        typed=f"break glass {view.plan.phrase}",
        reason=Untrusted("nobody else answers the pager"),
        click=stage.click(message=""),
    )


def refusals(stage: GateStage, view: PlanView) -> list[tuple[str, str, str]]:
    found = stage.core.store.read(lambda tx: tx.log.load(f"action/{view.plan.id}"))
    return [
        (e.body["command"], e.body["code"], e.body["by"])
        for e in found
        if e.kind == "action.refused.v1"
    ]


def test_an_edit_is_another_plan_and_approvals_do_not_carry_over(
    stage: GateStage,
) -> None:
    view = stage.propose()
    stage.shown(view)
    made = edit(stage, view)
    assert stage.stage(view) == "superseded"
    assert made.plan.draft.target == "s2"
    assert made.digest != view.digest
    assert made.agreed == ()
    with pytest.raises(OutOfTurn):
        stage.approve(view)
    stage.shown(made)
    stage.approve(made)
    stage.executor.step()
    assert stage.world.on == {"s1": True, "s2": False}


def test_a_plan_that_was_agreed_to_cannot_be_edited(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    with pytest.raises(OutOfTurn):
        edit(stage, view)
    assert stage.stage(view) == "approved"


def test_only_the_requester_and_the_commander_edit(stage: GateStage) -> None:
    view = stage.propose()
    with pytest.raises(NotAllowed, match="only the requester and the commander"):
        edit(stage, view, "U0SECOND")
    assert stage.stage(view) == "pending"
    assert refusals(stage, view) == [
        ("supersede", "refused.not_allowed", "U0SECOND"),
    ]
    assert len(stage.gate.open_plans()) == 1


def test_an_edit_that_changes_nothing_is_refused(stage: GateStage) -> None:
    view = stage.propose()
    by = stage.people.asker("U0ONCALL", CHANNEL)
    same = Untrusted(view.plan.reason)
    with pytest.raises(BadRequest, match="says what the plan says already"):
        stage.gate.edit(view.plan.id, {"switch": "s1"}, by=by, reason=same)
    assert stage.stage(view) == "pending"


def test_where_the_new_plan_cannot_stand_the_old_one_goes_on(stage: GateStage) -> None:
    view = stage.propose()
    desk = replace(stage.desk, fits=lambda _: False)
    planning = replace(stage.gate.planning, desk=desk)
    proposing = replace(stage.gate.proposing, planning=planning)
    stage.gate = replace(stage.gate, proposing=proposing)
    with pytest.raises(BadRequest, match="does not fit on one card"):
        edit(stage, view)
    assert stage.stage(view) == "pending"


def test_the_same_inbox_item_edits_once(stage: GateStage) -> None:
    view, by = stage.propose(), stage.people.asker("U0ONCALL", CHANNEL)

    def ask() -> str:
        return stage.gate.edit(
            view.plan.id, {"switch": "s2"}, by=by, reason=WHY, item="sl_9"
        ).plan.id

    assert ask() == ask()
    assert len(stage.gate.open_plans()) == 1


def test_a_broken_glass_is_looked_at_by_somebody_else(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    assert break_glass(stage, view).stage.value == "approved"
    stage.executor.step()
    assert stage.stage(view) == "verified"
    finding = Untrusted("it was right")
    own = stage.people.asker("U0ONCALL", CHANNEL)
    with pytest.raises(SelfApproval, match="who broke the glass cannot also review"):
        stage.gate.review(view.plan.id, by=own, finding=finding)
    other = stage.people.asker("U0LEAD", CHANNEL)
    reviewed = stage.gate.review(view.plan.id, by=other, finding=finding)
    assert (reviewed.glass_by, reviewed.reviewed_by) == ("U0ONCALL", "U0LEAD")
    assert reviewed.review_due_at is None
    assert kinds(stage, view.plan.id)[-1] == "reviewed"


def test_the_security_channel_is_told_when_the_glass_breaks(stage: GateStage) -> None:
    def alarm(view: PlanView) -> Post:
        return Post(key=f"glass/{view.plan.id}", channel="C0SEC", text=view.glass_by)

    stage.gate = replace(stage.gate, desk=replace(stage.desk, alarm=alarm))
    view = stage.propose()
    stage.shown(view)
    break_glass(stage, view)
    rows = stage.core.store.read(
        lambda tx: tx.tables.execute(
            "SELECT text FROM outbox WHERE key = ?", (f"glass/{view.plan.id}",)
        )
    )
    assert [row["text"] for row in rows] == ["U0ONCALL"]


def test_a_press_that_came_to_no_decision_is_on_record(stage: GateStage) -> None:
    view = stage.propose()
    stage.gate.turned_away(
        stage.gate.token(view.plan.id), by="U0GUEST", asked="review", code="a.code"
    )
    stage.gate.turned_away(view.plan.id + ".0", by="U0EVE", asked="deny", code="forged")
    stage.gate.turned_away("pl_of_nobody.0", by="U0EVE", asked="deny", code="forged")
    assert refusals(stage, view) == [
        ("review", "a.code", "U0GUEST"),
        ("deny", "forged", "U0EVE"),
    ]


def executor_with(stage: GateStage, **changes: object) -> Executor:
    journal = stage.executor.journal
    assert isinstance(journal, PlanJournal)
    changed = replace(journal, **changes)  # type: ignore[arg-type]
    return replace(stage.executor, journal=changed)


def test_what_is_tried_every_second_is_refused_on_record_once(
    stage: GateStage,
) -> None:
    unproven = executor_with(stage, path=lambda *_: False)
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    for _ in range(3):
        unproven.step()
    assert refusals(stage, view) == [("claim", "refused.out_of_turn", "tocsin")]
    with pytest.raises(Refusal):
        stage.approve(view, "U0ONCALL")
    unproven.step()
    assert [by for _, _, by in refusals(stage, view)] == ["tocsin", "U0ONCALL"]


def test_an_approval_that_is_not_signed_yet_is_not_even_tried(
    stage: GateStage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.gate = replace(stage.gate, cleared=lambda: None)
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.executor.step()
    assert (refusals(stage, view), caplog.records) == ([], [])
    stage.sign()
    stage.executor.step()
    assert stage.stage(view) == "verified"


def test_a_checkpoint_that_is_not_ours_is_tried_and_refused_on_record(
    stage: GateStage,
) -> None:
    def not_ours(_: str) -> tuple[int, bytes]:
        raise Tampered("Nothing was proved", because="it is not ours", next_move="")

    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    executor_with(stage, note=not_ours).step()
    assert refusals(stage, view) == [("claim", "refused.out_of_turn", "tocsin")]
    assert stage.world.turned == 0


def test_people_s_refusals_are_recorded_each_time(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    for _ in range(2):
        with pytest.raises(SelfApproval):
            stage.approve(view, "U0ONCALL")
    assert len(refusals(stage, view)) == 2


def test_the_card_of_a_verified_plan_tells_of_the_plan_that_undoes_it(
    stage: GateStage,
) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.executor.step()
    undo = stage.gate.propose(
        "INC-0001",
        "",
        {},
        by=stage.people.asker("U0SECOND", CHANNEL),
        reason=Untrusted("the leak is closed"),
        parent=view.plan.id,
    )
    waits = stage.gate.view(view.plan.id)
    assert waits is not None
    assert (waits.rollback, waits.rollback_plan) == ("", undo.plan.id)
    stage.gate.cancel(
        undo.plan.id, by=stage.people.asker("U0SECOND", CHANNEL), reason=None
    )
    again = stage.gate.view(view.plan.id)
    assert again is not None
    assert again.rollback == "test.switch.turn_on"


def test_who_is_stopped_by_a_policy_reads_its_words(stage: GateStage) -> None:
    for _ in range(3):
        view = stage.propose()
        stage.shown(view)
        break_glass(stage, view)
        stage.executor.step()
        stage.world.on["s1"] = True
    view = stage.propose()
    stage.shown(view)
    with pytest.raises(NotAllowed, match="was broken three times in the last 24 hours"):
        break_glass(stage, view)


def test_a_no_whose_reason_is_half_a_character_is_a_no(stage: GateStage) -> None:
    view = stage.propose()
    stage.shown(view)
    stage.gate.deny(
        view.plan.id,
        by=stage.people.asker("U0LEAD", CHANNEL),
        reason=Untrusted("wrong key \ud83d, \U0001f6d1 please"),
        click=stage.click(),
    )
    assert stage.stage(view) == "denied"
    reason = stage.core.store.read(lambda tx: tx.log.load(f"action/{view.plan.id}"))[-1]
    assert reason.words["reason"] == "wrong key \ufffd, \U0001f6d1 please"
