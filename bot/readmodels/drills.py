"""Which drills there were, which one is not over, and which alerts are theirs.

The rows are written in the transaction that appends to the drill's stream. Whether
an alert is a drill's is known from here and from the lane it lies in, never from
what it says.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.ports import Transaction

DRILL_STREAM = "drill/"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRow:
    """One run, as a list shows it."""

    id: str
    scenario: str
    run: str
    started_at: datetime


def keep(tx: Transaction, row: DrillRow, *, over: bool) -> None:
    """Write a run's row."""
    tx.tables.execute("DELETE FROM drill WHERE id = ?", (row.id,))
    tx.tables.execute(
        "INSERT INTO drill (id, scenario, run, over, started_at) VALUES (?,?,?,?,?)",
        (row.id, row.scenario, row.run, int(over), row.started_at.isoformat()),
    )


def open_id(tx: Transaction) -> str:
    """Return the id of the drill that is not over, "" if none."""
    found = tx.tables.execute("SELECT id FROM drill WHERE over = 0 ORDER BY id LIMIT 1")
    return str(found[0]["id"]) if found else ""


def newest_id(tx: Transaction) -> str:
    """Return the id of the drill that was started last, "" if none."""
    found = tx.tables.execute("SELECT id FROM drill ORDER BY id DESC LIMIT 1")
    return str(found[0]["id"]) if found else ""


def rows(tx: Transaction) -> tuple[DrillRow, ...]:
    """Return every run, the newest first."""
    found = tx.tables.execute(
        "SELECT id, scenario, run, started_at FROM drill ORDER BY id DESC"
    )
    return tuple(
        DrillRow(
            id=one["id"],
            scenario=one["scenario"],
            run=one["run"],
            started_at=datetime.fromisoformat(one["started_at"]),
        )
        for one in found
    )


def own(tx: Transaction, drill: str, item: str) -> None:
    """Note that an alert of the inbox is a drill's."""
    tx.tables.execute(
        "INSERT INTO drill_alert (item, drill) VALUES (?,?)", (item, drill)
    )


def owner(tx: Transaction, item: str) -> str:
    """Return the drill an alert is of, where that drill is not over; else ""."""
    found = tx.tables.execute(
        "SELECT d.id FROM drill_alert a JOIN drill d ON d.id = a.drill "
        "WHERE a.item = ? AND d.over = 0",
        (item,),
    )
    return str(found[0]["id"]) if found else ""
