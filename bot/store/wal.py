"""Brings what was committed from the WAL into the file, after the commit was answered.

SQLite does that within a COMMIT as soon as the WAL has a thousand pages, and syncs two
files meanwhile: whoever commits just then waits for everybody's pages. What is in the
WAL is durable already, so nobody needs to.
"""

import sqlite3
from contextlib import suppress

# Entries and their hashes change about two pages a row: some eight megabytes.
_ROWS = 1000
# Rows with whole payloads in them change more; then a COMMIT brings them after all.
_MOST_PAGES = 4000


class Wal:
    """The WAL of the one writing connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._brought = connection.total_changes
        connection.execute(f"PRAGMA wal_autocheckpoint = {_MOST_PAGES}")

    def bring_if_due(self) -> None:
        """Bring pages into the file once enough rows were changed.

        What readers still look at stays in the WAL for the next time; so does
        everything where the disk refuses, which the next write then tells.
        """
        if self._connection.total_changes - self._brought < _ROWS:
            return
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._brought = self._connection.total_changes
