"""Socket Mode: payloads go over connections that the app has opened.

One of them, by chance, gets each payload. No ack in time, or none any more, is a
refusal as over HTTP: an event comes again, a press does not. What can go wrong is
the fault plan's method ``socket``. Source: Slack, Using Socket Mode.
"""

import asyncio
import json
import secrets
from collections.abc import Callable

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.practice.faults import FaultPlan, drop
from bot.practice.settings import Json, PracticeSettings, SlackError
from bot.practice.transport import Ack, Kind

Waiting = dict[str, asyncio.Future[Ack]]


class Sockets:
    """The app's connections, each with the acks that are awaited on it."""

    def __init__(
        self, settings: PracticeSettings, faults: FaultPlan, shape: Callable[..., Json]
    ) -> None:
        self._settings, self._faults, self._shape = settings, faults, shape
        self._tickets: set[str | None] = set()
        self.links: dict[WebSocket, tuple[Receive, Waiting]] = {}

    def address(self, base_url: str) -> str:
        """Return a URL that takes one connection, once."""
        ticket = secrets.token_urlsafe(18)
        self._tickets.add(ticket)
        return f"{base_url.replace('http', 'ws', 1)}/link?ticket={ticket}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep one connection for as long as it lasts; a browser's is refused."""
        link = WebSocket(scope, receive, send)
        ticket = link.query_params.get("ticket")
        if ticket not in self._tickets or "origin" in link.headers:
            await link.close()
            return
        self._tickets.remove(ticket)
        await link.accept()
        self.links[link] = (receive, {})
        try:
            await self._listen(link, self.links[link][1])
        finally:
            gone = SlackError("dispatch_failed", reason="connection_failed")
            waiting = self.links.pop(link)[1].values()
            for ack in [one for one in waiting if not one.done()]:
                ack.set_exception(gone)
                ack.exception()  # somebody may have given up waiting

    async def _listen(self, link: WebSocket, waiting: Waiting) -> None:
        await link.send_json(self._shape("hello", links=[*self.links]))
        async for text in link.iter_text():
            said = json.loads(text)
            ack = waiting.pop(said["envelope_id"], None)
            if ack and not ack.done():
                ack.set_result(said.get("payload"))

    async def deliver(self, kind: Kind, payload: Json, retry: Json) -> Ack:
        """Send once and return the ack, or raise a SlackError with its ``reason``."""
        fault = self._faults.meet("socket")
        links = await self._met(fault)
        if not links:
            raise SlackError("dispatch_failed", reason="connection_failed")
        ack: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        known: Json = {"kind": kind, "payload": payload, "retry": retry}
        try:
            for link in links:
                known |= {"id": secrets.token_hex(8), "answers": kind != "events_api"}
                self.links[link][1][known["id"]] = ack
                await link.send_json(self._shape("socket_envelope", **known))
                if fault["kind"] == "cut_after":
                    drop(self.links[link][0])
            async with asyncio.timeout(self._settings.ack_timeout_s):
                await asyncio.sleep(fault["seconds"] if fault["kind"] == "slow" else 0)
                return await ack
        except TimeoutError:
            raise SlackError("operation_timeout", reason="http_timeout") from None
        except (WebSocketDisconnect, KeyError):  # it ended while we were sending
            raise SlackError("dispatch_failed", reason="connection_failed") from None

    async def _met(self, fault: Json) -> list[WebSocket]:
        """Let a fault happen and return the connections that get the payload."""
        links = [*self.links]
        for link in links:
            if fault["kind"] == "cut":
                drop(self.links[link][0])
            if fault["kind"] == "disconnect":
                await link.send_json(self._shape("disconnect", reason=fault["error"]))
        secrets.SystemRandom().shuffle(links)
        return links[: {"cut": 0, "duplicate": 2}.get(fault["kind"], 1)]
