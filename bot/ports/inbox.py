"""The inbox: what was accepted and must not be lost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol


class Lane(StrEnum):
    """Who reads an inbox item."""

    ALERTS = "alerts"
    SLACK = "slack"
    DRILLS = "drills"
    """Alerts that a drill of ours put here; no door from outside reaches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came in, before anything is understood of it.

    Attributes:
        id: ``al_`` and a ULID for alerts.
        key: Equal for redeliveries; unique within a lane.
        sealed: The raw payload, encrypted.
        raw_sha256: Of the body as it was posted, 64 hex digits; "" where nobody
            needs it as evidence.
    """

    id: str
    lane: Lane
    source: str
    key: str
    received_at: datetime
    sealed: bytes
    raw_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """A kept item and what became of it.

    Attributes:
        raw_sha256: As it was received.
        state: ``new``, ``done`` or ``dead`` (given up; a person must look).
        outcome: Readable, already redacted; {} until it is done.
    """

    id: str
    lane: Lane
    source: str
    received_at: datetime
    sealed: bytes
    state: Literal["new", "done", "dead"]
    attempts: int
    outcome: Mapping[str, Any]
    raw_sha256: str = ""


Renew = Callable[[bytes, str], bytes]
"""Returns what is sealed about an item sealed with the newest key; or as it was."""


class Inbox(Protocol):
    """What was accepted and must not be lost."""

    def put(self, received: Received) -> tuple[str, bool]:
        """Keep an item; return its id and whether it was here before."""
        ...

    def put_all(self, received: Sequence[Received]) -> Sequence[tuple[str, bool]]:
        """Keep several items as `put` does, in order."""
        ...

    def claim(
        self, lane: Lane, *, now: datetime, lease_s: int, limit: int
    ) -> tuple[InboxItem, ...]:
        """Return the oldest unread items and reserve them for `lease_s`.

        At least one where there is any, and then no more than fit into memory.
        """
        ...

    def done_all(self, outcomes: Mapping[str, Mapping[str, Any]]) -> None:
        """Say of several items what `done` says of one, by their ids."""
        ...

    def done(self, item_id: str, outcome: Mapping[str, Any]) -> None:
        """Say what became of an item."""
        ...

    def give_back(
        self, item_id: str, *, because: str, not_before: datetime, dead: bool
    ) -> None:
        """Say that reading failed: try again later, or give it up."""
        ...

    def find(self, item_id: str) -> InboxItem | None:
        """Return one item."""
        ...

    def counts(self, lane: Lane) -> Mapping[str, int]:
        """Return how many items are in each state."""
        ...

    def renew(self, after: int, renew: Renew) -> tuple[int, int]:
        """Seal the next few items anew, in the order of arrival.

        Args:
            after: Where the last call ended; 0 for the first.

        Returns:
            Where this one ended, 0 where nothing is left; and how many it changed.
        """
        ...
