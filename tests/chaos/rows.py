"""Where the plans stand, read from the store's file and not asked of the bot."""

import contextlib
import sqlite3
from pathlib import Path

_UNDER_WAY = ("approved", "applying", "applied")


def in_flight(home: Path) -> dict[str, str]:
    """Return each plan that is past its quorum and not settled, with its stage."""
    asked = "SELECT id, stage FROM plan WHERE stage IN (?, ?, ?)"
    with contextlib.closing(sqlite3.connect(home / "tocsin.db")) as db:
        return dict(db.execute(asked, _UNDER_WAY).fetchall())


def is_settled(home: Path) -> bool:
    """Tell whether nothing that came in waits, and no plan is under way."""
    return not unread(home) and not in_flight(home)


def unread(home: Path) -> int:
    """Return how much of what came in was not worked off yet."""
    asked = "SELECT count(*) FROM inbox WHERE state = 'new'"
    with contextlib.closing(sqlite3.connect(home / "tocsin.db")) as db:
        return int(db.execute(asked).fetchone()[0])
