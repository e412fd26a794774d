"""The door before Bolt: what is not Slack's never reaches a parser.

Bolt parses a body before it checks the signature, has no size limit and answers
500 to garbage. So this ASGI middleware checks first, with our own clock and up to
two signing secrets (while one is rotated), and remembers what it has let through,
so that a copied request does not pass twice. Source: Slack, "Verifying requests
from Slack" (v0, HMAC-SHA256, five minutes).
"""

import asyncio
import hashlib
import hmac
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.ports import Clock

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/slack/events"
MAX_BODY_BYTES = 1024 * 1024
MAX_AGE_S = 300
_REMEMBERED = timedelta(minutes=6)
_MOST_REMEMBERED = 50_000
_BODY_TIMEOUT_S = 5.0
_LOG_EVERY = timedelta(seconds=10)
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_OK = range(200, 300)
_log = logging.getLogger(__name__)


class Rejected(Exception):
    """A request that is turned away; `reason` is counted, nobody else sees it."""

    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Gone(Exception):
    """The client went away before its body was complete."""


class Signatures:
    """Tells whether a body is Slack's.

    Args:
        secrets: The signing secret, and while it is rotated the previous one.
    """

    def __init__(self, secrets: Sequence[str], *, clock: Clock) -> None:
        self._secrets = tuple(one.encode() for one in secrets if one)
        self._clock = clock

    def check(self, body: bytes, *, timestamp: str, signature: str) -> None:
        """Raise `Rejected` unless the signature is Slack's and fresh."""
        if not _TIMESTAMP.fullmatch(timestamp):
            raise Rejected("timestamp_shape")
        if not _SIGNATURE.fullmatch(signature):
            raise Rejected("signature_shape")
        if abs(self._clock.now().timestamp() - int(timestamp)) > MAX_AGE_S:
            raise Rejected("stale")
        base = b"v0:" + timestamp.encode() + b":" + body
        digests = [hmac.new(key, base, hashlib.sha256) for key in self._secrets]
        # Every secret is compared, so that the time says nothing about which fits.
        if not sum(
            hmac.compare_digest(f"v0={one.hexdigest()}", signature) for one in digests
        ):
            raise Rejected("signature")


class Guard:
    """ASGI middleware: one path, POST, small, signed, fresh and new, or nothing.

    Attributes:
        rejected: How many requests were turned away, by reason.
    """

    def __init__(
        self, app: Asgi, *, signatures: Signatures, clock: Clock, path: str = PATH
    ) -> None:
        self._app = app
        self._signatures = signatures
        self._clock = clock
        self._path = path
        self._seen: dict[tuple[str, str], datetime] = {}
        self._unlogged: Counter[str] = Counter()
        self._logged_at: datetime | None = None
        self.rejected: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request; pass it on, or answer with an empty body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body, mark = await self._admitted(scope, receive)
        except Gone:
            return
        except Rejected as no:
            self._note(no.reason)
            await _answer(send, no.status)
            return
        await self._pass_on(scope, send, body, mark)

    async def _admitted(
        self, scope: Scope, receive: Receive
    ) -> tuple[bytes, tuple[str, str]]:
        if scope["path"] != self._path:
            raise Rejected("path", 404)
        if scope["method"] != "POST":
            raise Rejected("method", 405)
        headers = _headers(scope)
        _refuse_large(headers)
        timestamp = headers.get("x-slack-request-timestamp", "")
        signature = headers.get("x-slack-signature", "")
        if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
            raise Rejected("header_shape")
        body = await _read(receive)
        self._signatures.check(body, timestamp=timestamp, signature=signature)
        _refuse_no_text(body)
        mark = (timestamp, signature)
        self._refuse_copy(mark)
        return body, mark

    def _refuse_copy(self, mark: tuple[str, str]) -> None:
        now = self._clock.now()
        # Marks are in the order in which they came, so the oldest are in front.
        for old in [one for one, until in self._seen.items() if until <= now]:
            del self._seen[old]
        if mark in self._seen:
            raise Rejected("replay")
        if len(self._seen) >= _MOST_REMEMBERED:
            raise Rejected("too_many")
        self._seen[mark] = now + _REMEMBERED

    async def _pass_on(
        self, scope: Scope, send: Send, body: bytes, mark: tuple[str, str]
    ) -> None:
        statuses: list[int] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await self._app(scope, _replayed(body), watched)
        finally:
            # What was not answered well may be delivered again.
            if not statuses or statuses[0] not in _OK:
                self._seen.pop(mark, None)

    def _note(self, reason: str) -> None:
        self.rejected[reason] += 1
        self._unlogged[reason] += 1
        now = self._clock.now()
        if self._logged_at is not None and now - self._logged_at < _LOG_EVERY:
            return
        self._logged_at = now
        counts = ", ".join(f"{key} {n}" for key, n in sorted(self._unlogged.items()))
        self._unlogged.clear()
        _log.warning("turned away at the Slack door: %s", counts)


def _headers(scope: Scope) -> Mapping[str, str]:
    """Return headers by lower-case name; a repeated one cannot be trusted."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        if key.startswith(("x-slack-request", "x-slack-sig", "content-len")):
            if key in found:
                raise Rejected("header_twice")
            found[key] = value.decode("latin-1")
    return found


def _refuse_large(headers: Mapping[str, str]) -> None:
    length = headers.get("content-length")
    if length is None:
        return
    if not _TIMESTAMP.fullmatch(length):
        raise Rejected("length_shape")
    if int(length) > MAX_BODY_BYTES:
        raise Rejected("too_large", 413)


async def _read(receive: Receive) -> bytes:
    """Read a body, and stop at the limit whatever its length was said to be."""
    chunks, size = [], 0
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Gone
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise Rejected("too_large", 413)
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise Rejected("slow") from None


def _refuse_no_text(body: bytes) -> None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected("not_utf8") from None


def _replayed(body: bytes) -> Receive:
    """Return a `receive` that gives the body again, once."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    return receive


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    if status == 405:  # noqa: PLR2004 - HTTP
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
