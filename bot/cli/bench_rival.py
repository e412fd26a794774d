"""The rival of every durable figure: SQLite committing one bare row at a time."""

import sqlite3
import tempfile
import time
from pathlib import Path

_ROWS = 2000
_ROW_BYTES = 900


def bare_sqlite_commits_per_s() -> float:
    """Return single-row commits a second, WAL with synchronous=FULL."""
    return _ROWS / sum(bare_sqlite_commits_s())


def bare_sqlite_commits_s() -> list[float]:
    """Return the seconds of each single-row commit, WAL with synchronous=FULL."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        db = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")
            body = bytes(_ROW_BYTES)
            return [_insert_s(db, body) for _ in range(_ROWS)]
        finally:
            db.close()


def _insert_s(db: sqlite3.Connection, body: bytes) -> float:
    began = time.perf_counter()
    db.execute("INSERT INTO row (body) VALUES (?)", (body,))
    return time.perf_counter() - began
