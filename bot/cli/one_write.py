"""Answers leave in one write: the head of a response together with its body.

uvicorn writes them apart, which costs a second system call and wakes the receiver
twice; beside the rest of a 202 that is dear. What is written is held until the end of
the turn of the loop in which it was written, and never more than a little of it.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# More than the head of any answer of ours; a longer body gains nothing from waiting.
MOST_HELD_BYTES = 16 * 1024


class Held:
    """A transport that gathers what one turn of the loop writes.

    Everything but writing and closing is the transport's own business.
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._held = bytearray()

    def write(self, data: bytes) -> None:
        """Write at the end of this turn, or now if it is much."""
        if not self._held:
            self._loop.call_soon(self._release)
        self._held += data
        if len(self._held) > MOST_HELD_BYTES:
            self._release()

    def close(self) -> None:
        """Close once everything is written."""
        self._release()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _release(self) -> None:
        if self._held and not self._transport.is_closing():
            self._transport.write(bytes(self._held))
        self._held.clear()


class OneWrite(HttpToolsProtocol):
    """uvicorn's HTTP protocol over such a transport."""

    def connection_made(self, transport: Any) -> None:
        """Take a new connection."""
        super().connection_made(Held(transport, self.loop))  # type: ignore[arg-type]
