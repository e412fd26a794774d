"""Large bodies in and out, piece by piece: what is held of one is a few hundred KiB.

Whoever takes or gives the pieces works on the disk or a network, so each is handed on
off the event loop.
"""

import asyncio
from collections.abc import Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.domain.errors import TocsinError
from bot.ports.storage import Pieces
from bot.web.body import NotReadable

_GATHERED_BYTES = 256 * 1024
# What was refused is read on and dropped up to here: a sender that is still sending
# when we hang up sees a broken connection instead of the answer.
_DRAINED_BYTES = 64 * 1024 * 1024


async def pour(request: Request, write: Callable[[bytes], object]) -> None:
    """Hand a request's body on in pieces.

    Raises:
        NotReadable: It is encoded, or the connection ended before it did.
        TocsinError: What `write` raised; the sender had the chance to finish.
    """
    if request.headers.get("content-encoding", "identity").strip() != "identity":
        raise NotReadable("a content encoding is not understood here")
    gathered, no = bytearray(), None
    dropped = 0
    try:
        async for chunk in request.stream():
            if no is not None:
                dropped += len(chunk)
                if dropped > _DRAINED_BYTES:
                    break
                continue
            gathered += chunk
            if len(gathered) >= _GATHERED_BYTES:
                no = await _written(write, gathered)
    except ClientDisconnect:
        raise NotReadable("the connection ended before the body did") from None
    no = no or await _written(write, gathered)
    if no is not None:
        raise no


async def _written(
    write: Callable[[bytes], object], gathered: bytearray
) -> TocsinError | None:
    """Hand on what was gathered and forget it; return what went wrong."""
    piece = bytes(gathered)
    gathered.clear()
    if not piece:
        return None
    try:
        await asyncio.to_thread(write, piece)
    except TocsinError as no:
        return no
    return None


class Poured(Response):
    """An answer of known size whose body comes in pieces.

    What ends early ends the connection: the receiver sees that something is missing.
    """

    def __init__(
        self, pieces: Pieces, *, size_bytes: int, headers: Mapping[str, str]
    ) -> None:
        self._pieces = pieces
        super().__init__(
            headers={**headers, "Content-Length": str(size_bytes)},
            media_type="application/octet-stream",
        )

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send head and pieces."""
        start = {"type": "http.response.start", "status": self.status_code}
        more = {"type": "http.response.body", "more_body": True}
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await send({**start, "headers": self.raw_headers})
            while piece := await asyncio.to_thread(next, self._pieces, b""):
                if gone.done():
                    return
                await send({**more, "body": piece})
            await send({**more, "body": b"", "more_body": False})
        except (TocsinError, OSError):
            # Who was told why, was told by whoever raised; the connection ends here.
            return
        finally:
            gone.cancel()
            self._pieces.close()


async def _gone(receive: Receive) -> None:
    """Return once nobody is there to receive."""
    while (await receive())["type"] != "http.disconnect":
        pass
