"""How far an incident's diagnostics are, for its card.

Whether they are being collected follows from who waits for them (`share_wanted`), so
a crash leaves no card that collects for ever. How far that has come is a row of its
own, which means nothing once nobody waits. What is ready is read from the shares.
"""

from datetime import datetime

from bot.domain.card import DiagnosticsState
from bot.ports import Transaction


def of_incident(tx: Transaction, incident: str) -> DiagnosticsState | None:
    """Return how far they are, None where nobody asked or nothing opens any more."""
    waiting = tx.tables.execute(
        "SELECT p.done, p.total FROM share_wanted w LEFT JOIN share_progress p "
        "ON p.incident = w.incident WHERE w.incident = ? LIMIT 1",
        (incident,),
    )
    if waiting:
        done, total = waiting[0]["done"], waiting[0]["total"]
        return DiagnosticsState(done=int(done or 0), total=int(total or 0))
    ready = tx.tables.execute(
        "SELECT collected_at, files, missing FROM share "
        "WHERE incident = ? AND over = '' AND collected_at <> '' "
        "ORDER BY id DESC LIMIT 1",
        (incident,),
    )
    if not ready:
        return None
    return DiagnosticsState(
        ready_at=datetime.fromisoformat(ready[0]["collected_at"]),
        files=int(ready[0]["files"]),
        missing=int(ready[0]["missing"]),
    )


def note(tx: Transaction, incident: str, *, done: int, total: int) -> None:
    """Note how far collecting has come, as long as somebody waits for it."""
    tx.tables.execute(
        "INSERT OR REPLACE INTO share_progress (incident, done, total) "
        "SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM share_wanted WHERE incident = ?)",
        (incident, done, total, incident),
    )


def nobody_waits(tx: Transaction, incident: str) -> None:
    """Let nobody wait for an incident's diagnostics any more."""
    for table in ("share_wanted", "share_progress"):
        tx.tables.execute(f"DELETE FROM {table} WHERE incident = ?", (incident,))  # noqa: S608 - our own names
