"""A new store for a test, without waiting for the migrations each time.

That migrations make the tables, from nothing and from older files, is tested in
tests/store/test_database.py; nearly every other test only needs the outcome.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from bot.ports.inbox import Renew
from bot.ports.store import Guard
from bot.store.database import prepare
from bot.store.sqlite import SqliteStore
from bot.store.transaction import SqliteTransaction

T = TypeVar("T")
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


class MemoryStore:
    """Keeps `bot.ports.Store` in memory for one thread; nothing is ever undone."""

    def __init__(self) -> None:
        raw = bytearray(_empty())
        raw[_HOW_WRITTEN] = _WITHOUT_WAL
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.deserialize(bytes(raw))

    def write(self, work: Callable[[SqliteTransaction], T]) -> "Future[T]":
        """Run `work`; the future is done."""
        done: Future[T] = Future()
        try:
            done.set_result(self.read(work))
        except Exception as failed:  # noqa: BLE001 - the future carries it
            done.set_exception(failed)
        return done

    def read(self, work: Callable[[SqliteTransaction], T]) -> T:
        """Run `work`."""
        return work(SqliteTransaction(self._connection))

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()


@contextmanager
def transaction() -> Iterator[SqliteTransaction]:
    """Lend a piece of work on an empty store in memory: no file, no writer's thread."""
    store = MemoryStore()
    try:
        yield store.read(lambda tx: tx)
    finally:
        store.close()


@cache
def _empty() -> bytes:
    """Return the file as `prepare` leaves it: once for each worker."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-empty-"))
    try:
        prepare(folder / "tocsin.db")
        return (folder / "tocsin.db").read_bytes()
    finally:
        shutil.rmtree(folder)
