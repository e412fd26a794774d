"""The rival of every durable figure: SQLite committing one bare row at a time."""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_ROWS = 2000
_ROW_BYTES = 900
_BESIDE_EVERY_S = 0.1


def bare_sqlite_commits_per_s() -> float:
    """Return single-row commits a second, WAL with synchronous=FULL."""
    return _ROWS / sum(bare_sqlite_commits_s())


def bare_sqlite_commits_s() -> list[float]:
    """Return the seconds of each single-row commit, WAL with synchronous=FULL."""
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder,
        closing(_opened(Path(folder))) as db,
    ):
        return [_insert_s(db) for _ in range(_ROWS)]


@contextmanager
def bare_commits_beside(folder: Path) -> Iterator[list[float]]:
    """Commit bare rows now and then while other work goes on in this process.

    Yields:
        The seconds of each, on the same disk and with the same interpreter wanted by
        the same threads. To be read once the block is left.
    """
    found: list[float] = []
    stop = threading.Event()

    def commit() -> None:
        with closing(_opened(folder)) as db:
            while not stop.wait(_BESIDE_EVERY_S):
                found.append(_insert_s(db))

    beside = threading.Thread(target=commit, name="bare-commits")
    beside.start()
    try:
        yield found
    finally:
        stop.set()
        beside.join()


def _opened(folder: Path) -> sqlite3.Connection:
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")
    return db


def _insert_s(db: sqlite3.Connection) -> float:
    body = bytes(_ROW_BYTES)
    began = time.perf_counter()
    db.execute("INSERT INTO row (body) VALUES (?)", (body,))
    return time.perf_counter() - began
