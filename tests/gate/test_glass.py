"""How often the glass was broken, and what of it nobody looked at in time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.gate import glass
from bot.ports import Transaction
from tests.spec import NOON
from tests.stores import transaction

JUST, DAY = timedelta(microseconds=1), timedelta(hours=24)
PLAN = "INSERT INTO plan (id, incident, glass_at, review_due_at) VALUES (?,?,?,?)"
BOARD = "INSERT INTO board (id, drill) VALUES (?,?)"
REAL, PLAYED, OFF_THE_BOARD = "INC-0001", "DRILL-0001", "INC-0002"


def iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


@pytest.fixture
def tx() -> Iterator[Transaction]:
    with transaction() as made:
        made.tables.execute(BOARD, (REAL, 0))
        made.tables.execute(BOARD, (PLAYED, 1))
        yield made


def plan(
    tx: Transaction,
    plan_id: str = "pl_1",
    incident: str = REAL,
    *,
    at: datetime | None = None,
    due: datetime | None = None,
) -> None:
    tx.tables.execute(PLAN, (plan_id, incident, iso(at), iso(due)))


@pytest.mark.parametrize(
    ("at", "often"),
    [(NOON, 1), (NOON - DAY, 1), (NOON - DAY - JUST, 0), (None, 0)],
)
def test_broken_glass_counts_for_a_day(
    tx: Transaction, at: datetime | None, often: int
) -> None:
    plan(tx, at=at)
    assert glass.broken(tx, NOON, drill=False) == often
    # How often before this one.
    assert glass.broken(tx, NOON, drill=False, but="pl_1") == 0
    assert glass.broken(tx, NOON, drill=False, but="pl_2") == often


@pytest.mark.parametrize(
    ("due", "owed"),
    [(NOON - JUST, 1), (NOON - 9 * DAY, 1), (NOON, 0), (NOON + DAY, 0), (None, 0)],
)
def test_a_look_at_it_is_owed_once_its_time_is_over(
    tx: Transaction, due: datetime | None, owed: int
) -> None:
    plan(tx, due=due)
    assert glass.overdue(tx, NOON, drill=False) == owed


def test_a_drill_owes_nothing_in_the_real_world_nor_the_other_way_round(
    tx: Transaction,
) -> None:
    for n, incident in enumerate((REAL, OFF_THE_BOARD, PLAYED)):
        plan(tx, f"pl_{n}", incident, at=NOON, due=NOON - DAY)
    for count in (glass.broken, glass.overdue):
        # What is not on the board is real.
        assert (count(tx, NOON, drill=False), count(tx, NOON, drill=True)) == (2, 1)
