"""What somebody might try who knows how the gate is built: what starts, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.action import ActionState
from bot.domain.action_commands import ActionCommand, BeginStep
from bot.domain.action_facts import GateFacts
from bot.domain.plan import Level
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate.executor import Executor
from bot.gate.policy import Policy
from bot.plans.foresight import Foresight
from bot.plans.house import GateHouse
from bot.plans.journal import PlanJournal
from tests.core import CHANNEL
from tests.gate.between import Between
from tests.gate.stage import GateStage
from tests.gate.test_changing import break_glass
from tests.gate.test_foresight import command, deny, stop
from tests.gate.test_holds import approved, freeze

pytestmark = pytest.mark.slow  # a store for each

Make = Callable[..., GateStage]


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
