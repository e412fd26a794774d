"""A log that an older version wrote is the same log after its hashes have moved."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.errors import Tampered
from bot.store import database, merkle
from bot.store.database import APPLICATION_ID
from bot.store.keyfile import FileKeys
from bot.store.schema import migrations
from bot.store.sqlite import SqliteStore
from bot.store.verify import verify_store
from tests.store.making import append, fact, filled, sign
from tests.stores import new_store

_COPIED = """
DELETE FROM install;
INSERT INTO install SELECT * FROM new.install;
INSERT INTO word SELECT * FROM new.word;
INSERT INTO checkpoint SELECT * FROM new.checkpoint;
INSERT INTO entry SELECT seq, stream, version, leaf FROM new.entry ORDER BY seq;
"""


@pytest.fixture
def before(tmp_path: Path, keys: FileKeys) -> Path:
    """Eleven signed entries in the tables of version 0021."""
    store = new_store(tmp_path / "new.db")
    filled(store, 11)
    sign(store, keys)
    store.close()
    db = Database(tmp_path / "old.db")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations().apply(db, stop_before="0022_hashes_with_entries")
    db.conn.execute("ATTACH ? AS new", (str(tmp_path / "new.db"),))
    db.conn.executescript(_COPIED)
    for seq, hashes in db.conn.execute("SELECT seq, hashes FROM new.entry").fetchall():
        for level, pos in merkle.completed(seq):
            one = hashes[level * merkle.BYTES : (level + 1) * merkle.BYTES]
            db.conn.execute("INSERT INTO hash VALUES (?,?,?)", (level, pos, one))
    db.conn.commit()
    db.close()
    return tmp_path / "old.db"


def change(path: Path, *statements: str) -> None:
    """Change an old file as its owner can."""
    connection = sqlite3.connect(path)
    for table in ("entry", "hash"):
        for verb in ("update", "delete"):
            connection.execute(f"DROP TRIGGER {table}_never_{verb}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_the_log_is_whole_and_goes_on(before: Path, keys: FileKeys) -> None:
    store = SqliteStore(before)
    report = store.read(lambda tx: verify_store(tx, keys))
    assert (report.size, report.checkpoint_size, report.words_present) == (11, 11, 11)
    append(store, fact(), to="more")
    assert len(store.read(lambda tx: tx.log.consistency(11, 12))) > 0
    assert store.read(lambda tx: verify_store(tx, keys)).size == 12
    store.close()


def test_the_table_of_hashes_is_gone(before: Path) -> None:
    database.prepare(before)
    connection = sqlite3.connect(before)
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    names = {name for (name,) in tables if "hash" in name or name.startswith("entry")}
    assert names == {
        "entry",
        "entry_follows",
        "entry_never_update",
        "entry_never_delete",
    }


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ("DELETE FROM hash WHERE level = 1 AND pos = 2", "Entry 5 is not what was"),
        ("UPDATE hash SET hash = x'00' WHERE pos = 4", "Entry 4 is not what was"),
        ("UPDATE entry SET leaf = x'00' WHERE seq = 4", "Entry 4 is not what was"),
        ("DELETE FROM entry WHERE seq = 4", "Entry 4 is not what was"),
        ("DELETE FROM hash WHERE level = 0", "Entry 0 is not what was"),
    ],
)
def test_what_was_changed_before_is_told_after(
    before: Path, keys: FileKeys, changed: str, says: str
) -> None:
    change(before, changed)
    store = SqliteStore(before)
    with pytest.raises(Tampered, match=says):
        store.read(lambda tx: verify_store(tx, keys))
    store.close()


def test_a_log_that_was_cut_short_stays_as_it_is(before: Path) -> None:
    change(before, "DELETE FROM entry WHERE seq >= 7")
    with pytest.raises(Tampered, match="Entry 7 is missing: hashes of it, or of"):
        SqliteStore(before)
    connection = sqlite3.connect(before)
    (hashes,) = connection.execute("SELECT count(*) FROM hash").fetchone()
    connection.close()
    assert hashes == 11 + 5 + 2 + 1
