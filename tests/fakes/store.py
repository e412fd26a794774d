"""A store in memory: an inbox and an outbox, one piece of work at a time.

It has no log, timers or tables: whoever asks for those needs the real store.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from bot.ports import EventLog, Tables, Timers, Transaction
from tests.fakes.inbox import FakeInbox
from tests.fakes.outbox import FakeOutbox

T = TypeVar("T")


class FakeTransaction:
    """Keeps as much of `bot.ports.Transaction` as the Slack room touches."""

    def __init__(self) -> None:
        self.inbox = FakeInbox()
        self.outbox = FakeOutbox()

    @property
    def worked_out(self) -> dict[str, Any]:
        return {}

    @property
    def log(self) -> EventLog:
        raise NotImplementedError

    @property
    def timers(self) -> Timers:
        raise NotImplementedError

    @property
    def tables(self) -> Tables:
        raise NotImplementedError


class FakeStore:
    """Keeps `bot.ports.Store`; work is done before `write` returns."""

    def __init__(self) -> None:
        self.kept = FakeTransaction()
        self._one_at_a_time = threading.RLock()

    @property
    def outbox(self) -> FakeOutbox:
        return self.kept.outbox

    @property
    def inbox(self) -> FakeInbox:
        return self.kept.inbox

    def write(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Run `work`; the future is done."""
        done: Future[T] = Future()
        with self._one_at_a_time:
            try:
                done.set_result(work(self.kept))
            except Exception as failed:  # noqa: BLE001 - the future carries it
                done.set_exception(failed)
        return done

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run `work`."""
        with self._one_at_a_time:
            return work(self.kept)

    def close(self) -> None:
        """Nothing to close."""
