"""Sign-ins with Slack that are under way: each bound to one browser, used once.

The address carries a state, the browser a cookie; only digests of the two are kept,
and what must not leave the browser's reach, nonce and verifier, is derived from both.
So a link to our way back that somebody else made signs nobody in.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta

from bot.ports import Clock, Store, Transaction
from bot.ports.issuer import SignInSecrets
from bot.web.sessions import digest

TRY_LIVES = timedelta(minutes=10)
MOST_TRIES = 2000
"""How many may be under way; of more, the oldest are forgotten."""

_STATE_BYTES = 16
_BROWSER_BYTES = 32


class SignInTries:
    """Makes tries and uses them up. Methods touch the disk.

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

    def begin(self, page: str) -> "Future[tuple[str, SignInSecrets]]":
        """Begin a try; the future has the value for the cookie and the secrets.

        Args:
            page: Path of ours that signing in leads to.
        """
        state, browser = self._new_token(_STATE_BYTES), self._new_token(_BROWSER_BYTES)
        now = self._clock.now()
        row = (digest(state), digest(browser), page, _iso(now + TRY_LIVES))

        def work(tx: Transaction) -> tuple[str, SignInSecrets]:
            tx.tables.execute("DELETE FROM sign_in_try WHERE until <= ?", (_iso(now),))
            tx.tables.execute(
                "DELETE FROM sign_in_try WHERE digest IN (SELECT digest FROM "
                "sign_in_try ORDER BY until DESC LIMIT -1 OFFSET ?)",
                (MOST_TRIES - 1,),
            )
            tx.tables.execute(
                "INSERT INTO sign_in_try (digest, browser, page, until) "
                "VALUES (?,?,?,?)",
                row,
            )
            return browser, _secrets(state, browser)

        return self._store.write(work)

    def use(
        self, state: str, browser: str
    ) -> "Future[tuple[str, SignInSecrets] | None]":
        """Use a try up; the future has the page and the secrets, None if it is dead.

        Args:
            browser: Value of the cookie that came with the state.
        """
        now, key = _iso(self._clock.now()), (digest(state), digest(browser))

        def work(tx: Transaction) -> tuple[str, SignInSecrets] | None:
            found = tx.tables.execute(
                "SELECT page FROM sign_in_try "
                "WHERE digest = ? AND browser = ? AND until > ?",
                (*key, now),
            )
            if not found:
                return None
            tx.tables.execute("DELETE FROM sign_in_try WHERE digest = ?", key[:1])
            return str(found[0]["page"]), _secrets(state, browser)

        return self._store.write(work)


def _secrets(state: str, browser: str) -> SignInSecrets:
    return SignInSecrets(
        state=state,
        nonce=_derived(browser, f"nonce/{state}"),
        verifier=_derived(browser, f"verifier/{state}"),
    )


def _derived(browser: str, what: str) -> str:
    """Return 64 hex digits, which RFC 7636 allows as a verifier."""
    message = f"tocsin.sign_in.v1/{what}".encode("utf-8", "surrogatepass")
    key = browser.encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _iso(at: datetime) -> str:
    """Return an instant as text that sorts as time does."""
    return at.isoformat(timespec="microseconds")
