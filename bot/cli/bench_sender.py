"""A sender of alerts for benchmarks: keep-alive connections, and little else.

It writes requests that were made beforehand and reads no more of an answer than it
must, so that on one core it is faster than what it measures. With a rate, posts are
due at fixed times and a latency counts from then: a slow answer that holds up the next
post makes that one late too.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of a load.

    Attributes:
        per_s: Answers a second over the whole load.
        wrong: Answers with another status than the wanted one.
    """

    per_s: float
    p50_ms: float
    p99_ms: float
    wrong: int


def request(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a POST as the bytes that go over the wire (HTTP/1.1, RFC 9112)."""
    parts = urlsplit(url)
    lines = [
        f"POST {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + _END + body


def send(
    url: str,
    requests: Sequence[bytes],
    *,
    connections: int,
    wanted: int,
    per_s: float | None = None,
) -> Sent:
    """Send all requests, over so many connections at once.

    Args:
        per_s: How many are due a second; None for as fast as answers come.
    """
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_send(url, requests, connections, wanted, per_s))


@contextmanager
def on_one_core() -> Iterator[int | None]:
    """Keep this process on its last core meanwhile; yields which, None if it cannot.

    What is measured is another process and may use every core.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    before = os.sched_getaffinity(0)
    core = max(before)
    os.sched_setaffinity(0, {core})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, before)


async def _send(
    url: str,
    requests: Sequence[bytes],
    connections: int,
    wanted: int,
    per_s: float | None,
) -> Sent:
    parts = urlsplit(url)
    waiting = iter(enumerate(requests))
    took_ms: list[float] = []
    wrong = 0
    began = time.perf_counter()

    async def sender() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number, one in waiting:
            due = began + number / per_s if per_s else time.perf_counter()
            if (early_s := due - time.perf_counter()) > 0:
                await asyncio.sleep(early_s)
            writer.write(one)
            wrong += await _status(reader) != wanted
            took_ms.append((time.perf_counter() - due) * 1000)
        writer.close()

    await asyncio.gather(*(sender() for _ in range(connections)))
    took_s = time.perf_counter() - began
    cut = quantiles(took_ms, n=100)
    return Sent(
        per_s=len(took_ms) / took_s, p50_ms=cut[49], p99_ms=cut[98], wrong=wrong
    )


async def _status(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end; return its status."""
    head = await reader.readuntil(_END)
    _, _, length = head.lower().partition(b"content-length:")
    if length:
        await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
    return int(head[9:12])
