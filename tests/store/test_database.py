"""The file is opened with the right settings, brought up to date, or refused."""

import sqlite3
import stat
from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.store import database
from bot.store.schema import MIGRATION_NAMES
from bot.store.sqlite import SqliteStore
from tests.store.making import append, fact


def settings(connection: sqlite3.Connection, *names: str) -> list[object]:
    return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]


def edit(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_a_commit_is_synced_and_a_deletion_overwrites(path: Path) -> None:
    database.prepare(path)
    connection = database.writing(path)
    found = settings(
        connection, "journal_mode", "synchronous", "secure_delete", "foreign_keys"
    )
    connection.close()
    assert found == ["wal", 2, 1, 1]


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    SqliteStore(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_closing_leaves_one_whole_file(path: Path) -> None:
    store = SqliteStore(path)
    append(store, fact())
    store.read(lambda tx: tx.log.head())
    store.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_that_is_up_to_date_is_not_migrated_again(path: Path) -> None:
    database.prepare(path)
    origin = SqliteStore(path).origin
    database.prepare(path)
    assert SqliteStore(path, read_only=True).origin == origin


def test_the_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(name.split("_")[0]) for name in MIGRATION_NAMES]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_of_a_newer_version_is_refused(path: Path, *, read_only: bool) -> None:
    SqliteStore(path).close()
    edit(
        path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('tocsin', '0999_future', '')",
    )
    with pytest.raises(BadSettings) as refused:
        SqliteStore(path, read_only=read_only)
    assert str(refused.value) == (
        f"The store was not opened: {path} was written by a newer version of Tocsin "
        "(0999_future). Install that version, or restore a backup from before it."
    )


@pytest.mark.parametrize("read_only", [True, False])
def test_a_database_of_another_program_is_left_alone(
    path: Path, *, read_only: bool
) -> None:
    edit(path, "CREATE TABLE theirs (a)")
    with pytest.raises(BadSettings, match="it is a database of another program"):
        SqliteStore(path, read_only=read_only)
    connection = sqlite3.connect(path)
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("theirs",)]


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_is_no_database_is_refused(path: Path, *, read_only: bool) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(BadSettings, match="file is not a database"):
        SqliteStore(path, read_only=read_only)


def test_reading_does_not_create_a_file(path: Path) -> None:
    with pytest.raises(BadSettings, match="there is no file"):
        SqliteStore(path, read_only=True)
    assert not path.exists()


def test_reading_does_not_bring_an_older_file_up_to_date(path: Path) -> None:
    SqliteStore(path).close()
    edit(path, "DELETE FROM _sqlite_migrations WHERE name LIKE '0003%'")
    with pytest.raises(BadSettings, match="was written by an older version"):
        SqliteStore(path, read_only=True)


def test_a_reading_process_sees_what_a_running_server_wrote(path: Path) -> None:
    server = SqliteStore(path)
    looking = SqliteStore(path, read_only=True)
    append(server, fact())
    assert looking.read(lambda tx: tx.log.head()).size == 1
    looking.close()
    server.close()


def test_a_store_for_reading_refuses_to_write(path: Path) -> None:
    SqliteStore(path).close()
    looking = SqliteStore(path, read_only=True)
    with pytest.raises(BadSettings, match="the store was opened for reading only"):
        looking.write(lambda _: None)
    with pytest.raises(sqlite3.OperationalError, match="readonly database"):
        looking.read(
            lambda tx: tx.log.append("s", expected_version=0, entries=[fact()])
        )
    looking.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET leaf = x'00'",
        "DELETE FROM entry",
        "UPDATE entry SET hashes = x'00'",
        "REPLACE INTO entry VALUES (0, 's', 1, x'00', x'00')",
        "INSERT INTO entry VALUES (7, 's', 1, x'00', x'00')",
    ],
)
def test_the_log_can_only_be_appended_to(path: Path, statement: str) -> None:
    store = SqliteStore(path)
    append(store, fact())
    store.close()
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|follows"):
        edit(path, statement)


@pytest.mark.parametrize(
    "table", ["entry", "word", "checkpoint", "inbox", "outbox", "timer"]
)
def test_a_table_takes_only_what_its_columns_say(path: Path, table: str) -> None:
    database.prepare(path)
    connection = sqlite3.connect(path)
    (strict,) = connection.execute(
        "SELECT strict FROM pragma_table_list WHERE name = ?", (table,)
    ).fetchone()
    connection.close()
    assert strict == 1
