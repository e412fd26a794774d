"""Which maintenance windows there are, and the alerts they keep quiet.

The rows are written in the transaction that appends to a window's stream. A silenced
alert is a row with the redacted alert, so that what is still there when the window
ends can open then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from bot.domain.envelope import Alert
from bot.domain.grouping import dedup_digest
from bot.domain.maintenance import Window
from bot.domain.maintenance_events import What
from bot.ports import Transaction
from bot.readmodels.alert_docs import from_doc, to_doc

MAINTENANCE_STREAM = "maintenance/"
# What a piece of work knows of the windows that are not over.
_WINDOWS = "maintenance windows"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """One window, and how many alerts it kept quiet so far."""

    id: str
    window: Window
    silenced: int


def next_id(tx: Transaction) -> str:
    """Return the id for a new window: ``MW-0001`` and up."""
    found = tx.tables.execute("SELECT max(n) AS last FROM maintenance")
    return f"MW-{(found[0]['last'] or 0) + 1:04d}"


def keep(tx: Transaction, window_id: str, window: Window, *, item: str = "") -> None:
    """Write a window's row.

    Args:
        item: Inbox item that planned it; kept once it is written.
    """
    starts_at, ends_at = window.starts_at, window.ends_at
    tx.worked_out.pop(_WINDOWS, None)
    tx.tables.execute(
        "INSERT INTO maintenance (id, n, what, target, stage, channel, by, starts_at, "
        "ends_at, item) VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
        "stage = excluded.stage",
        (
            window_id,
            int(window_id.removeprefix("MW-")),
            window.what,
            window.target,
            window.stage,
            window.channel,
            window.by,
            starts_at.isoformat() if starts_at else "",
            ends_at.isoformat() if ends_at else "",
            item,
        ),
    )


def planned_by(tx: Transaction, item: str) -> str:
    """Return the window that an inbox item planned already, "" if none."""
    found = tx.tables.execute(
        "SELECT id FROM maintenance WHERE item = ? AND item <> ''", (item,)
    )
    return str(found[0]["id"]) if found else ""


def rows(tx: Transaction) -> tuple[WindowRow, ...]:
    """Return the windows that are not over, the next to begin first."""
    found = tx.tables.execute(
        "SELECT m.*, (SELECT coalesce(sum(count), 0) FROM silenced s WHERE "
        "s.window = m.id) AS silenced FROM maintenance m "
        "WHERE m.stage IN ('planned', 'running') ORDER BY m.starts_at, m.n"
    )
    return tuple(
        WindowRow(id=one["id"], window=_window(one), silenced=one["silenced"])
        for one in found
    )


def holding(tx: Transaction, alert: Alert) -> str:
    """Return the window that holds for an alert when it was received, "" if none."""
    for window_id, window in _not_over(tx):
        if window.holds(alert.received_at) and window.covers(alert):
            return window_id
    return ""


def _not_over(tx: Transaction) -> tuple[tuple[str, Window], ...]:
    if _WINDOWS not in tx.worked_out:
        found = tx.tables.execute(
            "SELECT * FROM maintenance WHERE stage IN ('planned', 'running') ORDER BY n"
        )
        tx.worked_out[_WINDOWS] = tuple((one["id"], _window(one)) for one in found)
    known: tuple[tuple[str, Window], ...] = tx.worked_out[_WINDOWS]
    return known


def silence(tx: Transaction, window: str, alert: Alert) -> None:
    """Keep an alert quiet, and count it."""
    tx.tables.execute(
        "INSERT INTO silenced (window, dedup, doc, last_at, count, firing) "
        "VALUES (?,?,?,?,?,1) ON CONFLICT (window, dedup) DO UPDATE SET "
        "doc = excluded.doc, last_at = excluded.last_at, "
        "count = count + excluded.count, firing = 1",
        (
            window,
            dedup_digest(alert.envelope),
            orjson.dumps(to_doc(alert)).decode(),
            alert.received_at.isoformat(),
            alert.envelope.stands_for,
        ),
    )


def over(tx: Transaction, dedup: str) -> str:
    """Note that a silenced problem is over; return its window, "" if there is none."""
    found = tx.tables.execute(
        "SELECT s.window FROM silenced s JOIN maintenance m ON m.id = s.window "
        "WHERE s.dedup = ? AND s.firing = 1 AND m.stage <> 'ended'",
        (dedup,),
    )
    tx.tables.execute("UPDATE silenced SET firing = 0 WHERE dedup = ?", (dedup,))
    return str(found[0]["window"]) if found else ""


def still_there(tx: Transaction, window: str) -> tuple[Alert, ...]:
    """Return the silenced alerts whose senders have not taken them back."""
    found = tx.tables.execute(
        "SELECT doc FROM silenced WHERE window = ? AND firing = 1 ORDER BY last_at",
        (window,),
    )
    return tuple(from_doc(orjson.loads(one["doc"])) for one in found)


def count(tx: Transaction, window: str) -> int:
    """Return how many alerts a window kept quiet."""
    found = tx.tables.execute(
        "SELECT coalesce(sum(count), 0) AS n FROM silenced WHERE window = ?", (window,)
    )
    return int(found[0]["n"])


def forget(tx: Transaction, window: str) -> None:
    """Drop the alerts of a window that is over; the inbox has them."""
    tx.tables.execute("DELETE FROM silenced WHERE window = ?", (window,))


def _window(row: Mapping[str, Any]) -> Window:
    return Window(
        what=What(row["what"]),
        target=row["target"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        channel=row["channel"],
        by=row["by"],
        stage=row["stage"],
    )
