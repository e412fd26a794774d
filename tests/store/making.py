"""Small things that the store's tests are made of."""

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.ports import Keys, NewEntry, Post, Store, Transaction
from bot.store.checkpoint import parse_note
from bot.store.signing import signed_head
from bot.store.sqlite import SqliteStore

T = TypeVar("T")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return the time so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def fact(number: int = 0, **words: str) -> NewEntry:
    return NewEntry(
        kind="incident.noted.v1",
        at=NOON,
        actor="U0ONCALL",
        body={"by": "U0ONCALL", "number": number},
        words=words,
    )


def append(
    store: Store, *entries: NewEntry, to: str = "incident/INC-0001", after: int = 0
) -> None:
    """Append to a stream that has `after` entries."""
    store.write(
        lambda tx: tx.log.append(to, expected_version=after, entries=entries)
    ).result()


def filled(store: SqliteStore, count: int) -> None:
    """Append entries with a word each, to three streams in turn."""

    def work(tx: Transaction) -> None:
        for number in range(count):
            tx.log.append(
                f"incident/INC-{number % 3:04d}",
                expected_version=number // 3,
                entries=[fact(number, text=f"note {number}")],
            )

    store.write(work).result()


def sign(store: SqliteStore, keys: Keys) -> str:
    """Sign the head and save the note, as the checkpoint job does."""

    def work(tx: Any) -> str:
        note = signed_head(tx, keys)
        tx.log.save_checkpoint(note, size=parse_note(note).size, at=NOON)
        return note

    return store.write(work).result()


def post(key: str = "card/INC-0001", text: str = "as it is", **more: Any) -> Post:
    return Post(key=key, channel="C0INCIDENTS", text=text, **more)


def error_of(future: "Future[Any]") -> BaseException:
    """Return what a future failed with."""
    error = future.exception()
    assert error is not None
    return error
