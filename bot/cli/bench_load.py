"""A bounded load over keep-alive connections, and its latencies."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

import aiohttp


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request of a load."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of a load.

    Attributes:
        per_s: Answered requests a second over the whole load.
        wrong: Answers with another status than the wanted one.
    """

    per_s: float
    p50_ms: float
    p99_ms: float
    wrong: int


def run_load(posts: Iterable[Post], *, connections: int, wanted: int) -> Load:
    """Send all posts, `connections` at a time."""
    return asyncio.run(_run(list(posts), connections, wanted))


async def _run(posts: Sequence[Post], connections: int, wanted: int) -> Load:
    waiting = iter(posts)
    took_ms: list[float] = []
    wrong = 0
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def sender() -> None:
            nonlocal wrong
            for post in waiting:
                began = time.perf_counter()
                async with session.post(
                    post.url, data=post.body, headers=post.headers
                ) as answer:
                    await answer.read()
                    wrong += answer.status != wanted
                took_ms.append((time.perf_counter() - began) * 1000)

        began = time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(connections)))
        took_s = time.perf_counter() - began
    cut = quantiles(took_ms, n=100)
    return Load(
        per_s=len(took_ms) / took_s, p50_ms=cut[49], p99_ms=cut[98], wrong=wrong
    )
