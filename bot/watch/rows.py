"""What the watchers remember, one row a thing, inside the caller's transaction.

Times in a row are ISO 8601 text with their zone.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.ports import Transaction

HEARTBEATS = "heartbeat"
PAGES = "page"
FIGURES = "figure"
PULSE = "pulse"


def of(tx: Transaction, watcher: str, key: str) -> Mapping[str, Any]:
    """Return what is remembered of one thing; {} when nothing is."""
    found = tx.tables.execute(
        "SELECT state FROM watched WHERE watcher = ? AND key = ?", (watcher, key)
    )
    return dict(json.loads(found[0]["state"])) if found else {}


def every(tx: Transaction, watcher: str) -> Mapping[str, Mapping[str, Any]]:
    """Return everything that one watcher remembers, by its key."""
    found = tx.tables.execute(
        "SELECT key, state FROM watched WHERE watcher = ? ORDER BY key", (watcher,)
    )
    return {row["key"]: json.loads(row["state"]) for row in found}


def keep(tx: Transaction, watcher: str, key: str, state: Mapping[str, Any]) -> None:
    """Remember one thing."""
    tx.tables.execute(
        "INSERT INTO watched (watcher, key, state) VALUES (?,?,?) "
        "ON CONFLICT (watcher, key) DO UPDATE SET state = excluded.state",
        (watcher, key, json.dumps(state, allow_nan=False)),
    )


def forget(tx: Transaction, watcher: str, key: str) -> None:
    """Forget one thing."""
    tx.tables.execute(
        "DELETE FROM watched WHERE watcher = ? AND key = ?", (watcher, key)
    )


def to_text(at: datetime | None) -> str | None:
    """Return a time as a row holds it."""
    return at.isoformat() if at else None


def to_time(text: str | None) -> datetime | None:
    """Return the time that a row holds."""
    return datetime.fromisoformat(text) if text else None
