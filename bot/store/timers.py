"""Timers in SQLite: promises as rows. What a promise means is not known here."""

import sqlite3
from datetime import datetime

from bot.domain.instants import SECOND_US, from_us, to_us
from bot.ports import Timer


class SqliteTimers:
    """The timers of one connection. Keeps `ports.Timers`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def set(self, timer: Timer) -> None:
        """Promise, or move what was promised under the same key."""
        self._connection.execute(
            "INSERT INTO timer (key, kind, about, due_us, lease_us) "
            "VALUES (?,?,?,?,0) ON CONFLICT (key) DO UPDATE SET "
            "kind = excluded.kind, about = excluded.about, "
            "due_us = excluded.due_us, lease_us = 0",
            (timer.key, timer.kind, timer.about, to_us(timer.due_at)),
        )

    def cancel(self, key: str) -> bool:
        """Take a promise back; tell whether there was one."""
        gone = self._connection.execute("DELETE FROM timer WHERE key = ?", (key,))
        return gone.rowcount > 0

    def claim(self, *, now: datetime, lease_s: int, limit: int) -> tuple[Timer, ...]:
        """Return what is due, oldest first, and reserve it for `lease_s`."""
        now_us = to_us(now)
        rows = self._connection.execute(
            "SELECT key, kind, about, due_us FROM timer "
            "WHERE due_us <= ? AND lease_us <= ? ORDER BY due_us, key LIMIT ?",
            (now_us, now_us, limit),
        ).fetchall()
        self._connection.executemany(
            "UPDATE timer SET lease_us = ? WHERE key = ?",
            [(now_us + lease_s * SECOND_US, key) for key, *_ in rows],
        )
        return tuple(
            Timer(key=key, kind=kind, about=about, due_at=from_us(due_us))
            for key, kind, about, due_us in rows
        )

    def done(self, key: str, *, due_at: datetime) -> None:
        """Say that it fired. Does nothing if it was moved meanwhile."""
        self._connection.execute(
            "DELETE FROM timer WHERE key = ? AND due_us = ?", (key, to_us(due_at))
        )
