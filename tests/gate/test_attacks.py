"""What somebody might try who knows how the gate is built: what holds it back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.action_effects import Outcome, Verdict
from bot.domain.action_table import Stage
from bot.domain.errors import NotAllowed
from bot.domain.freeze import FreezeWindow, Once
from bot.domain.plan import Blast, Level
from bot.domain.registry import System
from bot.domain.untrusted import Untrusted
from bot.gate.policy import Policy
from bot.plans.noes import FEW
from bot.ports.action import Verified
from tests.core import CHANNEL
from tests.gate.stage import GateStage
from tests.gate.test_changing import refusals
from tests.gate.test_foresight import stop
from tests.gate.test_holds import approved, freeze
from tests.spec import NOON

pytestmark = pytest.mark.slow  # a store for each

Make = Callable[..., GateStage]


def policy(folder: Path, text: str) -> Policy:
    folder.mkdir()
    (folder / "site.cedar").write_text(text)
    return Policy.load(folder)


def test_a_freeze_outlives_a_clock_that_was_wrong_for_a_moment(make: Make) -> None:
    stage = make()
    freeze(stage)
    stage.wait(hours=3)
    stage.gate.freezing.turn()  # type: ignore[attr-defined]
    stage.wait(hours=-3)
    assert [one.id for one in stage.gate.freezing.on()] == ["FZ-0001"]


def test_what_a_person_said_later_opens_no_other_day_for_the_way_back(
    make: Make,
) -> None:
    stage = make()
    stage.world.answer = Outcome.UNKNOWN
    view = approved(stage)
    stage.executor.step()
    assert stage.stage(view) == "indeterminate"
    stage.wait(hours=25)
    stage.gate.reconcile(
        view.plan.id,
        by=stage.people.asker("U0LEAD", CHANNEL),
        committed=True,
        reason=Untrusted("the switch is off"),
    )
    stage.executor.step()
    assert stage.stage(view) == "verified"
    freeze(stage)
    back = stage.propose(action="test.switch.turn_on", parent=view.plan.id)
    assert back.held is not None


SANDBOX = System(id="chat", title="Chat", owner="", stage="sandbox", entities=("s2",))
PAYMENTS = System(id="pay", title="Pay", owner="", entities=("s1",))


def small_in_a_sandbox(stage: GateStage) -> GateStage:
    for action in stage.catalogue.values():
        levels = {"": Level.T2, "sandbox": Level.T3}
        action.MANIFEST = replace(action.MANIFEST, level=levels)
    return stage


@pytest.mark.parametrize(
    ("switch", "level"),
    # The sandbox's own; one of a system in production; one that nobody knows.
    [("s2", Level.T3), ("s1", Level.T2), ("s3", Level.T2)],
)
def test_who_chooses_the_incident_does_not_choose_the_level(
    make: Make, switch: str, level: Level
) -> None:
    stage = small_in_a_sandbox(make(system=SANDBOX, others=(PAYMENTS,)))
    assert stage.propose(switch=switch).plan.level is level


def test_what_reaches_nobody_knows_how_far_is_not_small(make: Make) -> None:
    stage = small_in_a_sandbox(make(system=SANDBOX))
    view = stage.propose(switch="s2")
    draft = replace(view.plan.draft, blast=Blast(systems=-1))
    about = stage.core.store.read(lambda tx: stage.desk.about(tx, "INC-0001"))
    manifest = stage.catalogue[draft.action].MANIFEST
    assert stage.desk.level(manifest, view.plan.draft, about) is Level.T3
    assert stage.desk.level(manifest, draft, about) is Level.T2


def test_who_chooses_the_incident_does_not_choose_the_freeze(make: Make) -> None:
    always = Once(begins=NOON - timedelta(days=1), ends=NOON + timedelta(days=1))
    window = FreezeWindow(
        id="close", reason="books", owner="pay", when=always, systems=("pay",)
    )
    stage = make(system=SANDBOX, others=(PAYMENTS,), windows=(window,))
    assert stage.propose(switch="s2").held is None
    assert stage.propose(switch="s1").held is not None


SOON = """@id("site-not-now")
@because("nobody agrees to anything this month")
forbid (principal, action == Action::"approve", resource);
"""
BEGINS_LATER = """- id: wv-later
  rule: site-not-now
  owner: U0LEAD
  reason: the month is long
  from: "2026-11-20T12:01:00Z"
  until: "2026-12-20T00:00:00Z"
  actions: [test.switch.turn_off]
"""


def test_a_waiver_that_began_after_the_card_was_made_does_not_count_for_it(
    make: Make, tmp_path: Path
) -> None:
    """It stands on no card and in no digest that anybody saw."""
    policy(tmp_path / "site", SOON)
    (tmp_path / "site" / "waivers.yaml").write_text(BEGINS_LATER)
    stage = make(policy=Policy.load(tmp_path / "site"))
    view = stage.propose()
    stage.shown(view)
    stage.wait(minutes=2)
    with pytest.raises(NotAllowed, match="nobody agrees to anything this month"):
        stage.approve(view)
    later = stage.propose(switch="s2")
    stage.shown(later)
    assert stage.approve(later).stage is Stage.APPROVED


def test_presses_without_end_do_not_make_a_plan_long(make: Make) -> None:
    """Every decision reads the whole stream; a guest must not make that slow."""
    stage = make()
    view = stage.propose()
    stage.shown(view)
    token = stage.gate.token(view.plan.id)

    def press(who: str, times: int) -> int:
        for _ in range(times):
            stage.gate.turned_away(token, by=who, asked="approve", code="a.code")
        return len(refusals(stage, view))

    assert press("U0EVE", FEW + 9) == FEW
    # Somebody else is written down all the same, and a plan that moved begins anew.
    assert press("U0BOB", 1) == FEW + 1
    stage.approve(view)
    assert press("U0EVE", 1) == FEW + 2


def test_a_plan_that_cannot_be_read_does_not_keep_others_from_being_stopped(
    make: Make,
) -> None:
    stage = make()
    view = stage.propose()
    stage.core.store.write(
        lambda tx: tx.tables.execute(
            "INSERT INTO plan (id, incident, action, stage, level, over, glass_at, "
            "review_due_at, parent) VALUES ('pl_x','','','pending','T1',0,'','','')"
        )
    ).result()
    freeze(stage)
    stop(stage)
    assert stage.stage(view) == "cancelled"


def test_an_edit_that_changes_something_else_undoes_nothing(make: Make) -> None:
    """Its card would say so, and the plan that did not work would count as undone."""
    stage = make()
    action = stage.catalogue["test.switch.turn_off"]
    action.verify = lambda *_, **__: Verified(  # type: ignore[method-assign]
        verdict=Verdict.FAIL, says="it is still on"
    )
    done = approved(stage)
    stage.executor.step()
    back = stage.propose(action="test.switch.turn_on", parent=done.plan.id)
    stage.world.on["s2"] = False
    other = stage.gate.edit(
        back.plan.id,
        {"switch": "s2"},
        by=stage.people.asker("U0ONCALL", CHANNEL),
        reason=Untrusted("that one as well"),
    )
    assert other.plan.parent == ""
    stage.shown(other)
    stage.approve(other)
    stage.executor.step()
    assert (stage.stage(other), stage.stage(done)) == ("verified", "verify_failed")


def test_wishes_to_freeze_without_end_do_not_make_every_decision_slow(
    make: Make,
) -> None:
    stage = make()
    for _ in range(FEW + 9):
        with pytest.raises(NotAllowed):
            freeze(stage, "U0NOBODY")
    length = stage.core.store.read(lambda tx: tx.log.version("freeze"))
    assert length == FEW


def test_the_way_back_passes_a_freeze_once(make: Make) -> None:
    stage = make()
    done = approved(stage)
    stage.executor.step()
    freeze(stage)
    back = approved(stage, action="test.switch.turn_on", parent=done.plan.id)
    stage.executor.step()
    assert stage.stage(back) == "verified"
    stage.world.on["s1"] = False
    again = stage.propose(action="test.switch.turn_on", parent=done.plan.id)
    assert again.held is not None
