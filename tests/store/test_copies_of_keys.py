"""Copies of a key that SQLite leaves where rows moved: they are there, and then not.

`secure_delete` overwrites a row where it stands. When rows of several lengths move
between pages, as those of the command line, of a file's wrapping and of KMS do, copies
stay behind; so these tests first find a key of which that is true.
"""

import hashlib
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.ports.storage import ShareKey
from bot.store import database
from bot.store.sharekeys import _TABLE, SqliteShareKeys

pytestmark = pytest.mark.slow
LENGTHS, CROWD, SEEDS = (150, 900), 120, range(2, 40)
_PUT = "INSERT INTO share_key (share, wrapped, auth) VALUES (?,?,?)"
_FORGET = "DELETE FROM share_key WHERE share = ?"


def crowd(seed: int) -> dict[str, ShareKey]:
    """Return keys of several lengths, which are those of the seed: so pages fill."""
    names = [f"sh_{n:05d}" for n in range(CROWD)]
    return {
        one: ShareKey(
            wrapped=secrets.token_bytes(LENGTHS[drawn(seed, one)[0] % 2]),
            auth=secrets.token_bytes(32),
        )
        for one in names
    }


def leaving(seed: int, kept: dict[str, ShareKey]) -> list[str]:
    """Return in which order the shares of a crowd are destroyed."""
    return sorted(kept, key=lambda one: drawn(seed, f"{one} leaves"))


def drawn(seed: int, what: str) -> bytes:
    """Return bytes that are random, and the same each time."""
    return hashlib.sha256(f"{seed} {what}".encode()).digest()


def fill(path: Path, kept: dict[str, ShareKey]) -> None:
    with closing(database.writing(path)) as connection:
        connection.executemany(_PUT, [(s, k.wrapped, k.auth) for s, k in kept.items()])


def forget(path: Path, shares: list[str]) -> None:
    """Take rows away, and no more than that."""
    with closing(database.writing(path)) as connection:
        connection.executemany(_FORGET, [(one,) for one in shares])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def is_left(path: Path, key: ShareKey) -> bool:
    files = path.parent.glob(f"{path.name}*")
    return stands_in(b"".join(one.read_bytes() for one in files), key)


def stands_in(raw: bytes, key: ShareKey) -> bool:
    parts = key.wrapped[:16], key.wrapped[-16:], key.auth[:16], key.auth[-16:]
    return any(one in raw for one in parts)


@pytest.fixture(scope="module")
def found() -> tuple[int, str]:
    """Return the seed and the share of a key that stays where only its row goes."""
    for seed in SEEDS:
        share = who_leaves_a_copy(seed)
        if share:
            return seed, share
    pytest.fail("this SQLite leaves no copies in any of these crowds: look for others")


def who_leaves_a_copy(seed: int) -> str:
    """Return a share of a crowd whose key would stay, "" for none; in memory."""
    kept = crowd(seed)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(_TABLE)
        connection.executemany(_PUT, [(s, k.wrapped, k.auth) for s, k in kept.items()])
        for share in leaving(seed, kept):
            connection.execute(_FORGET, (share,))
            if stands_in(connection.serialize(), kept[share]):
                return share
    return ""


def test_of_a_key_that_would_leave_copies_none_is_left(
    tmp_path: Path, found: tuple[int, str]
) -> None:
    seed, share = found
    path, kept = tmp_path / "keys.db", crowd(seed)
    keys, order = SqliteShareKeys(path), leaving(seed, kept)
    fill(path, kept)
    forget(path, order[: order.index(share)])
    keys.destroy(share)
    assert not is_left(path, kept[share])
    assert is_left(path, kept[order[-1]])  # the search finds what is still there


def test_what_a_crash_left_of_it_is_gone_after_the_next_start(
    tmp_path: Path, found: tuple[int, str]
) -> None:
    seed, share = found
    path, kept = tmp_path / "keys.db", crowd(seed)
    SqliteShareKeys(path)
    order = leaving(seed, kept)
    fill(path, kept)
    forget(path, order[: order.index(share) + 1])
    assert is_left(path, kept[share])
    SqliteShareKeys(path)
    assert not is_left(path, kept[share])
