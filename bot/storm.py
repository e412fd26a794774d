"""Storm control: everything is kept, only posting is limited.

At most `CARDS` new cards stand in a channel within `WINDOW`; the incidents after
that are open like any other, but one digest line stands for their cards until a
person touches one of them. Drills and the real thing are counted apart, so that
neither takes the other's place.
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
    if touched or _recent(tx, now, drill=state.drill) < CARDS:
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


def held_back(
    tx: Transaction, *, now: datetime, drill: bool = False
) -> tuple[str, ...]:
    """Return the ids of the incidents that this storm's digest stands for."""
    found = tx.tables.execute(
        "SELECT h.incident FROM held h JOIN board b ON b.id = h.incident "
        "WHERE h.at >= ? AND b.drill = ? ORDER BY h.incident",
        ((now - _ONE_STORM).isoformat(), int(drill)),
    )
    return tuple(one["incident"] for one in found)


def _is_shown(tx: Transaction, incident: str) -> bool:
    found = tx.tables.execute(
        "SELECT 1 AS one FROM shown WHERE incident = ?", (incident,)
    )
    return bool(found)


def _recent(tx: Transaction, now: datetime, *, drill: bool) -> int:
    found = tx.tables.execute(
        "SELECT count(*) AS n FROM shown s JOIN board b ON b.id = s.incident "
        "WHERE s.at >= ? AND b.drill = ?",
        ((now - WINDOW).isoformat(), int(drill)),
    )
    return int(found[0]["n"])
