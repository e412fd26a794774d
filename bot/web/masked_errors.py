"""Every refusal of an HTTP door is masked on its way out.

A refusal may quote what was sent: a path, an order, a name. What succeeds is masked by
who makes it, because it may hold what must not change: proofs, sealed bytes, links.
The practice workspace stands for Slack and is not ours to mask.
"""

import asyncio

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.guards import Guards, plain_masked

_STAGE = "/practice"
_REFUSED = 400
_JSON = b"application/json"
# Masking so little takes less than handing it to a thread.
_SMALL_BYTES = 2048


class MaskedErrors:
    """Masks the strings of JSON answers from status 400 on."""

    def __init__(self, app: ASGIApp, *, guard: Guards) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and what is answered."""
        if scope["type"] != "http" or scope["path"].startswith(_STAGE):
            await self._app(scope, receive, send)
            return
        held: list[Message] = []
        body = bytearray()

        async def masked(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_refusal(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    told = await self._told(bytes(body))
                    await send(_sized(held[0], len(told)))
                    await send({"type": "http.response.body", "body": told})

        await self._app(scope, receive, masked)

    async def _told(self, body: bytes) -> bytes:
        if len(body) <= _SMALL_BYTES:
            return self._masked(body)
        return await asyncio.to_thread(self._masked, body)

    def _masked(self, body: bytes) -> bytes:
        try:
            return orjson.dumps(plain_masked(orjson.loads(body), self._guard))
        except orjson.JSONDecodeError:
            text = body.decode("utf-8", "replace")
            return self._guard.text(text).encode("utf-8", "replace")


def _is_refusal(message: Message) -> bool:
    if message["status"] < _REFUSED:
        return False
    kinds = [text for name, text in message["headers"] if name == b"content-type"]
    return bool(kinds) and kinds[0].startswith(_JSON)


def _sized(start: Message, size: int) -> Message:
    kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    return {**start, "headers": [*kept, (b"content-length", str(size).encode())]}
