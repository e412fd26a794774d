"""The admin door to what was learned: forget what counts for one runbook.

POST /admin/runbooks/forget   {runbook, because} with the admin token → {runbook, seq}
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.errors import Refusal
from bot.ports import Clock
from bot.web.admin import wrong_token
from bot.web.answers import refused
from bot.web.body import NotReadable, TooLarge, read_body
from bot.web.tokens import Guesses

PATH = "/admin/runbooks/forget"
ADMIN = "admin"
_LIMIT_BYTES = 16 * 1024
_NOTHING = "Nothing was forgotten"

Forget = Callable[[str, str, str], Mapping[str, Any]]
"""Runbook, reason and who asks; returns what the log says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDoor:
    """What the door needs of the house."""

    forget: Forget
    clock: Clock
    admin_token: str
    guesses: Guesses

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [Route(PATH, self._forget, methods=["POST"])]

    async def _forget(self, request: Request) -> Response:
        wrong = wrong_token(
            request,
            token=self.admin_token,
            guesses=self.guesses,
            now=self.clock.now(),
            what=_NOTHING,
        )
        if wrong is not None:
            return wrong
        given = await _given(request)
        if given is None:
            return refused(
                400,
                "bad_request",
                what=_NOTHING,
                because="it is not an object with runbook and because, both texts",
                next_move="Send them as JSON of at most 16 KiB.",
            )
        try:
            done = await asyncio.to_thread(self.forget, *given, ADMIN)
        except Refusal as no:
            return refused(
                400, no.code, what=no.what, because=no.because, next_move=no.next_move
            )
        return JSONResponse(dict(done))


async def _given(request: Request) -> tuple[str, str] | None:
    try:
        told = json.loads(await read_body(request, limit=_LIMIT_BYTES))
        runbook, because = told["runbook"], told["because"]
    except (TooLarge, NotReadable, ValueError, RecursionError, KeyError, TypeError):
        return None
    known = isinstance(runbook, str) and isinstance(because, str)
    return (runbook, because) if known else None
