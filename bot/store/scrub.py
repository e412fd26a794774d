"""Clears what was erased from the file itself, and from its WAL.

secure_delete overwrites deleted rows where they stood. But when SQLite moves rows
between pages it leaves copies in the slack of pages that live on, and older pages
stay in the WAL. So after an erasure the file is written anew (VACUUM) and the WAL
is cut to nothing. That this is still to be done is a row, written in the
transaction that erased, so a crash in between does not lose it.
"""

import sqlite3
import time

_AGAIN_AFTER_S = 30.0
# Readers are short; a long one (`tocsin log verify`) must not stop the writer.
_PATIENCE_MS = 250


class Scrubber:
    """Clears the file of one writing connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._not_before_s = 0.0
        self._is_promised = self._ask()

    def rest_s(self) -> float | None:
        """Return after how many seconds to look again; None for never."""
        if not self._is_promised:
            return None
        return max(0.0, self._not_before_s - time.monotonic())

    def clear_if_due(self) -> None:
        """Clear the file if something was erased; if it fails, later again."""
        if time.monotonic() < self._not_before_s:
            return
        try:
            self._is_promised = self._ask() and not self._clear()
        except sqlite3.Error:
            self._is_promised = True
        if self._is_promised:
            self._not_before_s = time.monotonic() + _AGAIN_AFTER_S

    def _ask(self) -> bool:
        row = self._connection.execute("SELECT 1 FROM chore WHERE name = 'scrub'")
        return row.fetchone() is not None

    def _clear(self) -> bool:
        """Return whether nothing that was erased is left."""
        self._connection.execute("VACUUM")
        (patience_ms,) = self._connection.execute("PRAGMA busy_timeout").fetchone()
        self._connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        try:
            cut = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, _, _) = cut.fetchone()
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {patience_ms}")
        if not busy:
            self._connection.execute("DELETE FROM chore WHERE name = 'scrub'")
        return not busy
