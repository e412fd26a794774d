"""What was erased is nowhere in the file, its WAL, or anything beside it."""

import secrets
from pathlib import Path

from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from bot.store.verify import verify_store
from tests.store.making import append, fact, filled, sign
from tests.stores import new_store


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


def erase(store: SqliteStore, *seqs: int) -> int:
    return store.write(lambda tx: tx.log.erase_words(seqs)).result()


def test_an_erased_word_is_in_no_byte_of_the_file(
    sqlite: SqliteStore, path: Path
) -> None:
    append(sqlite, fact(title="Dana Example took it down"), fact(title="Kept text"))
    assert b"Dana Example" in bytes_of(path)
    erase(sqlite, 0)
    assert b"Dana Example" not in bytes_of(path)
    assert b"Kept text" in bytes_of(path)


def test_the_salt_is_erased_with_the_word(path: Path) -> None:
    salts: list[bytes] = []

    def salt(size: int) -> bytes:
        salts.append(secrets.token_bytes(size))
        return salts[-1]

    store = SqliteStore(path, salts=salt)
    append(store, fact(title="Dana"), fact(title="Ben"))
    erase(store, 0)
    found = [one in bytes_of(path) for one in salts]
    store.close()
    assert found == [False, True]


def test_no_copy_stays_behind_when_rows_have_moved_between_pages(
    sqlite: SqliteStore, path: Path
) -> None:
    # secure_delete alone fails this: moved rows leave copies in the slack of pages.
    marks = [f"mark-{number:04d}-{secrets.token_hex(4)}" for number in range(600)]
    sizes = (10, 80, 500, 1500, 6000)

    def text(number: int) -> str:
        return (marks[number] + " ") * (1 + sizes[number % len(sizes)] // 20)

    entries = [fact(number, text=text(number)) for number in range(600)]
    append(sqlite, *entries)
    gone: set[int] = set()
    for start in range(5):
        batch = range(start, 600, 7)
        erase(sqlite, *batch)
        gone.update(batch)
    content = bytes_of(path)
    left = {number for number in range(600) if marks[number].encode() in content}
    assert left == set(range(600)) - gone


def test_the_log_is_still_whole_and_says_how_much_was_erased(
    sqlite: SqliteStore, keys: FileKeys
) -> None:
    filled(sqlite, 10)
    sign(sqlite, keys)
    erase(sqlite, 2, 3, 5)
    report = sqlite.read(lambda tx: verify_store(tx, keys))
    assert (report.words_present, report.words_erased) == (7, 3)


def test_an_erasure_that_was_undone_erases_nothing(sqlite: SqliteStore) -> None:
    append(sqlite, fact(title="Dana"))

    def work(tx: object) -> None:
        tx.log.erase_words([0])  # type: ignore[attr-defined]
        raise KeyError

    assert sqlite.write(work).exception() is not None
    (entry,) = sqlite.read(lambda tx: tx.log.read())
    assert entry.words == {"title": "Dana"}


def test_a_long_read_only_delays_clearing_until_the_next_start(path: Path) -> None:
    store = new_store(path)
    append(store, fact(title="Dana Example"))

    def look(tx: object) -> int:
        tx.log.head()  # type: ignore[attr-defined]
        return erase(store, 0)

    assert store.read(look) == 1
    assert b"Dana Example" in bytes_of(path)
    store.close()
    again = new_store(path)
    again.write(lambda _: None).result()
    content = bytes_of(path)
    again.close()
    assert b"Dana Example" not in content


def test_what_a_read_model_deletes_with_it_is_cleared_too(
    sqlite: SqliteStore, path: Path
) -> None:
    append(sqlite, fact(title="Dana Example"))
    sqlite.write(
        lambda tx: tx.tables.execute(
            "INSERT INTO board (id, title) VALUES ('INC-0001', 'Dana Example')"
        )
    ).result()

    def forget(tx: object) -> None:
        tx.log.erase_words([0])  # type: ignore[attr-defined]
        tx.tables.execute("DELETE FROM board")  # type: ignore[attr-defined]

    sqlite.write(forget).result()
    assert b"Dana Example" not in bytes_of(path)
