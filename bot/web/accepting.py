"""Keeps what doors accepted, everything that gathered meanwhile in one piece of work.

One write is on its way at a time; what arrives until it is durable is the next one.
So nobody waits for a group to fill, and a flood costs a commit for many payloads
instead of one for each.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from bot.domain.errors import TocsinError
from bot.ports import Received

Kept = tuple[str, bool]
MOST_AT_ONCE = 256


class Accepting:
    """For the doors of one event loop.

    Args:
        keep: Keeps several items durably, in one piece; `Service.accept_all`.
    """

    def __init__(
        self, keep: Callable[[Sequence[Received]], "Future[Sequence[Kept]]"]
    ) -> None:
        self._keep = keep
        self._waiting: list[tuple[Received, asyncio.Future[Kept]]] = []
        self._began_s = 0.0

    @property
    def oldest_s(self) -> float:
        """How long the write that is on its way takes already; 0.0 without one."""
        return time.monotonic() - self._began_s if self._began_s else 0.0

    async def keep(self, received: Received) -> Kept:
        """Keep an item; return its id and whether it was here before.

        Raises:
            TocsinError: It could not be kept, or nobody knows.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Kept] = loop.create_future()
        self._waiting.append((received, done))
        if not self._began_s:
            self._began_s = time.monotonic()
            # At the end of this turn of the loop: what else is in it comes along.
            loop.call_soon(self._write, loop)
        return await done

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        group = self._waiting[:MOST_AT_ONCE]
        del self._waiting[:MOST_AT_ONCE]
        if not group:
            self._began_s = 0.0
            return
        self._began_s = time.monotonic()
        try:
            kept = self._keep([received for received, _ in group])
        except TocsinError as error:
            self._answer(loop, group, error)
            return
        kept.add_done_callback(
            lambda done: loop.call_soon_threadsafe(
                self._answer, loop, group, done.exception() or done.result()
            )
        )

    def _answer(
        self,
        loop: asyncio.AbstractEventLoop,
        group: Sequence[tuple[Received, "asyncio.Future[Kept]"]],
        kept: Sequence[Kept] | BaseException,
    ) -> None:
        for place, (_, done) in enumerate(group):
            if done.done():
                continue
            if isinstance(kept, BaseException):
                done.set_exception(kept)
            else:
                done.set_result(kept[place])
        self._write(loop)
