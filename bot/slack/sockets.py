"""Socket Mode: our connections to Slack, beside the HTTP door.

Slack gives each payload to one connection. Several connections mean that one can be
replaced, or break, while the others take what comes. How one is kept up is
`socket_line.py`, how an envelope is answered `socket_answers.py`.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.socket_answers import Answers
from bot.slack.socket_line import Line, Pace
from bot.slack.traces import where
from bot.slack.waiting import first_of

MOST = 10
"""Connections one app may have, over all replicas. Source: Slack, Using Socket Mode."""

_LOOK_S = 0.05
_AFTER_FAULT_S = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketsSeen:
    """How many connections there are at a moment, and how many there should be."""

    live: int
    wanted: int


class Sockets:
    """All connections of this process.

    Args:
        client: With the app token.
        number: How many connections, at most `MOST` with all replicas together.
    """

    def __init__(
        self,
        bolt: AsyncApp,
        *,
        client: AsyncWebClient,
        number: int,
        pace: Pace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        answers = Answers(bolt, monotonic=monotonic)
        self._lines = [
            Line(
                client=client,
                take=answers.take,
                pace=pace or Pace(),
                monotonic=monotonic,
            )
            for _ in range(min(number, MOST))
        ]

    async def run_until(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop` is set; what has arrived is answered."""
        async with asyncio.TaskGroup() as lines:
            for line in self._lines:
                lines.create_task(_kept_up(line, stop))

    def seen(self) -> SocketsSeen:
        """Return how many connections are live."""
        live = [line.is_live() for line in self._lines]
        return SocketsSeen(live=sum(live), wanted=len(live))

    async def connected(self, *, within_s: float) -> bool:
        """Wait until every connection is live; tell whether they are."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while (now := self.seen()).live < now.wanted and loop.time() < until:  # noqa: ASYNC110 - the library rings no bell
            await asyncio.sleep(_LOOK_S)
        return now.live == now.wanted


async def _kept_up(line: Line, stop: asyncio.Event) -> None:
    """Begin again after a fault of ours, so that one line never ends the room."""
    while not stop.is_set():
        try:
            await line.run_until(stop)
        except Exception as failed:  # noqa: BLE001 - the line's outermost door
            _log.error("a connection to Slack failed: %s", where(failed))
            await first_of(stop, timeout_s=_AFTER_FAULT_S)
