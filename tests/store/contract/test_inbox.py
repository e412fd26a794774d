"""What every inbox promises."""

import pytest

from bot.domain.errors import NotFound
from bot.ports import InboxItem, Lane, Received, Store
from tests.store.making import NOON, at, error_of


def put(
    store: Store, name: str, *, key: str = "", lane: Lane = Lane.ALERTS
) -> tuple[str, bool]:
    received = Received(
        id=f"al_{name}",
        lane=lane,
        source="alertmanager",
        key=key or name,
        received_at=NOON,
        sealed=f"sealed {name}".encode(),
    )
    return store.write(lambda tx: tx.inbox.put(received)).result()


def claim(
    store: Store, seconds: float = 0, *, limit: int = 10
) -> tuple[InboxItem, ...]:
    return store.write(
        lambda tx: tx.inbox.claim(Lane.ALERTS, now=at(seconds), lease_s=60, limit=limit)
    ).result()


def give_back(store: Store, name: str, seconds: float, *, dead: bool = False) -> None:
    store.write(
        lambda tx: tx.inbox.give_back(
            name, because="unparsed", not_before=at(seconds), dead=dead
        )
    ).result()


def found(store: Store, name: str) -> InboxItem:
    item = store.read(lambda tx: tx.inbox.find(name))
    assert item is not None
    return item


def test_a_new_item_keeps_its_id(store: Store) -> None:
    assert put(store, "1") == ("al_1", False)


def test_a_redelivery_gets_the_first_id(store: Store) -> None:
    put(store, "1", key="same")
    assert put(store, "2", key="same") == ("al_1", True)
    assert store.read(lambda tx: tx.inbox.find("al_2")) is None


def test_the_same_key_in_another_lane_is_another_item(store: Store) -> None:
    put(store, "1", key="same")
    assert put(store, "2", key="same", lane=Lane.SLACK) == ("al_2", False)


def test_items_are_claimed_in_the_order_they_came(store: Store) -> None:
    for name in ("b", "a", "c"):
        put(store, name)
    assert [item.id for item in claim(store, limit=2)] == ["al_b", "al_a"]


def test_a_claimed_item_is_not_claimed_again_until_its_lease_is_over(
    store: Store,
) -> None:
    put(store, "1")
    assert [item.attempts for item in claim(store)] == [1]
    assert claim(store, 59) == ()
    assert [item.attempts for item in claim(store, 60)] == [2]


def test_a_claim_takes_only_its_own_lane(store: Store) -> None:
    put(store, "1", lane=Lane.SLACK)
    assert claim(store) == ()


def test_a_new_item_is_claimed_even_if_the_clock_was_set_back(store: Store) -> None:
    put(store, "1")
    assert len(claim(store, -3600)) == 1


def test_a_done_item_keeps_its_payload_and_says_what_became_of_it(store: Store) -> None:
    put(store, "1")
    claim(store)
    store.write(lambda tx: tx.inbox.done("al_1", {"incident": "INC-0001"})).result()
    item = found(store, "al_1")
    assert (item.state, item.sealed) == ("done", b"sealed 1")
    assert item.outcome == {"incident": "INC-0001"}
    assert claim(store, 3600) == ()


def test_only_the_first_outcome_counts(store: Store) -> None:
    put(store, "1")
    for incident in ("INC-0001", "INC-0002"):
        store.write(
            lambda tx, incident=incident: tx.inbox.done("al_1", {"incident": incident})  # type: ignore[misc]
        ).result()
    assert found(store, "al_1").outcome == {"incident": "INC-0001"}


def test_an_item_that_was_given_back_rests_until_its_time(store: Store) -> None:
    put(store, "1")
    claim(store)
    give_back(store, "al_1", 5)
    assert claim(store, 4) == ()
    assert [item.id for item in claim(store, 5)] == ["al_1"]


def test_an_item_that_was_given_up_waits_for_a_person(store: Store) -> None:
    put(store, "1")
    give_back(store, "al_1", 0, dead=True)
    item = found(store, "al_1")
    assert (item.state, item.outcome) == ("dead", {"because": "unparsed"})
    assert claim(store, 3600) == ()


def test_giving_back_what_is_done_changes_nothing(store: Store) -> None:
    put(store, "1")
    store.write(lambda tx: tx.inbox.done("al_1", {"outcome": "opens"})).result()
    give_back(store, "al_1", 0, dead=True)
    assert found(store, "al_1").state == "done"


def test_the_counts_name_every_state(store: Store) -> None:
    for name in ("1", "2", "3"):
        put(store, name)
    store.write(lambda tx: tx.inbox.done("al_1", {})).result()
    give_back(store, "al_2", 0, dead=True)
    counts = store.read(lambda tx: tx.inbox.counts(Lane.ALERTS))
    assert counts == {"new": 1, "done": 1, "dead": 1}
    assert store.read(lambda tx: tx.inbox.counts(Lane.SLACK)) == {
        "new": 0,
        "done": 0,
        "dead": 0,
    }


def test_an_item_that_is_not_there_cannot_be_done(store: Store) -> None:
    error = error_of(store.write(lambda tx: tx.inbox.done("al_9", {})))
    assert str(error) == (
        "The inbox was not changed: it has no item 'al_9'. Name an item that it has."
    )
    with pytest.raises(NotFound):
        give_back(store, "al_9", 0)


def test_several_are_done_at_once_and_one_that_is_missing_undoes_all(
    store: Store,
) -> None:
    for name in ("1", "2", "3"):
        put(store, name)
    outcomes = {"al_1": {"incident": "INC-0001"}, "al_2": {"incident": "INC-0002"}}
    store.write(lambda tx: tx.inbox.done_all(outcomes)).result()
    assert found(store, "al_2").outcome == {"incident": "INC-0002"}

    error = error_of(
        store.write(lambda tx: tx.inbox.done_all({"al_3": {}, "al_9": {}}))
    )
    assert isinstance(error, NotFound)
    assert found(store, "al_3").state == "new"


def test_everything_is_sealed_anew_once_however_many_calls_it_takes(
    store: Store,
) -> None:
    for name in ("b", "a"):
        put(store, name)
    large = Received(
        id="al_large",
        lane=Lane.SLACK,
        source="slack",
        key="large",
        received_at=NOON,
        sealed=b"sealed large" + bytes(5000),
    )
    store.write(lambda tx: tx.inbox.put(large)).result()
    asked: list[str] = []

    def renew(sealed: bytes, item: str) -> bytes:
        asked.append(item)
        return b"anew: " + sealed

    at_, changed = 0, 0
    while True:
        after = at_
        at_, more = store.write(lambda tx, n=after: tx.inbox.renew(n, renew)).result()  # type: ignore[misc]
        changed += more
        if not at_:
            break
    assert (asked, changed) == (["al_b", "al_a", "al_large"], 3)
    assert found(store, "al_a").sealed == b"anew: sealed a"
    assert found(store, "al_large").sealed == b"anew: " + large.sealed


def test_what_is_renewed_already_is_not_written_again(store: Store) -> None:
    put(store, "1")
    work = store.write(lambda tx: tx.inbox.renew(0, lambda sealed, _: sealed))
    assert work.result()[1] == 0
    assert found(store, "al_1").sealed == b"sealed 1"
