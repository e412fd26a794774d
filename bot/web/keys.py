"""The admin door to the keys: change the one that seals.

    POST /admin/keys/rotate    with the admin token → {resumed, shares, payloads, …}

Keys never pass through here, in either direction.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.errors import Refusal, TocsinError
from bot.ports import Clock
from bot.web.admin import wrong_token
from bot.web.answers import refused
from bot.web.tokens import Guesses

PATH = "/admin/keys/rotate"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysDoor:
    """What the door needs of the house.

    Attributes:
        rotate: Changes the key; blocks, for minutes if much is sealed.
    """

    rotate: Callable[[], Mapping[str, Any]]
    clock: Clock
    admin_token: str
    guesses: Guesses

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [Route(PATH, self._rotate, methods=["POST"])]

    async def _rotate(self, request: Request) -> Response:
        wrong = wrong_token(
            request,
            token=self.admin_token,
            guesses=self.guesses,
            now=self.clock.now(),
            what="No key was changed",
        )
        if wrong is not None:
            return wrong
        try:
            return JSONResponse(dict(await asyncio.to_thread(self.rotate)))
        except TocsinError as error:
            return refused(
                409 if isinstance(error, Refusal) else 503,
                "not_rotated",
                what=error.what,
                because=error.because,
                next_move=error.next_move,
            )
