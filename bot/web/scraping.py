"""Who may read the figures at /metrics.

They name sources, systems and channels, and say how a place is doing: more than a
stranger needs to know. Without a token they are open only where Tocsin listens on this
machine alone. What the figures are is `figures.py`.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.ports import Clock
from bot.web.tokens import Guesses, bearer, same
from bot.web.turned_away import turned_away

_SHOW = "Let the scraper send the header Authorization: Bearer <web.metrics_token>."
_SET = f"Set web.metrics_token. {_SHOW}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrapers:
    """Whoever shows one of two tokens, or anybody on this machine.

    Attributes:
        token: For scrapers, "" for none.
        admin_token: Opens this door too.
        only_here: Nobody beyond this machine reaches the port.
    """

    token: str
    admin_token: str
    only_here: bool
    clock: Clock
    guesses: Guesses

    def refusal(self, request: Request) -> Response | None:
        """Return the answer to a stranger, None to whoever may read."""
        if self.only_here and not self.token:
            return None
        shown = bearer(request)
        if same(shown, self.token) or same(shown, self.admin_token):
            return None
        return turned_away(
            request,
            guesses=self.guesses,
            now=self.clock.now(),
            what="No figures were shown",
            next_move=_SHOW if self.token else _SET,
        )
