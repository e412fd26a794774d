"""Timers: promises that survive a restart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A promise for later.

    Attributes:
        key: Identity; setting it again moves it.
        kind: What to do, e.g. ``incident.nag``.
        about: What it is about, e.g. an incident id.
        due_at: Aware UTC. A missed one fires once, late, and says so.
    """

    key: str
    kind: str
    about: str
    due_at: datetime


class Timers(Protocol):
    """Promises that survive a restart."""

    def set(self, timer: Timer) -> None:
        """Promise, or move what was promised under the same key."""
        ...

    def cancel(self, key: str) -> bool:
        """Take a promise back; tell whether there was one."""
        ...

    def claim(self, *, now: datetime, lease_s: int, limit: int) -> tuple[Timer, ...]:
        """Return what is due, oldest first, and reserve it for `lease_s`."""
        ...

    def done(self, key: str, *, due_at: datetime) -> None:
        """Say that it fired. Does nothing if it was moved meanwhile."""
        ...
