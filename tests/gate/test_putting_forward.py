"""Putting forward, editing and stopping are decided beforehand as well."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import Refusal
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.plans.foresight import Foresight
from bot.ports import Transaction
from tests.core import CHANNEL
from tests.gate.between import Between, meanwhile
from tests.gate.stage import GateStage
from tests.gate.test_foresight import card, entry, stop, waiting
from tests.gate.test_gatekeeper import kinds


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path)
    yield made
    made.core.close()


def all_plans(stage: GateStage) -> list[str]:
    """Return the ids of every plan that there is."""
    rows = stage.core.store.read(
        lambda tx: tx.tables.execute("SELECT id FROM plan ORDER BY id")
    )
    return [row["id"] for row in rows]


def between(stage: GateStage, *happens: Callable[[], object]) -> GateStage:
    """Return the same stage, where something comes before a plan is put forward."""
    late = meanwhile(stage, *happens)
    late.gate = replace(
        late.gate,
        proposing=replace(
            stage.gate.proposing, store=late.gate.store, book=late.gate.book
        ),
    )
    return late


def writes(stage: GateStage) -> int:
    assert isinstance(stage.gate.store, Between)
    return stage.gate.store.writes


def edit(stage: GateStage, view: PlanView) -> PlanView:
    return stage.gate.edit(
        view.plan.id,
        {"switch": "s1"},
        by=stage.people.asker("U0ONCALL", CHANNEL),
        reason=Untrusted("the other one"),
    )


def test_a_plan_is_put_forward_by_one_transaction_that_decides_nothing(
    stage: GateStage,
) -> None:
    late = between(stage)
    view = late.propose()
    assert (view.stage.value, writes(late)) == ("pending", 1)
    assert kinds(stage, view.plan.id) == ["drafted", "published"]
    assert card(stage, view).startswith(f"{view.plan.id} pending")


def test_nothing_is_put_forward_after_a_stop_that_came_first(stage: GateStage) -> None:
    late = between(stage, lambda: stop(stage))
    with pytest.raises(Refusal, match="everything is stopped"):
        late.propose()
    assert all_plans(stage) == []


def test_an_edit_is_one_transaction_and_of_two_at_once_one_counts(
    stage: GateStage,
) -> None:
    view = waiting(stage)
    late = between(stage, lambda: edit(stage, view))
    with pytest.raises(Refusal):
        edit(late, view)
    assert kinds(stage, view.plan.id)[2:] == ["shown", "superseded", "refused"]
    assert len(all_plans(stage)) == 2
    calm = between(stage)
    other = edit(calm, waiting(stage))
    assert (other.stage.value, writes(calm)) == ("pending", 1)


def test_an_edit_of_what_was_agreed_to_meanwhile_makes_no_other_plan(
    stage: GateStage,
) -> None:
    view = waiting(stage)
    late = between(stage, lambda: stage.approve(view))
    with pytest.raises(Refusal):
        edit(late, view)
    assert stage.stage(view) == "approved"
    assert len(all_plans(stage)) == 1


def test_the_way_back_is_told_on_the_parents_card_without_asking_twice(
    stage: GateStage,
) -> None:
    view = waiting(stage)
    stage.approve(view)
    while stage.executor.step():
        stage.sign()
    late = between(stage)
    back = late.propose(parent=view.plan.id)
    assert writes(late) == 1
    stage.shown(back)
    agreed = meanwhile(stage)
    agreed.approve(back)
    assert writes(agreed) == 1
    parent = stage.gate.view(view.plan.id)
    assert parent is not None
    assert (parent.rollback_plan, parent.rollback_stage.value) == (
        *(back.plan.id, "approved"),
    )


def test_what_is_masked_as_it_is_kept_is_read_as_it_was_kept(stage: GateStage) -> None:
    def work(tx: Transaction) -> str | None:
        tx.log.append("other", expected_version=0, entries=[told])
        return tx.log.load("other")[-1].words["said"]

    secret = "xox" + "b-1234567890-abcdefghijkl"
    told = replace(entry(stage), words={"said": f"it is {secret}"})
    said = Foresight().write(stage.core.store, work, clock=stage.clock)
    assert said is not None
    assert secret not in said


def test_where_an_entry_will_stand_is_not_foretold(stage: GateStage) -> None:
    def work(tx: Transaction) -> int:
        tx.log.append("other", expected_version=0, entries=[entry(stage)])
        return tx.log.load("other")[-1].seq

    size = stage.core.store.read(lambda tx: tx.log.head()).size
    assert Foresight().write(stage.core.store, work, clock=stage.clock) == size


def test_a_stop_takes_hold_before_it_reaches_the_first_plan(stage: GateStage) -> None:
    first, other = waiting(stage), waiting(stage)
    stopped: list[str] = []

    def press() -> None:
        with pytest.raises(Refusal, match="everything was stopped") as caught:
            stage.approve(first)
        stopped.append(caught.value.code)

    late = meanwhile(stage, lambda: None, press)
    late.gate.stop_all(by=stage.people.asker("U0LEAD", CHANNEL))
    assert len(stopped) == 1
    assert (stage.stage(first), stage.stage(other)) == ("cancelled", "cancelled")


def test_a_plan_that_cannot_be_read_holds_up_no_stop(stage: GateStage) -> None:
    broken, other = waiting(stage), waiting(stage)
    stage.core.store.write(
        lambda tx: tx.tables.execute(
            "UPDATE plan SET id = 'pl_0' WHERE id = ?", (broken.plan.id,)
        )
    ).result()
    by = stage.people.asker("U0LEAD", CHANNEL)
    assert stage.gate.stop_all(by=by) == 1
    assert stage.stage(other) == "cancelled"


def test_a_stop_that_was_cut_off_is_finished_by_asking_again(stage: GateStage) -> None:
    view, by = waiting(stage), stage.people.asker("U0LEAD", CHANNEL)

    def dies() -> None:
        raise KeyboardInterrupt

    late = meanwhile(stage, lambda: None, dies)
    with pytest.raises(KeyboardInterrupt):
        late.gate.stop_all(by=by)
    assert stage.stage(view) == "pending"
    with pytest.raises(Refusal, match="everything was stopped"):
        stage.approve(view)
    assert stage.gate.stop_all(by=by) == 1
    assert stage.stage(view) == "cancelled"
