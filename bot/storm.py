"""Storm control: everything is kept, only posting is limited.

At most `CARDS` new cards stand in a channel within `WINDOW`; the incidents after
that are open like any other, but one digest line stands for their cards until a
person touches one of them.
"""

from datetime import datetime, timedelta

from bot.domain.incident import Incident
from bot.ports import Transaction

CARDS = 10
WINDOW = timedelta(seconds=60)
# Incidents held back within this time of each other share one digest line.
_ONE_STORM = timedelta(minutes=10)


def may_show(tx: Transaction, incident: str, state: Incident, *, now: datetime) -> bool:
    """Tell whether an incident's card may stand in the channel, and note it."""
    if _is_shown(tx, incident):
        return True
    touched = bool(state.acked_by or state.roles or state.steps)
    if touched or _recent(tx, now) < CARDS:
        tx.tables.execute("DELETE FROM held WHERE incident = ?", (incident,))
        tx.tables.execute(
            "INSERT INTO shown (incident, at) VALUES (?,?)",
            (incident, now.isoformat()),
        )
        return True
    tx.tables.execute(
        "INSERT INTO held (incident, at) VALUES (?,?) ON CONFLICT DO NOTHING",
        (incident, now.isoformat()),
    )
    return False


def held_back(tx: Transaction, *, now: datetime) -> tuple[str, ...]:
    """Return the ids of the incidents that this storm's digest stands for."""
    found = tx.tables.execute(
        "SELECT incident FROM held WHERE at >= ? ORDER BY incident",
        ((now - _ONE_STORM).isoformat(),),
    )
    return tuple(one["incident"] for one in found)


def _is_shown(tx: Transaction, incident: str) -> bool:
    found = tx.tables.execute(
        "SELECT 1 AS one FROM shown WHERE incident = ?", (incident,)
    )
    return bool(found)


def _recent(tx: Transaction, now: datetime) -> int:
    found = tx.tables.execute(
        "SELECT count(*) AS n FROM shown WHERE at >= ?", ((now - WINDOW).isoformat(),)
    )
    return int(found[0]["n"])
