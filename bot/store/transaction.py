"""What a piece of work is given: every part of the store on one connection."""

import secrets
import sqlite3
from typing import Any

from bot.ports.inbox import Renew
from bot.ports.store import Guard
from bot.store.eventlog import SqliteEventLog
from bot.store.inbox import SqliteInbox
from bot.store.logtail import LogTail
from bot.store.outbox import SqliteOutbox
from bot.store.tables import SqliteTables
from bot.store.timers import SqliteTimers
from bot.store.words import Salts


class SqliteTransaction:
    """Everything a piece of work may touch. Keeps `ports.Transaction`.

    Attributes:
        connection: For `verify.py` and `export.py`, which read whole tables.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        salts: Salts = secrets.token_bytes,
        guard: Guard | None = None,
        renew: Renew | None = None,
    ) -> None:
        self.connection = connection
        self._worked_out: dict[str, Any] = {}
        self._tail = LogTail()
        self._log = SqliteEventLog(
            connection,
            salts=salts,
            worked_out=self._worked_out,
            guard=guard,
            tail=self._tail,
        )
        self._inbox = SqliteInbox(connection, renew=renew)
        self._outbox = SqliteOutbox(connection, guard=guard)
        self._timers = SqliteTimers(connection)
        self._tables = SqliteTables(connection)

    def undone(self) -> None:
        """Forget what was written: it is not there any more."""
        self._worked_out.clear()
        self._tail.forget()

    @property
    def origin(self) -> str:
        """Return the log's name in checkpoints: ``tocsin/<install id>``."""
        (install,) = self.connection.execute("SELECT id FROM install").fetchone()
        return f"tocsin/{install}"

    @property
    def worked_out(self) -> dict[str, Any]:
        """Return what this piece of work has worked out so far."""
        return self._worked_out

    @property
    def log(self) -> SqliteEventLog:
        """Return the event log."""
        return self._log

    @property
    def inbox(self) -> SqliteInbox:
        """Return the inbox."""
        return self._inbox

    @property
    def outbox(self) -> SqliteOutbox:
        """Return the outbox."""
        return self._outbox

    @property
    def timers(self) -> SqliteTimers:
        """Return the timers."""
        return self._timers

    @property
    def tables(self) -> SqliteTables:
        """Return plain rows."""
        return self._tables
