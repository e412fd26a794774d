"""The rival of every durable figure: SQLite committing one bare row at a time."""

import sqlite3
import tempfile
import time
from pathlib import Path

_ROWS = 2000
_ROW_BYTES = 900


def bare_sqlite_commits_per_s() -> float:
    """Return single-row commits a second, WAL with synchronous=FULL."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        db = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")
            body = bytes(_ROW_BYTES)
            began = time.perf_counter()
            for _ in range(_ROWS):
                db.execute("INSERT INTO row (body) VALUES (?)", (body,))
            return _ROWS / (time.perf_counter() - began)
        finally:
            db.close()
