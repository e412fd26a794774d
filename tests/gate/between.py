"""A store in which something else happens between a decision and its transaction."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from bot.ports import Store, Transaction

T = TypeVar("T")


class Between:
    """Keeps `bot.ports.Store` over another one.

    Attributes:
        happens: What happens right before the next writes, each once, in order.
        writes: How many pieces of work were handed over.
    """

    def __init__(self, store: Store, *happens: Callable[[], object]) -> None:
        self.store = store
        self.happens = list(happens)
        self.writes = 0

    def write(self, work: Callable[[Transaction], T]) -> "Future[T]":
        self.writes += 1
        if self.happens:
            self.happens.pop(0)()
        return self.store.write(work)

    def read(self, work: Callable[[Transaction], T]) -> T:
        return self.store.read(work)

    def close(self) -> None:
        self.store.close()
