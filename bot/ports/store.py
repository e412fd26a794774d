"""One transaction over the log, the queues and plain rows."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from bot.ports.inbox import Inbox
from bot.ports.log import EventLog, NewEntry
from bot.ports.outbox import Outbox, Post, Whisper
from bot.ports.timers import Timers

T = TypeVar("T")


class Guard(Protocol):
    """What every readable text passes on its way into the store."""

    def entry(self, entry: NewEntry) -> NewEntry:
        """Return an entry of the log with words that may be kept."""
        ...

    def post(self, post: Post) -> Post:
        """Return a message that may lie in the outbox."""
        ...

    def whisper(self, whisper: Whisper) -> Whisper:
        """Return a message to one person that may lie in the outbox."""
        ...


class Tables(Protocol):
    """Plain rows beside the log: read models and what is not an event."""

    def execute(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """Run one statement of the common SQL subset; return its rows."""
        ...


class Transaction(Protocol):
    """Everything a piece of work may touch; all of it is kept, or nothing."""

    @property
    def worked_out(self) -> dict[str, Any]:
        """Return what this piece of work has worked out so far, to be used again.

        It begins empty with each piece of work, is emptied when words are erased, and
        is nowhere else. Whoever uses it makes sure that it is still so.
        """
        ...

    @property
    def log(self) -> EventLog: ...  # noqa: D102 - named by its type
    @property
    def inbox(self) -> Inbox: ...  # noqa: D102
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102
    @property
    def timers(self) -> Timers: ...  # noqa: D102
    @property
    def tables(self) -> Tables: ...  # noqa: D102


class Store(Protocol):
    """Where everything lives."""

    def write(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Run `work` in a transaction; the future is done once it is durable.

        Pieces of work are run one after another and committed in groups. If
        `work` raises, its own changes are undone and the future has the error.
        """
        ...

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` on a snapshot, in the caller's thread. It must not write."""
        ...

    def close(self) -> None:
        """Finish what was accepted, then close."""
        ...
