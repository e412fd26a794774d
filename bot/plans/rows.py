"""Which plans there are: asked of the rows that `bot/plans/book.py` keeps.

Only ids are answered here; what a plan is, its stream says.
"""

import logging

from bot.domain.action_table import Stage
from bot.domain.errors import TocsinError
from bot.plans.book import PlanBook
from bot.ports import Transaction

_log = logging.getLogger(__name__)


def open_ids(tx: Transaction, incident: str = "") -> tuple[str, ...]:
    """Return the ids of plans that are not over, oldest first."""
    found = tx.tables.execute(
        "SELECT id FROM plan WHERE over = 0 AND (? = '' OR incident = ?) ORDER BY id",
        (incident, incident),
    )
    return tuple(row["id"] for row in found)


def readable(tx: Transaction, book: PlanBook) -> tuple[str, ...]:
    """Return the ids of open plans that can be read, oldest first.

    One that cannot, because its rows were changed by hand, runs by no means; it must
    not keep a freeze from all the others.
    """
    found = []
    for plan in open_ids(tx):
        try:
            if book.load(tx, plan)[0].plan.id == plan:
                found.append(plan)
        except TocsinError:
            _log.exception("the plan %s cannot be read", plan)
    return tuple(found)


def in_stage(tx: Transaction, stage: Stage) -> tuple[str, ...]:
    """Return the ids of plans in a stage, oldest first."""
    found = tx.tables.execute(
        "SELECT id FROM plan WHERE stage = ? ORDER BY id", (stage.value,)
    )
    return tuple(row["id"] for row in found)
