"""What every set of timers promises."""

from bot.ports import Store, Timer
from tests.store.making import at


def set_timer(store: Store, key: str, due: float, about: str = "INC-0001") -> None:
    timer = Timer(key=key, kind="incident.nag", about=about, due_at=at(due))
    store.write(lambda tx: tx.timers.set(timer)).result()


def claim(store: Store, seconds: float, *, limit: int = 10) -> list[str]:
    due = store.write(
        lambda tx: tx.timers.claim(now=at(seconds), lease_s=30, limit=limit)
    ).result()
    return [timer.key for timer in due]


def done(store: Store, key: str, due: float) -> None:
    store.write(lambda tx: tx.timers.done(key, due_at=at(due))).result()


def test_a_timer_fires_when_it_is_due_and_not_before(store: Store) -> None:
    set_timer(store, "nag", 10)
    assert claim(store, 9) == []
    assert claim(store, 10) == ["nag"]


def test_a_timer_comes_back_with_everything_it_was_set_with(store: Store) -> None:
    timer = Timer(key="k", kind="incident.nag", about="INC-0001", due_at=at(0.000001))
    store.write(lambda tx: tx.timers.set(timer)).result()
    due = store.write(
        lambda tx: tx.timers.claim(now=at(1), lease_s=30, limit=1)
    ).result()
    assert due == (timer,)


def test_the_oldest_promise_is_kept_first(store: Store) -> None:
    for key, due in (("late", 30), ("first", 10), ("second", 20)):
        set_timer(store, key, due)
    assert claim(store, 60, limit=2) == ["first", "second"]


def test_a_missed_timer_fires_once(store: Store) -> None:
    set_timer(store, "nag", 10)
    assert claim(store, 9999) == ["nag"]
    done(store, "nag", 10)
    assert claim(store, 99999) == []


def test_a_timer_whose_worker_died_fires_again(store: Store) -> None:
    set_timer(store, "nag", 10)
    claim(store, 10)
    assert claim(store, 39) == []
    assert claim(store, 40) == ["nag"]


def test_setting_a_timer_again_moves_it(store: Store) -> None:
    set_timer(store, "nag", 10)
    set_timer(store, "nag", 20)
    assert claim(store, 10) == []
    assert claim(store, 20) == ["nag"]


def test_a_timer_that_was_moved_while_it_fired_stays(store: Store) -> None:
    set_timer(store, "nag", 10)
    claim(store, 10)
    set_timer(store, "nag", 20)
    done(store, "nag", 10)
    assert claim(store, 20) == ["nag"]


def test_a_promise_can_be_taken_back_once(store: Store) -> None:
    set_timer(store, "nag", 10)
    assert store.write(lambda tx: tx.timers.cancel("nag")).result() is True
    assert store.write(lambda tx: tx.timers.cancel("nag")).result() is False
    assert claim(store, 10) == []
