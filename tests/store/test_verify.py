"""Whatever somebody does to the file, checking the log finds it and names it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from bot.domain.errors import Conflict, Tampered
from bot.ports import TreeHead
from bot.store import merkle
from bot.store.checkpoint import sign_note
from bot.store.keyfile import FileKeys
from bot.store.replay import Report
from bot.store.signing import signed_head
from bot.store.sqlite import SqliteStore
from bot.store.verify import verify_store
from tests.store.making import append, fact, filled, sign
from tests.stores import new_store

Doctor = Callable[[sqlite3.Connection], object]
_TRIGGERS = ("entry_never_update", "entry_never_delete", "entry_follows")


@pytest.fixture
def signed(path: Path, keys: FileKeys) -> Path:
    """A log of ten entries, all of them signed, nobody using it."""
    store = new_store(path)
    filled(store, 10)
    sign(store, keys)
    store.close()
    return path


def doctored(path: Path, doctor: Doctor) -> None:
    """Change the file as its owner can: triggers do not stop root."""
    connection = sqlite3.connect(path)
    for trigger in _TRIGGERS:
        connection.execute(f"DROP TRIGGER {trigger}")
    doctor(connection)
    connection.commit()
    connection.close()


def check(path: Path, keys: FileKeys) -> Report:
    store = SqliteStore(path, read_only=True)
    try:
        return store.read(lambda tx: verify_store(tx, keys))
    finally:
        store.close()


def leaf(connection: sqlite3.Connection, seq: int) -> bytes:
    row = connection.execute("SELECT leaf FROM entry WHERE seq = ?", (seq,))
    return bytes(row.fetchone()[0])


def set_leaf(connection: sqlite3.Connection, seq: int, changed: bytes) -> None:
    connection.execute("UPDATE entry SET leaf = ? WHERE seq = ?", (changed, seq))


def rehash(connection: sqlite3.Connection) -> None:
    """Compute every kept hash anew, as a careful forger would."""
    nodes: dict[tuple[int, int], bytes] = {}

    def node(level: int, position: int) -> bytes:
        return nodes[level, position]

    rows = connection.execute("SELECT seq, leaf FROM entry ORDER BY seq").fetchall()
    for seq, text in rows:
        grown = merkle.grown(seq, merkle.leaf_hash(text), node)
        made = {(level, pos): kept for level, pos, kept in grown}
        nodes.update(made)
        connection.execute(
            "UPDATE entry SET hashes = ? WHERE seq = ?", (b"".join(made.values()), seq)
        )


def edit(connection: sqlite3.Connection) -> None:
    set_leaf(connection, 4, leaf(connection, 4).replace(b"U0ONCALL", b"U0FRIEND"))


def edit_and_rehash(connection: sqlite3.Connection) -> None:
    edit(connection)
    rehash(connection)


def reformat(connection: sqlite3.Connection) -> None:
    facts = orjson.loads(leaf(connection, 4))
    set_leaf(connection, 4, orjson.dumps(facts, option=orjson.OPT_INDENT_2))
    rehash(connection)


def make_unreadable(connection: sqlite3.Connection) -> None:
    set_leaf(connection, 4, b"{}")


def delete(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entry WHERE seq = 4")


def delete_and_close_the_gap(connection: sqlite3.Connection) -> None:
    delete(connection)
    connection.execute("DELETE FROM word")
    for seq in range(5, 10):
        set_leaf(
            connection,
            seq,
            leaf(connection, seq).replace(
                f'"seq":{seq}'.encode(), f'"seq":{seq - 1}'.encode()
            ),
        )
        connection.execute("UPDATE entry SET seq = ? WHERE seq = ?", (seq - 1, seq))
    rehash(connection)


def swap(connection: sqlite3.Connection) -> None:
    four, five = leaf(connection, 4), leaf(connection, 5)
    set_leaf(connection, 4, five)
    set_leaf(connection, 5, four)


def move_to_another_stream(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE entry SET stream = 'incident/other' WHERE seq = 4")


def cut_the_tail(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entry WHERE seq >= 7")


def cut_the_tail_cleanly(connection: sqlite3.Connection) -> None:
    cut_the_tail(connection)
    connection.execute("DELETE FROM word WHERE seq >= 7")
    rehash(connection)


def change_a_word(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE word SET text = 'nicer' WHERE seq = 4")


def add_a_word(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO word VALUES (4, 'more', '00', x'00', 'text')")


def add_a_word_of_nothing(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO word VALUES (99, 'more', '00', x'00', 'text')")


def change_a_hash(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE entry SET hashes = CAST(substr(hashes, 1, 32) || x'00' AS BLOB) "
        "WHERE seq = 5"
    )


def lose_a_hash(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE entry SET hashes = substr(hashes, 1, 32) WHERE seq = 5")


def add_a_hash(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE entry SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE seq = 4"
    )


def change_the_checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE checkpoint SET note = replace(note, char(10) || '10' || char(10), "
        "char(10) || '9' || char(10))"
    )


def test_a_whole_log_is_reported_with_its_size_and_root(
    signed: Path, keys: FileKeys
) -> None:
    report = check(signed, keys)
    store = SqliteStore(signed, read_only=True)
    head = store.read(lambda tx: tx.log.head())
    store.close()
    assert report == Report(
        size=10,
        root=head.root.hex(),
        checkpoint_size=10,
        words_present=10,
        words_erased=0,
    )


def test_an_empty_log_is_whole(path: Path, keys: FileKeys) -> None:
    new_store(path).close()
    assert check(path, keys).size == 0


@pytest.mark.parametrize(
    ("doctor", "says"),
    [
        (edit, "Entry 4 is not what was recorded: the kept hash at level 0 is not"),
        (edit_and_rehash, "Entry 9 is not what was recorded: it or an entry before it"),
        (reformat, "Entry 4 is not what was recorded: it is not written in the one"),
        (make_unreadable, "Entry 4 is not what was recorded: it cannot be read"),
        (delete, "Entry 4 is not what was recorded: it is missing"),
        (
            delete_and_close_the_gap,
            "Entry 6 is not what was recorded: it is version 3 of incident/INC-0001",
        ),
        (swap, "Entry 4 is not what was recorded: entry 5 stands in its place"),
        (
            move_to_another_stream,
            "Entry 4 is not what was recorded: it stands under another stream",
        ),
        (cut_the_tail, "Entry 7 is missing: the newest checkpoint has seen 10"),
        (cut_the_tail_cleanly, "Entry 7 is missing: the newest checkpoint has seen 10"),
        (
            change_a_word,
            "Entry 4 is not what was recorded: its word 'text' was changed",
        ),
        (add_a_word, "Entry 4 is not what was recorded: its word 'more' was changed"),
        (add_a_word_of_nothing, "Entry 10 is missing: words of it, or of entries"),
        (change_a_hash, "Entry 5 is not what was recorded: the kept hash at level 1"),
        (lose_a_hash, "Entry 5 is not what was recorded: the kept hash at level 1"),
        (add_a_hash, "Entry 4 is not what was recorded: hashes are kept with it"),
        (change_the_checkpoint, "The checkpoint cannot be trusted: its signature does"),
    ],
)
def test_a_doctored_file_is_found_out(
    signed: Path, keys: FileKeys, doctor: Doctor, says: str
) -> None:
    doctored(signed, doctor)
    with pytest.raises(Tampered) as found:
        check(signed, keys)
    assert str(found.value).startswith(says)


def test_another_installations_key_does_not_verify(
    signed: Path, tmp_path: Path
) -> None:
    with pytest.raises(Tampered, match="it is signed by another key"):
        check(signed, FileKeys(tmp_path / "other"))


@pytest.mark.parametrize("doctor", [edit, make_unreadable, change_a_word, swap])
def test_reading_a_doctored_entry_is_refused(signed: Path, doctor: Doctor) -> None:
    doctored(signed, doctor)
    store = SqliteStore(signed, read_only=True)
    with pytest.raises(Tampered, match="Entry 4 is not what was recorded"):
        store.read(lambda tx: tx.log.load("incident/INC-0001"))
    with pytest.raises(Tampered, match="Entry 4 is not what was recorded"):
        store.read(lambda tx: tx.log.read())
    store.close()


def test_a_stream_with_a_hole_is_not_loaded(signed: Path) -> None:
    doctored(signed, delete)
    store = SqliteStore(signed, read_only=True)
    with pytest.raises(Tampered, match="incident/INC-0001 lacks its version 2"):
        store.read(lambda tx: tx.log.load("incident/INC-0001"))
    store.close()


def test_a_log_that_contradicts_an_earlier_signature_is_not_signed(
    signed: Path, keys: FileKeys
) -> None:
    doctored(signed, cut_the_tail_cleanly)
    store = SqliteStore(signed, read_only=True)
    with pytest.raises(Tampered, match="it does not continue what was signed at 10"):
        store.read(lambda tx: signed_head(tx, keys))
    store.close()


def test_a_head_that_is_signed_already_is_not_signed_anew(
    signed: Path, keys: FileKeys
) -> None:
    store = new_store(signed)
    saved = store.read(lambda tx: tx.log.newest_checkpoint())
    assert store.read(lambda tx: signed_head(tx, keys)) == saved
    append(store, fact(), to="more")
    assert store.read(lambda tx: signed_head(tx, keys)) != saved
    store.close()


def test_a_checkpoint_of_an_older_size_is_checked_where_it_stands(
    sqlite: SqliteStore, keys: FileKeys
) -> None:
    filled(sqlite, 4)
    sign(sqlite, keys)
    append(sqlite, fact(), to="more")
    assert sqlite.read(lambda tx: verify_store(tx, keys)).checkpoint_size == 4
    wrong = sign_note(
        sqlite.origin,
        TreeHead(5, bytes(32)),
        sign=keys.sign,
        public_key=keys.public_key(),
    )
    sqlite.write(
        lambda tx: tx.log.save_checkpoint(wrong, size=5, at=fact().at)
    ).result()
    with pytest.raises(Tampered, match="differs from what the newest checkpoint says"):
        sqlite.read(lambda tx: verify_store(tx, keys))


def test_a_conflict_is_not_a_sign_of_tampering(sqlite: SqliteStore) -> None:
    append(sqlite, fact())
    with pytest.raises(Conflict):
        append(sqlite, fact())
