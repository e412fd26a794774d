"""Opens the one SQLite file: settings of a connection, and migrations before use.

What the tables are is in `schema.py`; who may write is in `writer.py`.
"""

import sqlite3
from pathlib import Path

from bot.domain.errors import BadSettings
from bot.store.schema import MIGRATION_NAMES, MIGRATION_SET, migrations

# "tocs": lets `file` and us tell our files from other people's.
APPLICATION_ID = 0x746F6373
_BUSY_TIMEOUT_MS = 5000
# More than there are in the whole house; making one anew costs more than running it.
_KEPT_STATEMENTS = 512
_OWNER_ONLY = 0o600
# secure_delete overwrites deleted rows; FULL syncs the WAL on every commit.
_WRITING = (
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}",
)
_READING = ("PRAGMA query_only = ON", f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")


def prepare(path: Path) -> None:
    """Create the file, or bring it to this version's tables.

    Raises:
        BadSettings: It belongs to a newer version or is not ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=_OWNER_ONLY)
    connection = writing(path)
    try:
        _check_ours(connection, path)
        if _applied(connection) != MIGRATION_NAMES:
            _migrate(connection)
    except sqlite3.DatabaseError as error:
        raise _unusable(path, str(error)) from error
    finally:
        connection.close()


def check(path: Path) -> None:
    """Refuse a file that this version cannot read, without changing it.

    Raises:
        BadSettings: It is missing, older, newer, or not ours.
    """
    if not path.is_file():
        raise BadSettings(
            "The store was not opened",
            because=f"there is no file {path}",
            next_move="Start `tocsin run` once, or set TOCSIN_HOME to where it ran.",
        )
    connection = reading(path)
    try:
        _check_ours(connection, path)
        applied = _applied(connection)
    except sqlite3.DatabaseError as error:
        raise _unusable(path, str(error)) from error
    finally:
        connection.close()
    if applied != MIGRATION_NAMES:
        raise BadSettings(
            "The store was not opened",
            because=f"{path} was written by an older version",
            next_move="Start `tocsin run` once; it brings the file up to date.",
        )


def writing(path: Path) -> sqlite3.Connection:
    """Return a connection for the one thread that writes."""
    connection = sqlite3.connect(
        path, isolation_level=None, cached_statements=_KEPT_STATEMENTS
    )
    try:
        # Before secure_delete: the first statement tells whether it is a database.
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _unusable(path, str(error)) from error
    for setting in _WRITING:
        connection.execute(setting)
    return connection


def reading(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write; one thread at a time may use it."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_KEPT_STATEMENTS,
    )
    for setting in _READING:
        connection.execute(setting)
    return connection


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and found != APPLICATION_ID:
        raise _unusable(path, "it is a database of another program")
    newer = [name for name in _applied(connection) if name not in MIGRATION_NAMES]
    if newer:
        raise BadSettings(
            "The store was not opened",
            because=f"{path} was written by a newer version of Tocsin ({newer[0]})",
            next_move="Install that version, or restore a backup from before it.",
        )


def _applied(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of the migrations a file has seen.

    Plain SQL: sqlite-utils is imported only when there is something to migrate.
    """
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"
    ).fetchone()
    if known is None:
        return ()
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id",
        (MIGRATION_SET,),
    )
    return tuple(name for (name,) in rows)


def _migrate(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database

    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations().apply(Database(connection))


def _unusable(path: Path, because: str) -> BadSettings:
    return BadSettings(
        "The store was not opened",
        because=f"{path} cannot be used ({because})",
        next_move="Set TOCSIN_HOME to an empty directory or to one of ours.",
    )
