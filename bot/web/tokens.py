"""Bearer tokens: how one is shown, compared and slowed down when guessed.

A token's text never reaches a log or an answer.
"""

import hmac
from collections import deque
from datetime import datetime, timedelta

from starlette.requests import Request

# Wrong tokens that one address may show within a minute.
_GUESSES = 30
_WINDOW = timedelta(minutes=1)
_MOST_ADDRESSES = 10_000


def bearer(request: Request) -> str:
    """Return the token a request shows, "" if it shows none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def same(shown: str, wanted: str) -> bool:
    """Compare in constant time; an unset token matches nothing."""
    if not wanted or not shown:
        return False
    return hmac.compare_digest(shown.encode(), wanted.encode())


class Guesses:
    """Counts wrong tokens by address, for as long as they matter."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[datetime]] = {}

    def wrong(self, address: str, now: datetime) -> None:
        """Count one wrong token."""
        if len(self._wrong) >= _MOST_ADDRESSES:
            self._wrong.clear()
        self._wrong.setdefault(address, deque(maxlen=_GUESSES)).append(now)

    def too_many(self, address: str, now: datetime) -> bool:
        """Tell whether an address has to wait."""
        seen = self._wrong.get(address)
        return seen is not None and len(seen) == _GUESSES and now - seen[0] < _WINDOW
