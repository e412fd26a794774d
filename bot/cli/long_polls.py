"""Requests that only wait for news must not hold up the end of the program.

An open practice page always has one; the server would wait for it until it lost its
patience. Nothing else is touched: a request that does something is finished.
"""

import asyncio
from urllib.parse import parse_qs

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_ENDING = JSONResponse({"ok": False, "error": "stopping"}, 503)


class LongPolls:
    """An app whose requests with `wait` in their query can be sent home."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: set[asyncio.Future[None]] = set()
        self._ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; 503 when its waiting was ended."""
        if not _waits(scope):
            await self._app(scope, receive, send)
            return
        if self._ended:
            await _ENDING(scope, receive, send)
            return
        asked = asyncio.ensure_future(self._app(scope, receive, send))
        self._waiting.add(asked)
        try:
            await asyncio.wait({asked})
        finally:
            self._waiting.discard(asked)
            asked.cancel()
        if asked.cancelled():
            await _ENDING(scope, receive, send)
            return
        asked.result()

    def end(self) -> None:
        """Answer whoever waits, and let nobody wait any more."""
        self._ended = True
        for asked in tuple(self._waiting):
            asked.cancel()


def _waits(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return b"wait" in parse_qs(scope["query_string"])
