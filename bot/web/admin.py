"""Who may use an admin door: whoever shows the token, and not too often a wrong one."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.web.tokens import Guesses, bearer, same
from bot.web.turned_away import turned_away


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
    return turned_away(
        request,
        guesses=guesses,
        now=now,
        what=what,
        next_move="Send the header Authorization: Bearer <admin token>.",
    )
