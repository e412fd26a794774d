"""What a resumed run tries that an approval does not cover.

Cases of our own in the manner of the public resumption vectors for agents: each names
what was attempted, and says where the plan stands then, how often the world was
changed, and in which words the attempt was refused.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.action_effects import Outcome
from bot.domain.commands import Assign, Person, PersonKind
from bot.domain.errors import OutOfTurn, PlanChanged
from bot.domain.events import Role
from bot.domain.untrusted import Untrusted
from bot.gate.policy import Policy
from tests.core import CHANNEL
from tests.gate.attempts import BURN, ON, Case, told
from tests.gate.stage import TEAM, GateStage

# --- what changed between the approval and the start ---


def test_policy_changed_between(case: Case, tmp_path: Path) -> None:
    view, stage = case.approved(), case.stage
    notes = '@id("site") @because("it is closed")'
    more = f"{notes} forbid (principal, action, resource) when {{ false }};"
    (tmp_path / "more.cedar").write_text(more)
    changed = Policy.load(tmp_path)
    judge = replace(stage.desk.judge, policy=changed)
    stage.desk = replace(stage.desk, judge=judge)
    case.run()
    assert (stage.stage(view), case.effects(view)) == ("revoked", 0)


def test_approver_lost_right(case: Case) -> None:
    view = case.approved()
    case.stage.people.kinds["U0SECOND"] = PersonKind.DEACTIVATED
    case.run()
    case.ends(view, "revoked", effects=0)


def test_approver_left_the_channel(case: Case) -> None:
    view = case.approved()
    case.stage.people.outside.add("U0SECOND")
    case.run()
    case.ends(view, "revoked", effects=0)


def _command(case: Case, who: str) -> None:
    by = Person(id="U0ONCALL", team=TEAM, kind=PersonKind.MEMBER)
    to = replace(by, id=who)
    handled = case.stage.core.ask("INC-0001", Assign(by=by, role=Role.COMMANDER, to=to))
    assert handled.refusal is None


def test_commander_changed(case: Case) -> None:
    _command(case, "U0COMMANDER")
    view = case.ask(BURN)
    case.stage.approve(view, "U0SECOND")
    assert case.stage.approve(view, "U0COMMANDER").stage.value == "approved"
    _command(case, "U0LEAD")
    case.run()
    case.ends(view, "revoked", effects=0)


def test_stop_all_between(case: Case) -> None:
    view = case.approved()
    case.stage.gate.stop_all(by=case.stage.people.asker("U0SECOND", CHANNEL))
    case.ends(view, "cancelled", effects=0)
    because = told(lambda: case.stage.approve(view), OutOfTurn)
    assert because.startswith("<@U0SECOND> took it back at ")


def test_freeze_between(case: Case) -> None:
    view, by = case.approved(), case.stage.people.asker("U0SECOND", CHANNEL)
    freezing = case.stage.gate.freezing
    freezing.freeze(by=by, lasts=timedelta(hours=2), reason=Untrusted("year end"))
    case.run()
    assert (case.stage.stage(view), case.effects(view)) == ("approved", 0)
    freezing.thaw(by=by, reason=None)
    case.run()
    case.ends(view, "verified", effects=1)


# --- workers ---


def _die() -> None:
    raise KeyboardInterrupt


def test_worker_dies_before_the_effect_then_resumed(case: Case) -> None:
    view = case.approved()
    case.tells(before=_die)
    with pytest.raises(KeyboardInterrupt):
        case.run()
    case.come_back()
    case.ends(view, "indeterminate", effects=0)


def test_worker_dies_after_the_effect_then_resumed(case: Case) -> None:
    view = case.approved()
    case.tells(after=_die)
    with pytest.raises(KeyboardInterrupt):
        case.run()
    case.come_back()
    case.ends(view, "indeterminate", effects=1)


def test_two_workers(case: Case) -> None:
    view = case.approved()
    case.tells(before=lambda: case.run("w2"))
    case.run("w1")
    case.ends(view, "verified", effects=1)


def test_late_answer_of_a_lost_worker(case: Case) -> None:
    view = case.approved()
    case.tells(after=lambda: case.stage.new_executor("w2").recover())
    case.run("w1")
    case.ends(view, "indeterminate", effects=1)
    entries = case.stage.core.store.read(
        lambda tx: tx.log.load(f"action/{view.plan.id}")
    )
    kinds = [entry.kind for entry in entries]
    assert "action.step_ended.v1" not in kinds
    assert kinds[-1] == "action.refused.v1"


def test_no_answer_is_not_asked_for_again(case: Case) -> None:
    view = case.approved()
    case.tells(answer=Outcome.UNKNOWN)
    case.run()
    case.ends(view, "indeterminate", effects=1)


def test_reconcile_twice(case: Case) -> None:
    view = case.approved()
    case.tells(answer=Outcome.UNKNOWN)
    case.run()
    case.settle(view, committed=False)
    because = told(lambda: case.settle(view, committed=True), OutOfTurn)
    assert because.startswith("it failed at ")
    case.ends(view, "failed", effects=1)


def test_rollback_with_the_parents_approval(case: Case) -> None:
    view = case.approved()
    case.run()
    undo = case.ask(parent=view.plan.id, by="U0LEAD")
    assert (undo.plan.draft.action, undo.agreed) == (ON, ())
    told(lambda: case.stage.approve(undo, digest=view.digest), PlanChanged)
    case.run()
    assert (case.stage.stage(undo), case.on.turned[case.switch]) == ("pending", 0)
    case.ends(view, "verified", effects=1)


def test_resume_after_restart(tmp_path: Path) -> None:
    stage = GateStage(tmp_path)
    view = stage.propose()
    stage.shown(view)
    stage.approve(view)
    stage.core.close()
    again = GateStage(tmp_path)
    try:
        told(lambda: again.approve(view, "U0LEAD"), OutOfTurn)
        for worker in ("w2", "w3"):
            again.new_executor(worker).step()
        assert (again.stage(view), again.world.turned) == ("verified", 1)
    finally:
        again.core.close()
