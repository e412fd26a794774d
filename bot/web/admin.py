"""Who may use an admin door: whoever shows the token, and not too often a wrong one."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.web.answers import refused
from bot.web.tokens import Guesses, bearer, same


def wrong_token(
    request: Request, *, token: str, guesses: Guesses, now: datetime, what: str
) -> Response | None:
    """Return the refusal for a request without the token; None if it shows it.

    Args:
        guesses: Counts wrong tokens; the same for every door that takes this one.
        what: What did not happen, e.g. ``Nothing was done``.
    """
    if same(bearer(request), token):
        return None
    address = request.client.host if request.client else ""
    if guesses.too_many(address, now):
        return refused(
            429,
            "too_many_attempts",
            what=what,
            because="too many wrong tokens came from this address",
            next_move="Wait a minute, then use the right token.",
            headers={"Retry-After": "60"},
        )
    guesses.wrong(address, now)
    return refused(
        401,
        "unauthorized",
        what=what,
        because="the token is missing or wrong",
        next_move="Send the header Authorization: Bearer <admin token>.",
        headers={"WWW-Authenticate": "Bearer"},
    )
