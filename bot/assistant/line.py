"""The line to a server of models: one host, one size, no detours.

Only `door.py` may hold one, and imports this file when it needs one. The libraries' own
clients follow redirects, use proxies of the environment and read answers of any size;
a prompt must not leave that way.
"""

import contextlib
import socket
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx2

MOST_BYTES = 1 << 20
_SECURED = "connection.start_tls.complete"
_PACKED = "content-encoding"
_PLAIN = "identity"


class Elsewhere(Exception):
    """A request would go to another host, or an answer cannot be bounded."""


class _Bounded(httpx2.SyncByteStream):
    """Passes on an answer until it is too large or takes too long."""

    def __init__(self, stream: httpx2.SyncByteStream, within_s: float) -> None:
        self._stream = stream
        self._until = time.monotonic() + within_s

    def __iter__(self) -> Iterator[bytes]:
        left = MOST_BYTES
        for piece in self._stream:
            left -= len(piece)
            if left < 0:
                raise httpx2.ReadError("the answer is too large")
            if time.monotonic() > self._until:  # a server that drips
                raise httpx2.ReadTimeout("the answer takes too long")
            yield piece

    def close(self) -> None:
        self._stream.close()


class Line(httpx2.Client):
    """A client that wakes whoever waits for an answer when it is closed.

    Closing alone leaves a thread that reads from a silent server in its read, and the
    process waits for such threads before it ends.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self.event_hooks["request"].append(self._watch)

    def _watch(self, request: httpx2.Request) -> None:
        request.extensions["trace"] = self._traced

    def _traced(self, event: str, told: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", _SECURED):
            found = told["return_value"].get_extra_info("socket")
            if found is not None:
                self._sockets.add(found)

    def close(self) -> None:
        """Hang up; who waits has an error at once."""
        for one in tuple(self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        super().close()


def line_to(host: str, *, timeout_s: float) -> Line:
    """Return an HTTP client that speaks with one host and no other."""
    return Line(
        follow_redirects=False,
        trust_env=False,
        timeout=timeout_s,
        headers={"accept-encoding": _PLAIN},
        event_hooks={"request": [_only(host)], "response": [_bounded(timeout_s)]},
    )


def _only(host: str) -> Callable[[httpx2.Request], None]:
    def leaves(request: httpx2.Request) -> None:
        if request.url.host != host:
            raise Elsewhere

    return leaves


def _bounded(within_s: float) -> Callable[[httpx2.Response], None]:
    def comes(response: httpx2.Response) -> None:
        stream = response.stream
        packed = response.headers.get(_PACKED, _PLAIN) != _PLAIN
        if packed or not isinstance(stream, httpx2.SyncByteStream):
            raise Elsewhere
        response.stream = _Bounded(stream, within_s)

    return comes
