"""The admin door that says how many names of people are known: in numbers only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.ports import Clock
from bot.web.admin import wrong_token
from bot.web.tokens import Guesses

PATH = "/admin/known-names"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesDoor:
    """Answers the doctor.

    Attributes:
        told: How many are known, from where, since when, and what is wrong.
    """

    told: Callable[[], Mapping[str, object]]
    clock: Clock
    admin_token: str
    guesses: Guesses

    def routes(self) -> list[Route]:
        """Return the route of this door."""
        return [Route(PATH, self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        no = wrong_token(
            request,
            token=self.admin_token,
            guesses=self.guesses,
            now=self.clock.now(),
            what="Nothing was shown",
        )
        return no or JSONResponse(dict(self.told()))
