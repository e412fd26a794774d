"""The store in one SQLite file: one writer thread, and readers that never wait.

What can be done with it is `ports.Store`; how writes are grouped is in `writer.py`.
"""

import secrets
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from bot.domain.errors import BadSettings, Unreachable
from bot.ports.inbox import Renew
from bot.ports.store import Guard
from bot.store import database
from bot.store.transaction import SqliteTransaction
from bot.store.words import Salts
from bot.store.writer import Observer, Writer

T = TypeVar("T")
_MAX_IDLE_READERS = 16


class SqliteStore:
    """Everything in one file. Keeps `ports.Store`.

    Args:
        path: The file; it is created when it is missing.
        read_only: For commands that look while a server runs: the file must
            exist, nothing is migrated, and `write` refuses.
        salts: Where the salts of words come from.
        guard: Masks words and messages before they are written; None only where
            there is nothing of anybody to mask, such as in benchmarks.
        renew: Seals with the newest key what comes into the inbox.
        observe: Told of every committed group; see `bot/store/writer.py`.

    Raises:
        BadSettings: The file belongs to a newer version, is not ours, or does
            not exist although it is only to be read.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        salts: Salts = secrets.token_bytes,
        guard: Guard | None = None,
        renew: Renew | None = None,
        observe: Observer | None = None,
    ) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        self._writer: Writer | None = None
        if read_only:
            database.check(path)
            return
        database.prepare(path)
        self._writer = Writer(
            lambda: database.writing(path),
            lambda connection: SqliteTransaction(
                connection, salts=salts, guard=guard, renew=renew
            ),
            observe=observe,
        )

    @property
    def origin(self) -> str:
        """Return the log's name in checkpoints: ``tocsin/<install id>``."""
        return self.read(lambda tx: tx.origin)

    def write(self, work: Callable[[SqliteTransaction], T]) -> "Future[T]":
        """Run `work` in a transaction; the future is done once it is durable.

        Pieces of work are run one after another and committed in groups. If
        `work` raises, its own changes are undone and the future has the error.
        Work must not wait for another write: it would wait for itself.

        Raises:
            Unreachable: The store is closed.
            BadSettings: It was opened for reading only.
        """
        if self._writer is None:
            raise BadSettings(
                "Nothing was written",
                because="the store was opened for reading only",
                next_move="Send the command to the running server.",
            )
        return self._writer.submit(work)

    def read(self, work: Callable[[SqliteTransaction], T]) -> T:
        """Run `work` on a snapshot, in the caller's thread. It must not write.

        Raises:
            Unreachable: The store is closed.
        """
        connection = self._borrowed()
        try:
            connection.execute("BEGIN")
            return work(SqliteTransaction(connection))
        finally:
            connection.rollback()
            self._returned(connection)

    def close(self) -> None:
        """Finish what was accepted, then close."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        # Last, because only a writing connection can take the WAL file away.
        if self._writer is not None:
            self._writer.close()

    def _borrowed(self) -> sqlite3.Connection:
        """Return a reading connection that no other thread uses."""
        with self._lock:
            if self._is_closed:
                raise Unreachable(
                    "Nothing was read",
                    because="the store is closed",
                    next_move="Try again after the restart.",
                )
            if self._idle:
                return self._idle.pop()
        return database.reading(self.path)

    def _returned(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            is_kept = not self._is_closed and len(self._idle) < _MAX_IDLE_READERS
            if is_kept:
                self._idle.append(connection)
        if not is_kept:
            connection.close()
