"""Group commit: one sync for many, and a failure that stays where it belongs."""

import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import OutcomeUnknown, TocsinError, Unreachable
from bot.store import database
from bot.store.sqlite import SqliteStore
from bot.store.transaction import SqliteTransaction
from bot.store.writer import MAX_GROUP, Writer
from tests.store.making import append, error_of, fact, post
from tests.store.test_merkle import naive_root


class Commits:
    """Counts the commits of a connection by its trace."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, statement: str) -> None:
        self.count += statement == "COMMIT"


def held(store: SqliteStore) -> "tuple[threading.Event, Future[bool]]":
    """Keep the writer busy, so that what comes now forms one group."""
    gate = threading.Event()
    return gate, store.write(lambda _: gate.wait())


def test_what_gathers_while_one_group_is_written_is_the_next_group(
    sqlite: SqliteStore,
) -> None:
    commits = Commits()
    sqlite.write(lambda tx: tx.connection.set_trace_callback(commits)).result()
    before = commits.count
    gate, first = held(sqlite)
    writes = [sqlite.write(lambda _: None) for _ in range(MAX_GROUP * 2)]
    gate.set()
    first.result()
    for write in writes:
        write.result()
    # Two whole groups, and at most one more for where the first piece ended up.
    assert commits.count - before in (2, 3)


def test_an_error_goes_to_its_own_future_as_it_is(sqlite: SqliteStore) -> None:
    def broken(_: SqliteTransaction) -> None:
        raise SystemExit(3)

    assert isinstance(error_of(sqlite.write(broken)), SystemExit)
    append(sqlite, fact())


def test_cancelled_work_does_not_run(sqlite: SqliteStore) -> None:
    gate, first = held(sqlite)
    ran: list[int] = []
    write = sqlite.write(lambda _: ran.append(1))
    assert write.cancel()
    gate.set()
    first.result()
    sqlite.write(lambda _: None).result()
    assert ran == []


def test_if_the_commit_fails_nobody_is_told_that_it_worked(sqlite: SqliteStore) -> None:
    def break_the_commit(tx: SqliteTransaction) -> None:
        # A deferred constraint is checked only by COMMIT.
        tx.connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        tx.connection.execute(
            "CREATE TABLE b (a REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)"
        )
        tx.connection.execute("INSERT INTO b VALUES (9)")

    gate, first = held(sqlite)
    before = sqlite.write(
        lambda tx: tx.log.append("a", expected_version=0, entries=[fact(), fact()])
    )
    bad = sqlite.write(break_the_commit)
    after = sqlite.write(lambda tx: tx.outbox.post(post("2"), now=fact().at))
    gate.set()
    first.exception()
    for write in (before, bad, after):
        assert isinstance(error_of(write), OutcomeUnknown)
    assert sqlite.read(lambda tx: tx.outbox.waiting()) == 0
    append(sqlite, fact())


@pytest.mark.parametrize("company", [0, 2])
def test_after_what_was_undone_the_log_goes_on_where_it_really_ends(
    sqlite: SqliteStore, company: int
) -> None:
    def undone(tx: SqliteTransaction) -> None:
        tx.log.append("a", expected_version=0, entries=[fact(9), fact(9), fact(9)])
        raise ZeroDivisionError

    for number in range(5):
        append(sqlite, fact(number), to=f"s{number}")
    gate, first = held(sqlite)
    bad = sqlite.write(undone)
    rest = [
        sqlite.write(
            lambda tx, to=f"c{n}": tx.log.append(  # type: ignore[misc]
                to, expected_version=0, entries=[fact()]
            )
        )
        for n in range(company)
    ]
    gate.set()
    first.result()
    assert isinstance(error_of(bad), ZeroDivisionError)
    for write in rest:
        write.result()
    append(sqlite, fact(1), fact(2), to="a")
    leaves = [entry.leaf for entry in sqlite.read(lambda tx: tx.log.read())]
    head = sqlite.read(lambda tx: tx.log.head())
    assert (head.size, head.root) == (7 + company, naive_root(leaves))


def test_a_piece_alone_that_fails_leaves_nothing_and_the_next_works(
    sqlite: SqliteStore,
) -> None:
    def broken(tx: SqliteTransaction) -> None:
        tx.outbox.post(post("1"), now=fact().at)
        raise ZeroDivisionError

    assert isinstance(error_of(sqlite.write(broken)), ZeroDivisionError)
    assert sqlite.read(lambda tx: tx.outbox.waiting()) == 0
    sqlite.write(lambda tx: tx.outbox.post(post("2"), now=fact().at)).result()
    assert sqlite.read(lambda tx: tx.outbox.waiting()) == 1


def test_a_full_disk_is_said_in_words_and_the_next_write_works(path: Path) -> None:
    database.prepare(path)
    writer = Writer(lambda: database.writing(path), SqliteTransaction)

    def limit(tx: SqliteTransaction, pages: int) -> None:
        tx.connection.execute(f"PRAGMA max_page_count = {pages}")

    def big(tx: SqliteTransaction) -> Any:
        return tx.outbox.post(post(text="x" * 1_000_000), now=fact().at)

    writer.submit(lambda tx: limit(tx, 1)).result()
    error = error_of(writer.submit(big))
    assert isinstance(error, Unreachable)
    assert str(error) == (
        "Nothing was written: the database says: database or disk is full. "
        "Look at the disk: whether it is full, failing or read-only."
    )
    writer.submit(lambda tx: limit(tx, 1_000_000)).result()
    writer.submit(big).result()
    writer.close()


def test_a_database_that_somebody_else_holds_is_not_waited_for_for_ever(
    path: Path,
) -> None:
    database.prepare(path)

    def impatient() -> sqlite3.Connection:
        connection = database.writing(path)
        connection.execute("PRAGMA busy_timeout = 1")
        return connection

    writer = Writer(impatient, SqliteTransaction)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    error = error_of(writer.submit(lambda tx: tx.log.head()))
    other.close()
    assert isinstance(error, Unreachable)
    assert error.retry_is_safe
    writer.submit(lambda tx: tx.log.head()).result()
    writer.close()


def test_a_connection_that_cannot_be_opened_is_told_to_who_wanted_it() -> None:
    def refuse() -> sqlite3.Connection:
        raise Unreachable("It was not opened", because="a test", next_move="Nothing.")

    with pytest.raises(TocsinError, match="It was not opened"):
        Writer(refuse, SqliteTransaction)
