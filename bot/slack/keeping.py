"""What came from Slack, put into the inbox before it is acknowledged."""

import asyncio
from collections.abc import Callable

from ulid import ULID

from bot.ports import Lane, Received
from bot.slack.needs import Service
from bot.slack.requests import Request, to_bytes

_ACCEPT_TIMEOUT_S = 2.5


class Keeping:
    """Keeps requests.

    Args:
        wake: Called when something was kept, so that it is read at once.
    """

    def __init__(self, service: Service, wake: Callable[[], None]) -> None:
        self._service = service
        self.wake = wake

    async def accept(self, request: Request) -> None:
        """Keep a request; durable when this returns."""
        kept = asyncio.wrap_future(self._service.accept(self.received(request)))
        # Shielded: what the writer has begun must not be cancelled under it.
        await asyncio.wait_for(asyncio.shield(kept), _ACCEPT_TIMEOUT_S)
        self.wake()

    def received(self, request: Request) -> Received:
        """Return a request as the inbox keeps it."""
        now = self._service.clock.now()
        item = f"sl_{ULID.from_datetime(now)}"
        return Received(
            id=item,
            lane=Lane.SLACK,
            source="slack",
            key=request.key,
            received_at=now,
            sealed=self._service.keys.seal(to_bytes(request), about=item),
        )
