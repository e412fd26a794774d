"""Which plans there are, asked of their rows."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.domain.action_commands import DraftPlan
from bot.domain.action_table import Stage
from bot.plans.book import PlanBook
from bot.plans.rows import in_stage, open_ids, readable
from bot.ports import Transaction
from tests.domain.action_spec import ACT, a_plan, facts
from tests.fakes.clock import FakeClock
from tests.spec import NOON, OLU
from tests.stores import transaction

INSERT = "INSERT INTO plan (id, incident, stage, over) VALUES (?,?,?,?)"


@pytest.fixture
def tx() -> Iterator[Transaction]:
    with transaction() as made:
        yield made


def test_open_plans_are_those_that_are_not_over_the_oldest_first(
    tx: Transaction,
) -> None:
    rows = [("pl_3", "INC-0001", "approved", 0), ("pl_1", "INC-0002", "pending", 0)]
    rows += [("pl_2", "INC-0001", "verified", 1), ("pl_0", "INC-0001", "approved", 0)]
    for row in rows:
        tx.tables.execute(INSERT, row)
    assert open_ids(tx) == ("pl_0", "pl_1", "pl_3")
    assert open_ids(tx, "INC-0001") == ("pl_0", "pl_3")
    assert open_ids(tx, "INC-0009") == ()
    assert in_stage(tx, Stage.APPROVED) == ("pl_0", "pl_3")
    assert in_stage(tx, Stage.DENIED) == ()


def test_a_plan_that_cannot_be_read_keeps_nothing_from_the_others(
    tx: Transaction, caplog: pytest.LogCaptureFixture
) -> None:
    """One whose rows were changed by hand; another that has only a row."""
    book = PlanBook(clock=FakeClock(NOON), rules=ACT)
    for name in ("pl_1", "pl_2", "pl_3"):
        # What stands in the stream of the second is the plan of another.
        made = replace(a_plan(), id=name.replace("2", "1"))
        asked = DraftPlan(by=OLU.id, plan=made, human_initiated=True)
        book.apply(tx, name, asked, facts(OLU), actor=OLU.id)
    tx.tables.execute(INSERT, ("pl_0", "INC-0001", "approved", 0))
    assert readable(tx, book) == ("pl_1", "pl_3")
    assert caplog.messages == ["the plan pl_0 cannot be read"]
