"""The one thread that writes, and its group commit.

Several writers on one SQLite file starve each other, and a sync of the disk costs
the same for one piece of work as for many. So every write waits in one queue; the
thread takes what is there, runs each piece in a savepoint of its own, commits all of
them with one sync, and only then are their futures done. It never waits for a group
to fill: while one group is being synced, the next one gathers by itself. A piece that
is alone needs no savepoint: the transaction is its own.
"""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.domain.errors import OutcomeUnknown, TocsinError, Unreachable
from bot.store.scrub import Scrubber
from bot.store.transaction import SqliteTransaction
from bot.store.wal import Wal

T = TypeVar("T")
# Told of every committed group: its pieces, and the seconds from BEGIN to COMMIT.
Observer = Callable[[int, float], None]
MAX_GROUP = 256
_DISK_FAILED = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A piece of work that was accepted, and who waits for it."""

    work: Callable[[SqliteTransaction], Any]
    future: "Future[Any]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ran:
    """What became of a piece inside its savepoint."""

    value: Any = None
    error: BaseException | None = None


class Writer:
    """Runs pieces of work one after another and commits them in groups.

    Args:
        connect: Opens the connection, in the thread that will use it.
        begin: Makes of it what each piece of work is given.
        observe: Told of every committed group, in the writer's thread; for
            benchmarks.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        begin: Callable[[sqlite3.Connection], SqliteTransaction],
        *,
        observe: Observer | None = None,
    ) -> None:
        self._connect = connect
        self._begin = begin
        self._observe = observe
        self._queue: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._accepting = threading.Lock()
        self._closed = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="store-writer", daemon=True
        )
        self._thread.start()
        opened.result()

    def submit(self, work: Callable[[SqliteTransaction], T]) -> "Future[T]":
        """Accept a piece of work; its future is done once it is durable.

        Raises:
            Unreachable: The store is closed.
        """
        future: Future[T] = Future()
        with self._accepting:
            if self._closed:
                raise Unreachable(
                    "Nothing was written",
                    because="the store is closed",
                    next_move="Try again after the restart.",
                )
            self._queue.put(_Piece(work=work, future=future))
        return future

    def close(self) -> None:
        """Finish what was accepted, then end the thread."""
        with self._accepting:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    # --- in the writer's thread ---

    def _run(self, opened: "Future[None]") -> None:
        try:
            connection = self._connect()
            transaction = self._begin(connection)
            scrubber, wal = Scrubber(connection), Wal(connection)
        except (sqlite3.Error, TocsinError) as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        is_open = True
        while is_open:
            group, is_open = self._next_group(wait_s=scrubber.rest_s())
            if group:
                self._commit(connection, transaction, group, scrubber)
                wal.bring_if_due()
            else:
                scrubber.clear_if_due()
        connection.close()

    def _next_group(self, *, wait_s: float | None) -> tuple[list[_Piece], bool]:
        """Return what waits, and whether more may come.

        Args:
            wait_s: How long to wait for the first piece; None for as long as it takes.
        """
        group: list[_Piece] = []
        try:
            piece = self._queue.get(timeout=wait_s)
            while piece is not None:
                if piece.future.set_running_or_notify_cancel():
                    group.append(piece)
                if len(group) == MAX_GROUP:
                    return group, True
                piece = self._queue.get_nowait()
        except queue.Empty:
            return group, True
        return group, False

    def _commit(
        self,
        connection: sqlite3.Connection,
        transaction: SqliteTransaction,
        group: list[_Piece],
        scrubber: Scrubber,
    ) -> None:
        committing = False
        began = time.perf_counter() if self._observe else 0.0
        try:
            connection.execute("BEGIN IMMEDIATE")
            ran = _run_all(connection, transaction, group)
            committing = True
            # One piece alone that failed has taken its transaction with it.
            if connection.in_transaction:
                connection.execute("COMMIT")
        except sqlite3.Error as lost:
            with suppress(sqlite3.Error):
                connection.rollback()
            transaction.undone()
            for one in group:
                one.future.set_exception(_lost(lost, committing=committing))
            return
        if self._observe:
            self._observe(len(group), time.perf_counter() - began)
        scrubber.clear_if_due()
        for one, outcome in zip(group, ran, strict=True):
            _answer(one.future, outcome)


def _run_all(
    connection: sqlite3.Connection,
    transaction: SqliteTransaction,
    group: Sequence[_Piece],
) -> list[_Ran]:
    """Run pieces so that a failure undoes a piece's own changes only.

    Raises:
        sqlite3.Error: The database gave up the whole transaction.
    """
    if len(group) == 1:
        return [_run(connection, transaction, group[0].work, undo="ROLLBACK")]
    ran = []
    for one in group:
        connection.execute("SAVEPOINT piece")
        ran.append(_run(connection, transaction, one.work, undo="ROLLBACK TO piece"))
        connection.execute("RELEASE piece")
    return ran


def _run(
    connection: sqlite3.Connection,
    transaction: SqliteTransaction,
    work: Callable[[SqliteTransaction], Any],
    *,
    undo: str,
) -> _Ran:
    transaction.worked_out.clear()
    try:
        return _Ran(value=work(transaction))
    except BaseException as error:  # the caller's door gets every error
        if not connection.in_transaction:
            raise _given_up(error) from error
        connection.execute(undo)
        transaction.undone()
        return _Ran(error=_plain(error))


def _given_up(error: BaseException) -> sqlite3.Error:
    """Return why SQLite rolled everything back, as it does on a full disk."""
    if isinstance(error, sqlite3.Error):
        return error
    return sqlite3.OperationalError("the transaction was rolled back")


def _answer(future: "Future[Any]", ran: _Ran) -> None:
    if ran.error is not None:
        future.set_exception(ran.error)
    else:
        future.set_result(ran.value)


def _plain(error: BaseException) -> BaseException:
    """Return a failure of the disk as ours; anything else as it is."""
    # The low byte is the primary code, the rest says more exactly what failed.
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, sqlite3.Error) and code and code & 0xFF in _DISK_FAILED:
        return _lost(error, committing=False)
    return error


def _lost(error: sqlite3.Error, *, committing: bool) -> TocsinError:
    kind = OutcomeUnknown if committing else Unreachable
    lost = kind(
        "It is not known whether this was written"
        if committing
        else "Nothing was written",
        because=f"the database says: {error}",
        next_move="Look at the disk: whether it is full, failing or read-only.",
    )
    lost.__cause__ = error
    return lost
