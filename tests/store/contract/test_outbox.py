"""What every outbox promises."""

import pytest

from bot.domain.errors import NotFound
from bot.ports import Post, Sending, Store, Whisper
from tests.store.making import at, post

CARD = "card/INC-0001"


def put(store: Store, item: Post, seconds: float = 0) -> None:
    store.write(lambda tx: tx.outbox.post(item, now=at(seconds))).result()


def whisper(store: Store, *, key: str = "w1", expires: float = 60) -> None:
    item = Whisper(
        key=key,
        channel="C0INCIDENTS",
        person="U0ONCALL",
        text="only you",
        expires_at=at(expires),
    )
    store.write(lambda tx: tx.outbox.whisper(item, now=at(0))).result()


def claim(store: Store, seconds: float = 0, *, limit: int = 10) -> tuple[Sending, ...]:
    return store.write(
        lambda tx: tx.outbox.claim(now=at(seconds), lease_s=30, limit=limit)
    ).result()


def sent(store: Store, key: str = CARD, *, rev: int = 1, ts: str = "1.1") -> None:
    store.write(lambda tx: tx.outbox.sent(key, rev=rev, ts=ts)).result()


def not_sent(store: Store, seconds: float, *, in_doubt: bool = False) -> None:
    store.write(
        lambda tx: tx.outbox.not_sent(
            CARD, because="ratelimited", not_before=at(seconds), in_doubt=in_doubt
        )
    ).result()


def give_up(store: Store, key: str = CARD) -> None:
    store.write(lambda tx: tx.outbox.give_up(key, because="channel_not_found")).result()


def waiting(store: Store) -> int:
    return store.read(lambda tx: tx.outbox.waiting())


def test_a_post_is_claimed_with_all_it_says(store: Store) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "*é*"}}
    put(store, post(blocks=(block,)), 5)
    (sending,) = claim(store, 7)
    assert sending == Sending(
        key=CARD,
        kind="post",
        channel="C0INCIDENTS",
        person="",
        text="as it is",
        blocks=(block,),
        ts="",
        thread_ts="",
        rev=1,
        attempts=1,
        in_doubt=False,
        created_at=at(5),
    )


def test_only_the_last_state_of_a_waiting_post_is_ever_sent(store: Store) -> None:
    for text in ("first", "second", "third"):
        put(store, post(text=text))
    (sending,) = claim(store)
    assert (sending.text, sending.rev) == ("third", 3)
    sent(store, rev=3)
    assert claim(store, 9999) == ()


def test_saying_the_same_again_while_it_waits_changes_nothing(store: Store) -> None:
    put(store, post())
    put(store, post())
    assert [sending.rev for sending in claim(store)] == [1]


def test_a_post_that_stands_is_edited_in_place(store: Store) -> None:
    put(store, post(text="first"))
    claim(store)
    sent(store, ts="17.5")
    put(store, post(text="second"))
    (sending,) = claim(store)
    assert (sending.ts, sending.rev, sending.text) == ("17.5", 2, "second")


def test_a_post_that_changes_while_it_is_sent_is_due_again(store: Store) -> None:
    put(store, post(text="first"))
    claim(store)
    put(store, post(text="second"), 1)
    assert claim(store, 2) == ()
    sent(store, rev=1, ts="17.5")
    (sending,) = claim(store, 2)
    assert (sending.ts, sending.rev, sending.text) == ("17.5", 2, "second")


def test_a_late_answer_about_an_old_state_does_not_hide_the_new_one(
    store: Store,
) -> None:
    put(store, post(text="first"))
    claim(store)
    put(store, post(text="second"))
    sent(store, rev=1)
    assert waiting(store) == 1


def test_a_post_that_stands_stays_in_its_channel(store: Store) -> None:
    put(store, post())
    claim(store)
    sent(store)
    put(store, Post(key=CARD, channel="C0OTHER", text="moved?"))
    assert [sending.channel for sending in claim(store)] == ["C0INCIDENTS"]


def test_a_lost_answer_leaves_the_row_in_doubt(store: Store) -> None:
    put(store, post())
    claim(store)
    assert claim(store, 29) == ()
    (sending,) = claim(store, 30)
    assert (sending.in_doubt, sending.attempts) == (True, 2)


def test_doubt_lasts_until_somebody_has_looked(store: Store) -> None:
    put(store, post())
    claim(store)
    claim(store, 30)
    not_sent(store, 31, in_doubt=True)
    assert [sending.in_doubt for sending in claim(store, 31)] == [True]
    not_sent(store, 32, in_doubt=False)
    assert [sending.in_doubt for sending in claim(store, 32)] == [False]


def test_a_new_state_does_not_settle_a_doubt(store: Store) -> None:
    put(store, post(text="first"))
    claim(store)
    not_sent(store, 0, in_doubt=True)
    put(store, post(text="second"))
    assert [sending.in_doubt for sending in claim(store)] == [True]


def test_what_was_not_sent_rests_until_its_time(store: Store) -> None:
    put(store, post())
    claim(store)
    not_sent(store, 20)
    assert claim(store, 19) == ()
    assert [sending.attempts for sending in claim(store, 20)] == [2]


def test_a_new_state_does_not_shorten_the_rest_slack_asked_for(store: Store) -> None:
    put(store, post(text="first"))
    claim(store)
    not_sent(store, 20)
    put(store, post(text="second"), 1)
    assert claim(store, 19) == ()
    assert [sending.text for sending in claim(store, 20)] == ["second"]


def test_the_oldest_is_claimed_first(store: Store) -> None:
    for number, key in enumerate(("b", "a", "c")):
        put(store, post(key), number)
    assert [sending.key for sending in claim(store, 9, limit=2)] == ["b", "a"]


def test_a_message_that_keeps_changing_keeps_its_turn(store: Store) -> None:
    put(store, post("restless", "0"), 0)
    put(store, post("other"), 1)
    put(store, post("restless", "2"), 2)
    assert [sending.key for sending in claim(store, 9)] == ["restless", "other"]


def test_a_message_that_was_just_sent_queues_behind_the_others(store: Store) -> None:
    put(store, post("restless", "0"), 0)
    claim(store, 0)
    put(store, post("other"), 1)
    put(store, post("restless", "2"), 2)
    sent(store, "restless", rev=1)
    assert [sending.key for sending in claim(store, 9)] == ["other", "restless"]


def test_a_line_waits_until_its_card_stands(store: Store) -> None:
    put(store, post("line/1", thread=CARD))
    assert claim(store) == ()
    put(store, post())
    assert [sending.key for sending in claim(store)] == [CARD]
    sent(store, ts="17.5")
    (sending,) = claim(store)
    assert (sending.key, sending.thread_ts) == ("line/1", "17.5")


def test_lines_of_a_card_that_was_given_up_are_given_up_too(store: Store) -> None:
    put(store, post())
    put(store, post("line/1", thread=CARD))
    give_up(store)
    put(store, post("line/2", thread=CARD))
    assert (waiting(store), claim(store, 9)) == (0, ())


def test_lines_of_a_card_that_stands_are_sent_though_its_edit_was_given_up(
    store: Store,
) -> None:
    put(store, post())
    claim(store)
    sent(store, ts="17.5")
    put(store, post(text="edited"))
    give_up(store)
    put(store, post("line/1", thread=CARD))
    assert [sending.thread_ts for sending in claim(store)] == ["17.5"]


def test_a_later_state_of_what_was_given_up_is_tried(store: Store) -> None:
    put(store, post(text="first"))
    give_up(store)
    assert claim(store, 9) == ()
    put(store, post(text="second"))
    assert [sending.text for sending in claim(store, 9)] == ["second"]


def test_a_whisper_goes_to_one_person_once(store: Store) -> None:
    whisper(store)
    whisper(store)
    (sending,) = claim(store)
    assert (sending.kind, sending.person, sending.text) == (
        *("whisper", "U0ONCALL"),
        "only you",
    )
    sent(store, "w1", ts="")
    whisper(store)
    assert claim(store, 59) == ()


def test_a_whisper_is_given_up_when_its_time_is_over(store: Store) -> None:
    whisper(store, expires=60)
    assert claim(store, 60) == ()
    assert waiting(store) == 0


def test_a_whisper_that_is_being_sent_does_not_expire(store: Store) -> None:
    whisper(store, expires=10)
    claim(store, 5)
    claim(store, 20)
    assert waiting(store) == 1
    sent(store, "w1", ts="2.2")
    assert waiting(store) == 0


def test_a_message_that_stands_has_slacks_id(store: Store) -> None:
    assert store.read(lambda tx: tx.outbox.ts_of(CARD)) == ""
    put(store, post())
    assert store.read(lambda tx: tx.outbox.ts_of(CARD)) == ""
    claim(store)
    sent(store, ts="17.5")
    assert store.read(lambda tx: tx.outbox.ts_of(CARD)) == "17.5"


def test_rows_that_wait_are_counted(store: Store) -> None:
    put(store, post())
    whisper(store)
    assert waiting(store) == 2
    claim(store)
    assert waiting(store) == 2
    sent(store)
    give_up(store, "w1")
    assert waiting(store) == 0


def test_a_fresh_message_is_claimed_even_if_the_clock_was_set_back(
    store: Store,
) -> None:
    put(store, post(), 0)
    assert len(claim(store, -3600)) == 1


def test_a_message_that_is_not_there_cannot_be_answered_for(store: Store) -> None:
    with pytest.raises(NotFound):
        sent(store, "card/INC-9999")
