"""Links and sessions: used once, dead in time, kept as digests only."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.sqlite import SqliteStore
from bot.web.sessions import LINK_LIVES, SESSION_LIVES, Sessions
from tests.fakes.clock import FakeClock
from tests.stores import new_store

PAGE = "/incidents/INC-0001"
ONE = timedelta(microseconds=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = new_store(tmp_path / "tocsin.db")
    yield made
    made.close()


@pytest.fixture
def sessions(store: SqliteStore, clock: FakeClock) -> Sessions:
    return Sessions(store=store, clock=clock)


def signed_in(sessions: Sessions, person: str = "U0LEAD") -> str:
    used = sessions.use(sessions.link(person, PAGE).result()).result()
    assert used is not None
    return used[0]


def test_a_link_has_128_bits_and_begins_a_session_for_its_person(
    sessions: Sessions,
) -> None:
    token = sessions.link("U0LEAD", PAGE).result()
    assert len(token) == 22
    used = sessions.use(token).result()
    assert used is not None
    cookie, link = used
    assert (link.person, link.page) == ("U0LEAD", PAGE)
    found = sessions.find(cookie)
    assert found is not None
    assert found.person == "U0LEAD"


def test_a_used_link_opens_nothing(sessions: Sessions) -> None:
    token = sessions.link("U0LEAD", PAGE).result()
    assert sessions.use(token).result() is not None
    assert sessions.look(token) is None
    assert sessions.use(token).result() is None


def test_looking_does_not_use_a_link_up(sessions: Sessions) -> None:
    token = sessions.link("U0LEAD", PAGE).result()
    assert sessions.look(token) == sessions.look(token) is not None
    assert sessions.use(token).result() is not None


def test_of_many_who_use_one_link_at_once_one_gets_in(sessions: Sessions) -> None:
    token = sessions.link("U0LEAD", PAGE).result()
    with ThreadPoolExecutor(8) as racers:
        used = list(racers.map(lambda _: sessions.use(token).result(), range(40)))
    assert len([one for one in used if one is not None]) == 1


def test_a_link_dies_after_ten_minutes_to_the_instant(
    sessions: Sessions, clock: FakeClock
) -> None:
    token = sessions.link("U0LEAD", PAGE).result()
    clock.go_on((LINK_LIVES - ONE).total_seconds())
    assert sessions.look(token) is not None
    clock.go_on(ONE.total_seconds())
    assert sessions.look(token) is None
    assert sessions.use(token).result() is None


def test_a_session_dies_after_twelve_hours_to_the_instant(
    sessions: Sessions, clock: FakeClock
) -> None:
    cookie = signed_in(sessions)
    clock.go_on((SESSION_LIVES - ONE).total_seconds())
    assert sessions.find(cookie) is not None
    clock.go_on(ONE.total_seconds())
    assert sessions.find(cookie) is None


@pytest.mark.parametrize("guess", ["", "x", "A" * 22, "\ud800", "é" * 22])
def test_a_guess_opens_nothing(sessions: Sessions, guess: str) -> None:
    sessions.link("U0LEAD", PAGE).result()
    assert sessions.look(guess) is None
    assert sessions.use(guess).result() is None
    assert sessions.find(guess) is None


def test_a_link_is_no_cookie_and_a_cookie_is_no_link(sessions: Sessions) -> None:
    token, cookie = sessions.link("U0LEAD", PAGE).result(), signed_in(sessions)
    assert sessions.find(token) is None
    assert sessions.look(cookie) is None


def test_ending_one_session_leaves_the_others(sessions: Sessions) -> None:
    one, other = signed_in(sessions), signed_in(sessions)
    found = sessions.find(one)
    assert found is not None
    sessions.end(found).result()
    assert sessions.find(one) is None
    assert sessions.find(other) is not None


def test_ending_all_takes_links_too_and_nobody_else_s(sessions: Sessions) -> None:
    mine, theirs = signed_in(sessions), signed_in(sessions, "U0SECOND")
    token = sessions.link("U0LEAD", PAGE).result()
    sessions.end_all("U0LEAD").result()
    assert sessions.find(mine) is None
    assert sessions.look(token) is None
    assert sessions.find(theirs) is not None


def test_sessions_outlive_a_restart(tmp_path: Path, clock: FakeClock) -> None:
    before = new_store(tmp_path / "tocsin.db")
    cookie = signed_in(Sessions(store=before, clock=clock))
    before.close()
    after = new_store(tmp_path / "tocsin.db")
    try:
        assert Sessions(store=after, clock=clock).find(cookie) is not None
    finally:
        after.close()


def test_no_token_and_no_cookie_is_in_the_files(
    store: SqliteStore, sessions: Sessions, tmp_path: Path
) -> None:
    token, cookie = sessions.link("U0LEAD", PAGE).result(), signed_in(sessions)
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"U0LEAD" in kept
    assert token.encode() not in kept
    assert cookie.encode() not in kept


def test_what_is_over_is_forgotten(
    store: SqliteStore, sessions: Sessions, clock: FakeClock
) -> None:
    sessions.link("U0LEAD", PAGE).result()
    signed_in(sessions)
    clock.go_on(SESSION_LIVES.total_seconds())
    sessions.link("U0SECOND", PAGE).result()
    rows = store.read(
        lambda tx: tx.tables.execute(
            "SELECT person FROM sign_in_link UNION ALL SELECT person FROM session"
        )
    )
    assert [row["person"] for row in rows] == ["U0SECOND"]
