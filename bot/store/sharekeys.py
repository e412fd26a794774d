"""Keys of shares in a small SQLite file of their own, which is never backed up.

Destroying a key must leave no byte of it. secure_delete overwrites the row where it
stood, but SQLite leaves copies in the slack of pages and in the WAL. So after each
deletion the file is written anew (VACUUM) and the WAL is cut to nothing. The file is
tiny, so this takes milliseconds. What the disk itself keeps under the file system is
out of reach; that is why the identity in the row is wrapped by a key elsewhere.
"""

import sqlite3
import threading
from pathlib import Path
from typing import Any

from bot.domain.errors import Conflict, Fault, Unreachable
from bot.ports.storage import ShareKey
from bot.store import database

_OWNER_ONLY = 0o600
_TABLE = """
CREATE TABLE IF NOT EXISTS share_key (
  share TEXT PRIMARY KEY, wrapped BLOB NOT NULL, auth BLOB NOT NULL
) STRICT
"""


class SqliteShareKeys:
    """Keeps `bot.ports.storage.ShareKeys`; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=_OWNER_ONLY)
        self._lock = threading.Lock()
        self._path = path
        self._is_owed = True
        connection = self._open()
        try:
            connection.execute(_TABLE)
        finally:
            connection.close()
        # A crash may have come between a deletion and the cleaning after it.
        with self._lock:
            self._clean()

    def put(self, share: str, key: ShareKey) -> None:
        """Keep a key; durable when it returns."""
        self._run(
            "INSERT INTO share_key (share, wrapped, auth) VALUES (?,?,?)",
            (share, key.wrapped, key.auth),
        )

    def get(self, share: str) -> ShareKey | None:
        """Return a key, None once it was destroyed."""
        found = self._run(
            "SELECT wrapped, auth FROM share_key WHERE share = ?", (share,)
        )
        return ShareKey(wrapped=found[0][0], auth=found[0][1]) if found else None

    def rewrap(self, share: str, wrapped: bytes) -> None:
        """Put another wrapping in place of the first; nothing where it is destroyed."""
        sql = "UPDATE share_key SET wrapped = ? WHERE share = ?"
        with self._lock:
            self._is_owed = True
        self._run(sql, (wrapped, share))

    def clean(self) -> None:
        """Write the file anew where a byte of something that is gone may be in it.

        Raises:
            Fault: It could not be written anew yet.
        """
        with self._lock:
            self._clean()

    def destroy(self, share: str) -> None:
        """Take a key away so that no byte of it stays in the file or its WAL.

        Raises:
            Fault: The row is gone, but the file could not be written anew yet.
        """
        sql = "DELETE FROM share_key WHERE share = ? RETURNING share"
        was_here = bool(self._run(sql, (share,)))
        with self._lock:
            self._is_owed = self._is_owed or was_here
            self._clean()

    def all(self) -> tuple[str, ...]:
        """Return the shares whose keys are here."""
        return tuple(row[0] for row in self._run("SELECT share FROM share_key", ()))

    def _run(self, sql: str, given: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Run one statement on a connection that is closed again.

        The last one that closes takes the WAL away, so a key never waits there.
        """
        with self._lock:
            connection = self._open()
            try:
                return connection.execute(sql, given).fetchall()
            except sqlite3.IntegrityError:
                raise Conflict(
                    "The key was not kept",
                    because="this share has one already",
                    next_move="Use a new share.",
                ) from None
            except sqlite3.OperationalError as error:
                raise Unreachable(
                    "The key was not read or written",
                    because=f"the database says: {error}",
                    next_move="Look at the disk: whether it is full or read-only.",
                ) from error
            finally:
                connection.close()

    def _open(self) -> sqlite3.Connection:
        return database.writing(self._path)

    def _clean(self) -> None:
        if not self._is_owed:
            return
        connection = self._open()
        try:
            connection.execute("VACUUM")
            (busy, _, _) = connection.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
        except sqlite3.OperationalError as error:
            raise _not_clean(str(error)) from error
        finally:
            connection.close()
        if busy:
            raise _not_clean("another process reads the file")
        self._is_owed = False


def _not_clean(because: str) -> Fault:
    return Fault(
        "A key was deleted, but its bytes may still lie in the file",
        because=because,
        next_move="It is tried again; look at the disk if this stays.",
    )


def wrapped_keys(path: Path) -> tuple[bytes, ...]:
    """Return every wrapped key of a file that a running bot may have, to look at."""
    if not path.exists():
        return ()
    connection = database.reading(path)
    try:
        found = connection.execute("SELECT wrapped FROM share_key").fetchall()
    except sqlite3.OperationalError:
        return ()
    finally:
        connection.close()
    return tuple(bytes(row[0]) for row in found if row[0])
