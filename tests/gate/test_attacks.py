"""What somebody might try at the gate who knows how it is built."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.action import ActionState
from bot.domain.action_commands import ActionCommand, BeginStep
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.action_facts import GateFacts
from bot.domain.action_table import Stage
from bot.domain.errors import NotAllowed
from bot.domain.freeze import FreezeWindow, Once
from bot.domain.plan import Blast, Level
from bot.domain.plan_view import PlanView
from bot.domain.registry import System
from bot.domain.untrusted import Untrusted
from bot.gate.executor import Executor
from bot.gate.policy import Policy
from bot.plans.foresight import Foresight
from bot.plans.house import GateHouse
from bot.plans.journal import PlanJournal
from bot.plans.noes import FEW
from bot.ports.action import Verified
from tests.core import CHANNEL
from tests.gate.between import Between
from tests.gate.stage import GateStage
from tests.gate.test_changing import break_glass, refusals
from tests.gate.test_foresight import command, deny, stop
from tests.gate.test_holds import approved, freeze
from tests.spec import NOON

pytestmark = pytest.mark.slow  # a store for each

Make = Callable[..., GateStage]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[GateStage] = []

    def stage(**more: object) -> GateStage:
        made.append(GateStage(tmp_path / str(len(made)), **more))  # type: ignore[arg-type]
        made[-1].world.on.update({f"s{n}": True for n in range(1, 6)})
        return made[-1]

    yield stage
    for one in made:
        one.core.close()


def policy(folder: Path, text: str) -> Policy:
    folder.mkdir()
    (folder / "site.cedar").write_text(text)
    return Policy.load(folder)


NOT_AT_NIGHT = """@id("site-runs-by-day")
@because("nothing runs outside of business hours")
forbid (principal, action == Action::"run", resource)
unless { context.hour > 23 };
"""


def test_what_a_site_forbids_to_run_does_not_run(make: Make, tmp_path: Path) -> None:
    stage = make(policy=policy(tmp_path / "site", NOT_AT_NIGHT))
    view = approved(stage)
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("approved", 0)


def test_the_third_broken_glass_runs_as_well(make: Make) -> None:
    stage = make()
    for switch in ("s1", "s2", "s3"):
        view = stage.propose(switch=switch)
        stage.shown(view)
        break_glass(stage, view)
        stage.executor.step()
        assert stage.stage(view) == "verified"


def test_a_freeze_outlives_a_clock_that_was_wrong_for_a_moment(make: Make) -> None:
    stage = make()
    freeze(stage)
    stage.wait(hours=3)
    stage.gate.freezing.turn()  # type: ignore[attr-defined]
    stage.wait(hours=-3)
    assert [one.id for one in stage.gate.freezing.on()] == ["FZ-0001"]


def test_a_review_that_came_due_meanwhile_blocks_a_t1_plan_that_was_agreed_to(
    make: Make,
) -> None:
    stage = make(level=Level.T1)
    command(stage, "U0COMMANDER")
    broken = stage.propose(switch="s2")
    stage.shown(broken)
    break_glass(stage, broken)
    stage.executor.step()
    stage.wait(hours=23, minutes=58)
    view = stage.propose()
    stage.shown(view)
    for who in ("U0COMMANDER", "U0SECOND"):
        stage.approve(view, who)
    stage.wait(minutes=3)
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("approved", 1)


def test_a_plan_of_another_version_of_its_action_does_not_start(make: Make) -> None:
    stage = make()
    view = approved(stage)
    action = stage.catalogue[view.plan.draft.action]
    action.MANIFEST = replace(action.MANIFEST, version=2)
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("approved", 0)


def test_a_plan_whose_level_rose_with_the_registry_does_not_start(make: Make) -> None:
    stage = make()
    view = approved(stage)
    action = stage.catalogue[view.plan.draft.action]
    action.MANIFEST = replace(action.MANIFEST, level={"": Level.T1})
    stage.executor.step()
    assert (stage.stage(view), stage.world.turned) == ("approved", 0)


def test_a_plan_whose_end_was_missed_by_a_clock_that_went_back_still_ends(
    make: Make,
) -> None:
    stage = make()
    view = stage.propose()
    house = GateHouse(
        gatekeeper=stage.gate,
        journal=stage.executor.journal,  # type: ignore[arg-type]
        executor=stage.executor,
        sign=stage.sign,
    )

    def fire(back_s: float) -> None:
        due = stage.core.store.write(
            lambda tx: tx.timers.claim(now=stage.clock.now(), lease_s=1, limit=9)
        ).result()
        stage.wait(seconds=-back_s)
        for timer in due:
            house.fire(timer)

    stage.wait(minutes=15)
    fire(back_s=1)
    assert stage.stage(view) == "pending"
    stage.wait(minutes=1)
    fire(back_s=0)
    assert stage.stage(view) == "expired"


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


@dataclass
class StoodStill:
    """Keeps the executor's journal for a process that stands still before its call."""

    journal: PlanJournal
    meanwhile: Callable[[], object]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.journal, name)

    def write(self, plan: str, command: ActionCommand, facts: GateFacts) -> ActionState:
        state = self.journal.write(plan, command, facts)
        if isinstance(command, BeginStep):
            self.meanwhile()
        return state


def standing_still(stage: GateStage, meanwhile: Callable[[], object]) -> Executor:
    journal = stage.executor.journal
    assert isinstance(journal, PlanJournal)
    return replace(stage.executor, journal=StoodStill(journal, meanwhile))


def test_a_worker_that_stood_still_and_was_given_up_makes_no_call(
    make: Make,
) -> None:
    """A person looks, says that it did not happen, and then it must not."""
    stage = make()
    view = approved(stage)

    def given_up() -> None:
        stage.wait(minutes=2)
        stage.new_executor("w2").recover()
        stage.gate.reconcile(
            view.plan.id,
            by=stage.people.asker("U0LEAD", CHANNEL),
            committed=False,
            reason=Untrusted("the switch is on"),
        )

    standing_still(stage, given_up).step()
    assert (stage.stage(view), stage.world.turned) == ("failed", 0)


def test_a_worker_whose_lease_is_over_before_its_call_says_so_and_makes_none(
    make: Make,
) -> None:
    stage = make()
    view = approved(stage)
    standing_still(stage, lambda: stage.wait(minutes=1)).step()
    assert (stage.stage(view), stage.world.turned) == ("failed", 0)


def test_a_stop_between_the_note_and_the_call_keeps_the_call_back(make: Make) -> None:
    stage = make()
    view = approved(stage)
    standing_still(stage, lambda: stop(stage)).step()
    assert (stage.stage(view), stage.world.turned) == ("failed", 0)


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


HAPPENS: Mapping[str, Callable[[GateStage, PlanView], object]] = {
    "a stop": lambda stage, _: stop(stage),
    "a freeze": lambda stage, _: freeze(stage),
    "a no": deny,
    "another commander": lambda stage, _: command(stage, "U0LEAD"),
}


@pytest.mark.parametrize("what", HAPPENS)
def test_what_happens_right_before_a_claim_counts_for_it(make: Make, what: str) -> None:
    stage = make(level=Level.T1)
    command(stage, "U0COMMANDER")
    view = stage.propose()
    stage.shown(view)
    for who in ("U0COMMANDER", "U0SECOND"):
        stage.approve(view, who)
    journal = stage.executor.journal
    assert isinstance(journal, PlanJournal)
    store = Between(stage.core.store, lambda: HAPPENS[what](stage, view))
    book = replace(journal.book, foresight=Foresight())
    replace(stage.executor, journal=replace(journal, store=store, book=book)).step()
    assert not store.happens
    assert (stage.world.turned, stage.stage(view) == "verified") == (0, False)


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
