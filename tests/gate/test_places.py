"""Rows of places: what a plan that nobody remembers counts as."""

from pathlib import Path

from bot.gate import places
from bot.ports import Transaction
from tests.domain.action_spec import a_plan
from tests.spec import NOON
from tests.stores import new_store

PLAN = a_plan()


def test_a_plan_that_nobody_saw_proposed_takes_a_place_and_counts_as_edited(
    tmp_path: Path,
) -> None:
    def work(tx: Transaction) -> tuple[bool, list[str], int]:
        places.claim(tx, PLAN, system="chat", at=NOON)
        places.begin(tx, PLAN.id)
        action = PLAN.draft.action
        taken = places.taken(tx, action, drill=PLAN.drill, now=NOON)
        asked = places.proposed(tx, PLAN.requester, drill=PLAN.drill, now=NOON)
        systems = [one.system for one in taken]
        return places.is_edited(tx, PLAN.id), systems, len(asked)

    store = new_store(tmp_path / "tocsin.db")
    assert store.write(work).result() == (True, ["chat"], 0)
    store.close()
