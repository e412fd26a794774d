"""The answer to whoever shows a wrong token, the same at every door.

Which token is right is the door's business; how wrong ones are counted is `tokens.py`.
"""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.web.answers import refused
from bot.web.tokens import Guesses

_MISSING = "the token is missing or wrong"
_BEARER_HEADER = "Send the header Authorization: Bearer <token>."


def turned_away(
    request: Request,
    *,
    guesses: Guesses,
    now: datetime,
    what: str,
    because: str = _MISSING,
    next_move: str = _BEARER_HEADER,
) -> Response:
    """Count a wrong token and return its refusal; 429 once there were too many.

    Args:
        what: What did not happen, e.g. ``Nothing was done``.
    """
    address = address_of(request)
    if guesses.too_many(address, now):
        return too_many(what=what)
    guesses.wrong(address, now)
    return refused(
        401,
        "unauthorized",
        what=what,
        because=because,
        next_move=next_move,
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_many(*, what: str) -> Response:
    """Return the refusal for an address that guesses."""
    return refused(
        429,
        "too_many_attempts",
        what=what,
        because="too many wrong tokens came from this address",
        next_move="Wait a minute, then use the right token.",
        headers={"Retry-After": "60"},
    )


def address_of(request: Request) -> str:
    """Return where a request comes from, "" when nobody knows."""
    return request.client.host if request.client else ""
