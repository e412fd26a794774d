"""Reads a request's body with a cap that a sender cannot talk its way around.

The cap holds for what arrives and for what it inflates to.
"""

import zlib

from starlette.requests import ClientDisconnect, Request

from bot.domain.quoting import named

LIMIT_BYTES = 1024 * 1024
# What is too large is read on and dropped up to here: a sender that is still sending
# when we hang up sees a broken connection instead of the answer.
_DRAINED_BYTES = 64 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class TooLarge(Exception):
    """More than the limit arrived, or would come out of it."""


class NotReadable(Exception):
    """The content encoding is unknown, or the body does not follow it."""


async def read_body(request: Request, *, limit: int = LIMIT_BYTES) -> bytes:
    """Return the body, inflated if it came as gzip.

    Raises:
        TooLarge: Before more than `limit` bytes were kept.
        NotReadable: Not gzip although it says so, or another encoding.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip"):
        raise NotReadable(f"a content encoding {named(encoding)} is not understood")
    raw = await _capped(request, limit)
    return _inflate(raw, limit) if encoding == "gzip" else raw


async def _capped(request: Request, limit: int) -> bytes:
    body, dropped = bytearray(), 0
    try:
        async for chunk in request.stream():
            if dropped or len(body) + len(chunk) > limit:
                dropped += len(chunk)
            else:
                body += chunk
            if dropped > _DRAINED_BYTES:
                break
    except ClientDisconnect:
        raise NotReadable("the connection ended before the body did") from None
    if dropped:
        raise TooLarge
    return bytes(body)


def _inflate(raw: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(_GZIP)
    try:
        plain = stream.decompress(raw, limit + 1)
    except zlib.error:
        raise NotReadable("the body is not gzip") from None
    if len(plain) > limit:
        raise TooLarge
    if not stream.eof:
        raise NotReadable("the gzip stream is cut short")
    return plain
