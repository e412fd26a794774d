"""What every store promises about transactions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import pytest

from bot.domain.errors import NotFound, Unreachable
from bot.ports import Store, Timer, Transaction
from tests.store.making import append, at, error_of, fact, post

TIMER = Timer(key="nag", kind="incident.nag", about="INC-0001", due_at=at(0))


def test_work_that_fails_leaves_nothing_of_any_part(store: Store) -> None:
    def work(tx: Transaction) -> NoReturn:
        tx.log.append("s", expected_version=0, entries=[fact(title="gone")])
        tx.outbox.post(post(), now=at(0))
        tx.timers.set(TIMER)
        tx.tables.execute("INSERT INTO held (incident, at) VALUES ('INC-0001', '')")
        raise NotFound("It was not done", because="a test", next_move="Nothing.")

    assert isinstance(error_of(store.write(work)), NotFound)
    assert store.read(lambda tx: tx.log.head()).size == 0
    assert store.read(lambda tx: tx.outbox.waiting()) == 0
    assert store.read(lambda tx: tx.tables.execute("SELECT * FROM held")) == ()
    assert store.write(lambda tx: tx.timers.cancel("nag")).result() is False


def test_a_failure_undoes_only_its_own_work(store: Store) -> None:
    gate = threading.Event()
    first = store.write(lambda _: gate.wait())
    writes = [
        store.write(
            lambda tx, n=n: tx.log.append(  # type: ignore[misc]
                f"s/{n}", expected_version=n % 2, entries=[fact(n)]
            )
        )
        for n in range(10)
    ]
    gate.set()
    assert first.result()
    outcomes = [write.exception() is None for write in writes]
    assert outcomes == [True, False] * 5
    assert store.read(lambda tx: tx.log.head()).size == 5


def test_work_sees_what_earlier_work_did(store: Store) -> None:
    append(store, fact())
    size = store.write(lambda tx: tx.log.head().size).result()
    assert size == 1


def test_a_future_has_what_the_work_returned(store: Store) -> None:
    assert store.write(lambda _: "answer").result() == "answer"


def test_a_reader_sees_one_moment_however_long_it_looks(store: Store) -> None:
    append(store, fact(), to="a")

    def look(tx: Transaction) -> tuple[int, int]:
        before = tx.log.head().size
        append(store, fact(), to="b")
        return before, tx.log.head().size

    assert store.read(look) == (1, 1)
    assert store.read(lambda tx: tx.log.head()).size == 2


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    begun, gate = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        tx.log.append("s", expected_version=0, entries=[fact()])
        begun.set()
        gate.wait()

    write = store.write(slow)
    begun.wait()
    assert store.read(lambda tx: tx.log.head()).size == 0
    gate.set()
    write.result()


def test_many_threads_write_without_gaps(store: Store) -> None:
    def many(thread: int) -> None:
        for version in range(20):
            append(store, fact(version), to=f"thread/{thread}", after=version)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(many, range(8)))
    entries = store.read(lambda tx: tx.log.read())
    assert [entry.seq for entry in entries] == list(range(160))
    assert {entry.stream: entry.version for entry in entries} == {
        f"thread/{thread}": 20 for thread in range(8)
    }


def test_of_many_who_decide_on_the_same_state_one_wins(store: Store) -> None:
    def decide(_: int) -> bool:
        write = store.write(
            lambda tx: tx.log.append("s", expected_version=0, entries=[fact()])
        )
        return write.exception() is None

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(decide, range(8))) == 1


def test_closing_finishes_what_was_accepted(store: Store) -> None:
    writes = [
        store.write(
            lambda tx, n=n: tx.log.append(
                f"s/{n}", expected_version=0, entries=[fact()]
            )  # type: ignore[misc]
        )
        for n in range(50)
    ]
    store.close()
    assert [write.result()[0].seq for write in writes] == list(range(50))


def test_a_closed_store_refuses(store: Store) -> None:
    store.close()
    with pytest.raises(Unreachable, match="the store is closed"):
        store.write(lambda _: None)
    with pytest.raises(Unreachable, match="the store is closed"):
        store.read(lambda _: None)


def test_closing_twice_is_the_same_as_once(store: Store) -> None:
    store.close()
    store.close()


def test_rows_come_back_by_name(store: Store) -> None:
    store.write(
        lambda tx: tx.tables.execute(
            "INSERT INTO held (incident, at) VALUES (:incident, :at)",
            {"incident": "INC-0001", "at": "now"},
        )
    ).result()
    rows = store.read(
        lambda tx: tx.tables.execute(
            "SELECT incident, at FROM held WHERE incident = ?", ("INC-0001",)
        )
    )
    assert rows == ({"incident": "INC-0001", "at": "now"},)


@pytest.mark.parametrize("sql", ["COMMIT", "rollback", "BEGIN", "PRAGMA user_version"])
def test_a_piece_of_work_cannot_end_the_transaction(store: Store, sql: str) -> None:
    error = error_of(store.write(lambda tx: tx.tables.execute(sql)))
    assert isinstance(error, ValueError)
