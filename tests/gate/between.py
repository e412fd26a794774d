"""A store in which something else happens between a decision and its transaction."""

from collections.abc import Callable
from concurrent.futures import Future
from copy import copy
from dataclasses import replace
from typing import TypeVar

from bot.plans.foresight import Foresight
from bot.ports import Store, Transaction
from tests.gate.stage import GateStage

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


def meanwhile(stage: GateStage, *happens: Callable[[], object]) -> GateStage:
    """Return the same stage, where something comes first once it has decided.

    It takes no turns with the other one: what comes first is like another process.
    """
    other = copy(stage)
    book = replace(stage.gate.book, foresight=Foresight())
    store = Between(stage.core.store, *happens)
    other.gate = replace(stage.gate, store=store, book=book)
    return other
