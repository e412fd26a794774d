"""One Socket Mode connection, from its address to its end; it is never reused.

Slack's client is made to replace its own connection. It is kept from that here,
because in slack_sdk 3.47 a client that reconnects

- tries one address again and again, though each works once, and holds its lock;
- connects without that lock after five seconds, and then has two connections;
- takes the age of the last pong along, and finds the new connection dead;
- closes the old connection before the new one stands, and answers what the old
  one brought on the new one;
- writes the address, which carries a ticket, into the log.

A new connection is a new session, and `socket_line.py` decides when. What an
envelope means is not known here.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.guard import MAX_BODY_BYTES
from bot.slack.traces import where

SILENT_PINGS = 4
_CLOSE_S = 1.0
_log = logging.getLogger(__name__)
# What the library says holds addresses and payloads; what matters is said by us.
_mute = logging.Logger("slack_sdk.socket_mode")  # noqa: LOG001 - apart from the tree
_mute.addHandler(logging.NullHandler())
_mute.setLevel(logging.CRITICAL + 1)


class Session(SocketModeClient):
    """One connection.

    Args:
        take: Gets each envelope; whether it is acked is its business.
        client: For its proxy and certificates; it calls nobody.
        monotonic: Seconds that never go back.

    Attributes:
        greeted: Set once Slack said hello.
        woken: Set when there is something to look at: Slack took its leave.
        reason: Why Slack wants it to end, "" while it does not.
    """

    def __init__(
        self,
        address: str,
        *,
        take: Callable[["Session", SocketModeRequest], Awaitable[None]],
        client: AsyncWebClient,
        ping_s: float,
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(
            app_token="",
            logger=_mute,
            web_client=client,
            proxy=client.proxy,
            auto_reconnect_enabled=False,
            ping_interval=ping_s,
        )
        self.wss_uri = address
        self.greeted = asyncio.Event()
        self.woken = asyncio.Event()
        self.reason = ""
        self._take = take
        self._monotonic = monotonic
        self._pong: float | None = None
        self._heard_at = monotonic()
        self._at_work: set[asyncio.Task[None]] = set()
        self.on_close_listeners.append(self._closing)

    async def connect(self) -> None:
        """Connect, in one attempt; raises what aiohttp raises."""
        self.current_session = await self.aiohttp_client_session.ws_connect(
            str(self.wss_uri),
            autoping=False,
            heartbeat=self.ping_interval,
            proxy=self.proxy,
            ssl=True if self.web_client.ssl is None else self.web_client.ssl,
        )
        self.current_session_monitor = asyncio.create_task(
            self.monitor_current_session()
        )
        self.message_receiver = asyncio.create_task(self.receive_messages())

    async def connect_to_new_endpoint(
        self,
        force: bool = False,  # noqa: FBT001, FBT002 - the library's signature
    ) -> None:
        """Do nothing: a successor is another session."""

    async def process_message(self) -> None:
        """Read the next message; the task is held, or it could vanish half done."""
        raw = await self.message_queue.get()
        task = asyncio.create_task(self._read(raw))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def is_ping_pong_failing(self) -> bool:
        """Tell whether it was silent for longer than `SILENT_PINGS` pings."""
        return self._is_silent()

    def is_live(self) -> bool:
        """Tell whether Slack has said hello and still answers."""
        stands = self.current_session is not None and not self.current_session.closed
        return self.greeted.is_set() and stands and not self._is_silent()

    def _is_silent(self) -> bool:
        now = self._monotonic()
        if self.last_ping_pong_time != self._pong:
            self._pong, self._heard_at = self.last_ping_pong_time, now
        return now - self._heard_at > SILENT_PINGS * float(self.ping_interval)

    async def finish(self, *, within_s: float) -> None:
        """Close when everything that arrived is answered, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._at_work or not self.message_queue.empty():
                    await asyncio.sleep(0)
                    if self._at_work:
                        await asyncio.wait(self._at_work)
        await self.close()

    async def close(self) -> None:
        """Close without waiting long for the other side, and end every task."""
        self.closed = True
        with contextlib.suppress(Exception):  # it may be broken: that is why it ends
            async with asyncio.timeout(_CLOSE_S):
                await self.disconnect()  # type: ignore[no-untyped-call]
        works = [
            self.message_processor,
            self.message_receiver,
            self.current_session_monitor,
        ]
        ending = [one for one in works if one is not None and one.cancel()]
        await asyncio.gather(*ending, return_exceptions=True)
        await self.aiohttp_client_session.close()

    async def _closing(self, _: Any) -> None:
        self.woken.set()

    async def _read(self, raw: str) -> None:
        message = _parsed(raw)
        match message.get("type"):
            case "hello":
                self.greeted.set()
            case "disconnect":
                self.reason = str(message.get("reason") or "unknown")
                self.woken.set()
            case _:
                await self._envelope(message)

    async def _envelope(self, message: dict[str, Any]) -> None:
        try:
            request = SocketModeRequest.from_dict(message)
            if request is not None:
                await self._take(self, request)
        except ConnectionError:
            _log.info("an ack did not reach Slack: its connection had ended")
        except Exception as failed:  # noqa: BLE001 - the connection's outermost door
            _log.error("an envelope was not answered: %s", where(failed))


def _parsed(raw: Any) -> dict[str, Any]:
    """Return a message, {} for what is none or too large; both are not acked."""
    if not isinstance(raw, str) or len(raw) > MAX_BODY_BYTES:
        _log.warning("a message of Slack's was not read: too large, or no text")
        return {}
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
