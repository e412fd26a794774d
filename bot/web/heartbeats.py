"""The heartbeats door: a source calls to say that it is there, and nothing else.

    POST /heartbeats/{source}                 with the source's token
    POST /heartbeats/{source}/{path_secret}   for callers that cannot set headers

The body is not read, so a vendor's signature means nothing here: a source that signs
its alerts needs a token of its own to call. A call is on disk before it is answered.
Alerts count as calls too; that is the alerts door (`alerts.py`), whose senders and
tokens are these.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.heartbeat import Promise
from bot.ports import Clock
from bot.web.alerts import Sender
from bot.web.answers import refused
from bot.web.tokens import Guesses, bearer, same
from bot.web.turned_away import turned_away

_NOT_KEPT = "The heartbeat was not kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatsDoor:
    """What the door needs of the house.

    Attributes:
        senders: By source name.
        promises: By source name: who promised to call.
        beat: Keeps a call durably; its time once that is done.
    """

    clock: Clock
    senders: Mapping[str, Sender]
    promises: Mapping[str, Promise]
    beat: Callable[[str], "Future[datetime]"]
    guesses: Guesses

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [
            Route("/heartbeats/{source}", self.post, methods=["POST"]),
            Route("/heartbeats/{source}/{path_secret}", self.post, methods=["POST"]),
        ]

    async def post(self, request: Request) -> Response:
        """Keep one call."""
        source = request.path_params["source"]
        sender = self.senders.get(source)
        if sender is None:
            return refused(
                404,
                "unknown_source",
                what=_NOT_KEPT,
                because="there is no source of this name",
                next_move="Use the name that stands in /alerts/<source>.",
            )
        if (no := self._stranger(request, sender)) is not None:
            return no
        promise = self.promises.get(source)
        if promise is None:
            return refused(
                404,
                "nothing_promised",
                what=_NOT_KEPT,
                because="this source has not promised to call",
                next_move=f"Set heartbeat_min in [sources.{source}].",
            )
        at = await asyncio.wrap_future(self.beat(source))
        told = {
            "source": source,
            "at": at.isoformat(),
            "next_within_s": promise.patience.total_seconds(),
        }
        return JSONResponse(told, status_code=202)

    def _stranger(self, request: Request, sender: Sender) -> Response | None:
        in_path = request.path_params.get("path_secret", "")
        if same(bearer(request), sender.token) or same(in_path, sender.path_secret):
            return None
        now = self.clock.now()
        if sender.token or sender.path_secret:
            return turned_away(request, guesses=self.guesses, now=now, what=_NOT_KEPT)
        return turned_away(
            request,
            guesses=self.guesses,
            now=now,
            what=_NOT_KEPT,
            because="this source signs its alerts, a heartbeat cannot be signed, and "
            "it has no token of its own",
            next_move="Set token or path_secret beside its secret, and call with that; "
            "its signed alerts count as calls too.",
        )
