"""Sign-in links and sessions: who may read the pages, for how long.

Rows of the store, so that a restart signs nobody out and a stolen file opens
nothing: only SHA-256 digests of tokens are kept. Whether the person still belongs to
the workspace is asked elsewhere, at each request (`bot/web/readers.py`). Neither
links nor sessions are events: the log says what happened in incidents, not who read.
"""

import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ports import Clock, Store, Transaction

LINK_LIVES = timedelta(minutes=10)
SESSION_LIVES = timedelta(hours=12)
_LINK_BYTES = 16
_SESSION_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A sign-in link that still works.

    Attributes:
        person: Slack id of who asked for it.
        page: Path it leads to after signing in.
    """

    person: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in.

    Attributes:
        key: Digest of the cookie's value; the row's name.
        until: From this instant on it is worth nothing, aware UTC.
    """

    key: str
    person: str
    until: datetime


class Sessions:
    """Makes, uses up, finds and ends them. Methods touch the disk.

    Args:
        new_token: Returns a fresh URL-safe text of so many random bytes.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        new_token: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_token = new_token

    def link(self, person: str, page: str) -> "Future[str]":
        """Make a link for one person; the future has its token, durable.

        Args:
            page: Path of ours, beginning with a slash.
        """
        token, now = self._new_token(_LINK_BYTES), self._clock.now()
        row = (digest(token), person, page, _iso(now), _iso(now + LINK_LIVES))

        def work(tx: Transaction) -> str:
            _forget_old(tx, now)
            tx.tables.execute(
                "INSERT INTO sign_in_link (digest, person, page, made_at, until) "
                "VALUES (?,?,?,?,?)",
                row,
            )
            return token

        return self._store.write(work)

    def look(self, token: str) -> Link | None:
        """Return what a link would open, without using it up; None if it is dead."""
        return self._store.read(lambda tx: _live(tx, token, self._clock.now()))

    def use(self, token: str) -> "Future[tuple[str, Link] | None]":
        """Use a link up and begin a session; None if it is dead.

        The future has the value for the cookie and the link. However many use one
        link at the same time, one of them gets a session.
        """
        cookie, now = self._new_token(_SESSION_BYTES), self._clock.now()

        def work(tx: Transaction) -> tuple[str, Link] | None:
            found = _live(tx, token, now)
            if found is None:
                return None
            tx.tables.execute(
                "DELETE FROM sign_in_link WHERE digest = ?", (digest(token),)
            )
            _insert(tx, cookie, found.person, now)
            return cookie, found

        return self._store.write(work)

    def begin(self, person: str) -> "Future[str]":
        """Begin a session for somebody who showed who they are; has the cookie's value.

        It is always a new value: one that a browser came with opens nothing.
        """
        cookie, now = self._new_token(_SESSION_BYTES), self._clock.now()

        def work(tx: Transaction) -> str:
            _forget_old(tx, now)
            _insert(tx, cookie, person, now)
            return cookie

        return self._store.write(work)

    def find(self, cookie: str) -> Session | None:
        """Return the session of a cookie, None if it is over or never was."""
        now = _iso(self._clock.now())

        def work(tx: Transaction) -> Session | None:
            found = tx.tables.execute(
                "SELECT digest, person, until FROM session "
                "WHERE digest = ? AND until > ?",
                (digest(cookie), now),
            )
            return (
                Session(
                    key=found[0]["digest"],
                    person=found[0]["person"],
                    until=datetime.fromisoformat(found[0]["until"]),
                )
                if found
                else None
            )

        return self._store.read(work)

    def end(self, session: Session) -> "Future[None]":
        """End one session."""
        return self._delete("DELETE FROM session WHERE digest = ?", session.key)

    def end_all(self, person: str) -> "Future[None]":
        """End every session of a person, and the links they have not used."""

        def work(tx: Transaction) -> None:
            tx.tables.execute("DELETE FROM session WHERE person = ?", (person,))
            tx.tables.execute("DELETE FROM sign_in_link WHERE person = ?", (person,))

        return self._store.write(work)

    def _delete(self, sql: str, key: str) -> "Future[None]":
        def work(tx: Transaction) -> None:
            tx.tables.execute(sql, (key,))

        return self._store.write(work)


def digest(token: str) -> str:
    """Return what is kept of a token: SHA-256 hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _insert(tx: Transaction, cookie: str, person: str, now: datetime) -> None:
    tx.tables.execute(
        "INSERT INTO session (digest, person, made_at, until) VALUES (?,?,?,?)",
        (digest(cookie), person, _iso(now), _iso(now + SESSION_LIVES)),
    )


def _live(tx: Transaction, token: str, now: datetime) -> Link | None:
    found = tx.tables.execute(
        "SELECT person, page FROM sign_in_link WHERE digest = ? AND until > ?",
        (digest(token), _iso(now)),
    )
    return Link(person=found[0]["person"], page=found[0]["page"]) if found else None


def _forget_old(tx: Transaction, now: datetime) -> None:
    """Delete what is over; nothing else would ever do it."""
    for table in ("sign_in_link", "session"):
        tx.tables.execute(
            f"DELETE FROM {table} WHERE until <= ?",  # noqa: S608 - the names are ours
            (_iso(now),),
        )


def _iso(at: datetime) -> str:
    """Return an instant as text that sorts as time does."""
    return at.isoformat(timespec="microseconds")
