"""What every event log promises."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.domain.errors import Conflict, LogError, NotFound
from bot.ports import NewEntry, Store, Transaction
from bot.store import merkle
from tests.store.making import NOON, append, error_of, fact

STREAM = "incident/INC-0001"


def test_an_appended_entry_comes_back_as_it_was_returned(store: Store) -> None:
    written = store.write(
        lambda tx: tx.log.append(
            STREAM, expected_version=0, entries=[fact(7, title="Latency")]
        )
    ).result()
    assert store.read(lambda tx: tx.log.load(STREAM)) == written


def test_an_entry_has_its_place_and_its_words(store: Store) -> None:
    append(store, fact(), to="incident/INC-0002")
    append(store, fact(1, title="Latency"), fact(2))
    first, second = store.read(lambda tx: tx.log.load(STREAM))
    assert (first.seq, first.version, second.seq, second.version) == (1, 1, 2, 2)
    assert (first.words, second.words) == ({"title": "Latency"}, {})
    assert (first.kind, first.actor, first.at) == (
        *("incident.noted.v1", "U0ONCALL"),
        NOON,
    )


def test_a_stream_that_does_not_exist_is_empty(store: Store) -> None:
    assert store.read(lambda tx: tx.log.load("incident/none")) == ()


def test_the_lengths_of_streams_are_told_together_as_they_are_at_that_moment(
    store: Store,
) -> None:
    append(store, fact(1), fact(2), to="a")

    def work(tx: Transaction) -> tuple[Mapping[str, int], Mapping[str, int]]:
        before = tx.log.versions(["a", "b", "a"])
        tx.log.append("b", expected_version=0, entries=[fact(3)])
        return before, tx.log.versions(["b", "a"])

    assert store.write(work).result() == ({"a": 2, "b": 0}, {"a": 2, "b": 1})
    assert store.read(lambda tx: tx.log.versions([])) == {}


def test_a_wrong_version_is_a_conflict_and_appends_nothing(store: Store) -> None:
    append(store, fact())
    lost = store.write(
        lambda tx: tx.log.append(STREAM, expected_version=0, entries=[fact()])
    )
    assert isinstance(error_of(lost), Conflict)
    assert str(error_of(lost)) == (
        "Nothing was added to incident/INC-0001: it has 1 entries, not 0. "
        "Load it again and decide again."
    )
    assert store.read(lambda tx: tx.log.head()).size == 1


def test_a_version_from_the_future_is_a_conflict(store: Store) -> None:
    lost = store.write(
        lambda tx: tx.log.append(STREAM, expected_version=1, entries=[fact()])
    )
    assert isinstance(error_of(lost), Conflict)


def test_an_entry_that_is_refused_takes_its_companions_with_it(store: Store) -> None:
    def work(tx: object) -> int:
        with pytest.raises(LogError):
            tx.log.append(  # type: ignore[attr-defined]
                STREAM,
                expected_version=0,
                entries=[
                    fact(1, title="kept?"),
                    NewEntry(kind="k.v1", at=NOON, actor="U", body={"score": 0.5}),
                ],
            )
        return tx.log.head().size  # type: ignore[attr-defined, no-any-return]

    assert store.write(work).result() == 0
    append(store, fact(1, title="again"))


def test_reading_goes_through_all_streams_in_order(store: Store) -> None:
    for number in range(5):
        append(store, fact(number), to=f"incident/{number}")
    pages = [
        store.read(lambda tx, after=after: tx.log.read(after=after, limit=2))  # type: ignore[misc]
        for after in (-1, 1, 3, 4)
    ]
    assert [[entry.seq for entry in page] for page in pages] == [
        [0, 1],
        [2, 3],
        [4],
        [],
    ]


def test_a_time_is_kept_to_the_microsecond_in_utc(store: Store) -> None:
    tokyo = timezone(timedelta(hours=9))
    when = datetime(2026, 11, 21, 21, 0, 0, 1, tzinfo=tokyo)
    append(store, NewEntry(kind="k.v1", at=when, actor="U", body={}))
    (entry,) = store.read(lambda tx: tx.log.load(STREAM))
    assert entry.at == when
    assert entry.at.tzinfo is UTC
    assert json.loads(entry.leaf)["at"] == "2026-11-21T12:00:00.000001Z"


def test_the_leaf_holds_digests_and_no_words(store: Store) -> None:
    append(store, fact(title="Dana broke it"))
    (entry,) = store.read(lambda tx: tx.log.load(STREAM))
    assert b"Dana" not in entry.leaf
    assert (
        len(json.loads(entry.leaf)["words"]["title"])
        == hashlib.sha256().digest_size * 2
    )


def test_equal_words_have_unequal_digests(store: Store) -> None:
    append(store, fact(0, title="same"), fact(0, title="same"))
    one, two = store.read(lambda tx: tx.log.load(STREAM))
    assert json.loads(one.leaf)["words"] != json.loads(two.leaf)["words"]


def test_an_empty_log_has_the_empty_root(store: Store) -> None:
    head = store.read(lambda tx: tx.log.head())
    assert (head.size, head.root) == (0, merkle.EMPTY_ROOT)


def test_every_entry_is_proved_in_every_tree_that_has_it(store: Store) -> None:
    append(store, *(fact(number) for number in range(9)))

    def check(tx: object) -> int:
        log, proved = tx.log, 0  # type: ignore[attr-defined]
        for size in range(1, 10):
            for entry in log.read(limit=size):
                path = log.inclusion(entry.seq, size=size)
                assert merkle.is_included(
                    merkle.leaf_hash(entry.leaf),
                    entry.seq,
                    size=size,
                    root=log.root_at(size),
                    path=path,
                )
                proved += 1
        return proved

    assert store.read(check) == 45


def test_every_tree_continues_every_smaller_one(store: Store) -> None:
    append(store, *(fact(number) for number in range(9)))

    def check(tx: object) -> bool:
        log = tx.log  # type: ignore[attr-defined]
        return all(
            merkle.is_consistent(
                old=old,
                new=new,
                old_root=log.root_at(old),
                new_root=log.root_at(new),
                path=log.consistency(old, new),
            )
            for new in range(10)
            for old in range(new + 1)
        )

    assert store.read(check)


def test_what_the_log_never_had_cannot_be_proved(store: Store) -> None:
    append(store, fact())
    with pytest.raises(NotFound):
        store.read(lambda tx: tx.log.root_at(2))
    with pytest.raises(NotFound):
        store.read(lambda tx: tx.log.inclusion(1, size=1))
    with pytest.raises(NotFound):
        store.read(lambda tx: tx.log.consistency(1, 0))


def test_erased_words_read_as_none_and_the_entry_stays(store: Store) -> None:
    append(store, fact(1, title="Dana", reason="Ann"), fact(2, title="Ben"))
    before = store.read(lambda tx: tx.log.head())
    assert store.write(lambda tx: tx.log.erase_words([0])).result() == 2
    one, two = store.read(lambda tx: tx.log.load(STREAM))
    assert (one.words, two.words) == ({"title": None, "reason": None}, {"title": "Ben"})
    assert store.read(lambda tx: tx.log.head()) == before


def test_erasing_twice_erases_nothing_more(store: Store) -> None:
    append(store, fact(1, title="Dana"))
    store.write(lambda tx: tx.log.erase_words([0])).result()
    assert store.write(lambda tx: tx.log.erase_words([0, 5])).result() == 0


def test_a_word_may_hold_any_text(store: Store) -> None:
    text = "\x00 ' \" \\ \n 🔔 \u202e \u2028"
    append(store, fact(1, title=text, empty=""))
    (entry,) = store.read(lambda tx: tx.log.load(STREAM))
    assert entry.words == {"title": text, "empty": ""}


def test_the_newest_checkpoint_is_the_one_of_the_largest_log(store: Store) -> None:
    assert store.read(lambda tx: tx.log.newest_checkpoint()) is None
    for note, size in (("one", 1), ("three", 3), ("two", 2)):
        store.write(
            lambda tx, note=note, size=size: tx.log.save_checkpoint(  # type: ignore[misc]
                note, size=size, at=NOON
            )
        ).result()
    assert store.read(lambda tx: tx.log.newest_checkpoint()) == "three"
