"""A new store for a test, without waiting for the migrations each time.

That migrations make the tables, from nothing and from older files, is tested in
tests/store/test_database.py; nearly every other test only needs the outcome.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bot.ports.inbox import Renew
from bot.ports.store import Guard
from bot.store.database import prepare
from bot.store.sqlite import SqliteStore
from bot.store.transaction import SqliteTransaction

# Bytes 18 and 19 of a file say how it is written: 2 with a WAL, 1 without. What is in
# memory has none (https://www.sqlite.org/fileformat2.html#file_format_version_numbers).
_HOW_WRITTEN, _WITHOUT_WAL = slice(18, 20), b"\x01\x01"


def new_store(
    path: Path, *, guard: Guard | None = None, renew: Renew | None = None
) -> SqliteStore:
    """Return a store in a file; where there is none yet, with all its tables."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_empty())
    return SqliteStore(path, guard=guard, renew=renew)


@contextmanager
def transaction() -> Iterator[SqliteTransaction]:
    """Lend a piece of work on an empty store in memory: no file, no writer's thread."""
    raw = bytearray(_empty())
    raw[_HOW_WRITTEN] = _WITHOUT_WAL
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.deserialize(bytes(raw))
        yield SqliteTransaction(connection)
    finally:
        connection.close()


@cache
def _empty() -> bytes:
    """Return the file as `prepare` leaves it: once for each worker."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-empty-"))
    try:
        prepare(folder / "tocsin.db")
        return (folder / "tocsin.db").read_bytes()
    finally:
        shutil.rmtree(folder)
