"""A checkpoint kept elsewhere shows what the log's own hashes cannot."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import pytest

from bot.checkpoints import Checkpoints
from bot.domain.errors import Tampered
from bot.store.anchor import check_anchor, write_anchor
from bot.store.checkpoint import Checkpoint, vkey
from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from bot.store.transaction import SqliteTransaction
from tests.fakes.clock import FakeClock
from tests.store.making import append, fact, filled, sign
from tests.stores import new_store

T = TypeVar("T")


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "anchors"


def check(store: SqliteStore, keys: FileKeys, anchors: Path) -> Checkpoint | None:
    verifier = vkey(store.origin, keys.public_key())
    return store.read(lambda tx: check_anchor(tx, anchors, verifier))


def copy_of(store: SqliteStore, path: Path) -> SqliteStore:
    """Return a store with the same install id and nothing in it."""
    (install,) = store.read(lambda tx: tx.tables.execute("SELECT id FROM install"))
    other = new_store(path)
    other.write(
        lambda tx: tx.tables.execute("UPDATE install SET id = ?", (install["id"],))
    ).result()
    return other


def test_without_an_anchor_there_is_nothing_to_contradict(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path
) -> None:
    assert check(sqlite, keys, anchors) is None


def test_a_log_continues_its_own_anchor(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path
) -> None:
    filled(sqlite, 4)
    write_anchor(anchors, sign(sqlite, keys))
    append(sqlite, fact(), to="more")
    anchored = check(sqlite, keys, anchors)
    assert anchored is not None
    assert anchored.size == 4


def test_only_the_newest_checkpoint_is_kept_and_nothing_half_written(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path
) -> None:
    write_anchor(anchors, sign(sqlite, keys))
    append(sqlite, fact())
    note = sign(sqlite, keys)
    write_anchor(anchors, note)
    assert [file.name for file in anchors.iterdir()] == ["checkpoint"]
    assert (anchors / "checkpoint").read_text("utf-8") == note


def test_a_shorter_log_is_refused(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path, tmp_path: Path
) -> None:
    filled(sqlite, 4)
    write_anchor(anchors, sign(sqlite, keys))
    older = copy_of(sqlite, tmp_path / "older.db")
    append(older, fact())
    with pytest.raises(Tampered) as found:
        check(older, keys, anchors)
    older.close()
    assert str(found.value) == (
        f"The log does not continue the checkpoint in {anchors}: it has seen 4 "
        "entries, and 1 are there. Stop, keep a copy of the store, and restore the "
        "newest backup."
    )


def test_another_history_is_refused(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path, tmp_path: Path
) -> None:
    filled(sqlite, 4)
    write_anchor(anchors, sign(sqlite, keys))
    forked = copy_of(sqlite, tmp_path / "forked.db")
    filled(forked, 6)
    with pytest.raises(Tampered, match="the first 4 entries are not those it has seen"):
        check(forked, keys, anchors)
    forked.close()


def test_an_anchor_that_another_key_signed_is_refused(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path, tmp_path: Path
) -> None:
    filled(sqlite, 4)
    write_anchor(anchors, sign(sqlite, FileKeys(tmp_path / "thief")))
    with pytest.raises(Tampered, match="it is signed by another key"):
        check(sqlite, keys, anchors)


def test_a_longer_anchor_is_never_replaced_by_a_shorter_one(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path
) -> None:
    filled(sqlite, 4)
    short = sign(sqlite, keys)
    append(sqlite, fact(), to="more")
    write_anchor(anchors, sign(sqlite, keys))
    with pytest.raises(Tampered, match="it has seen 5 entries"):
        write_anchor(anchors, short)


def test_others_may_read_the_anchor(
    sqlite: SqliteStore, keys: FileKeys, anchors: Path
) -> None:
    filled(sqlite, 1)
    write_anchor(anchors, sign(sqlite, keys))
    assert (anchors / "checkpoint").stat().st_mode & 0o777 == 0o644


class Slow(SqliteStore):
    """A store whose first answer comes after the next signer's, if it can."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.first, self.next_done = threading.Event(), threading.Event()

    def write(self, work: Callable[[SqliteTransaction], T]) -> "Future[T]":
        done = super().write(work)
        if threading.current_thread().name == "first":
            done.result()
            self.first.set()
            # Whoever has to wait for this one cannot overtake it.
            self.next_done.wait(0.1)
        return done


def test_who_signs_at_once_anchors_no_older_head_after_a_newer_one(
    tmp_path: Path, keys: FileKeys, anchors: Path
) -> None:
    store = Slow(tmp_path / "slow.db")
    signing = Checkpoints(store=store, keys=keys, clock=FakeClock(), anchors=anchors)
    append(store, fact())
    first = threading.Thread(target=signing.sign_if_dirty, name="first")
    first.start()
    store.first.wait()
    append(store, fact(), to="more")
    signing.sign_if_dirty()
    store.next_done.set()
    first.join()
    anchored = check(store, keys, anchors)
    assert anchored is not None
    assert anchored.size == 2
    store.close()
