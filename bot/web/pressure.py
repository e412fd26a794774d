"""Whether alerts can be kept just now, and how it is told when they cannot.

Alerts are refused for one kind of reason only: what is accepted must be on disk, and
the disk does not keep up or is nearly full. A refusal is 503 with Retry-After, so that
senders keep their alerts and send them again. People see it in the channel, at
/readyz, in the figures and from the doctor, for as long as it lasts.
"""

import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.ports import Clock

# Unread payloads from which on the worker counts as not keeping up.
MOST_WAITING = 200_000
# How long one group of payloads may take to be on disk.
SLOWEST_S = 5.0
# Below this the disk counts as full: what was accepted needs room to be worked on.
LEAST_FREE_BYTES = 64 * 1024 * 1024
RETRY_AFTER_S = 5
# So long after the last refusal it is over.
_OVER_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """Alerts are refused.

    Attributes:
        since: When the first was refused, aware UTC.
        count: How many were refused since then.
        because: Why, as half a sentence.
    """

    since: datetime
    count: int
    because: str


class Pressure:
    """Decides whether a payload may be accepted, and counts those that may not.

    Attributes:
        refused: How many were refused since the start.
        last_count: How many were refused this time, or the last time.

    Args:
        waiting: How many payloads had not been read at the last look.
        slowest_s: How long the write that is on its way takes already, in seconds.
        free_bytes: How much room the disk has.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        waiting: Callable[[], int],
        slowest_s: Callable[[], float],
        free_bytes: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._waiting = waiting
        self._slowest_s = slowest_s
        self._free_bytes = free_bytes
        self._is_full = False
        self._lock = threading.Lock()
        self._now: Refusing | None = None
        self._last_at: datetime | None = None
        self.refused = 0
        self.last_count = 0

    def why_not(self) -> str:
        """Return why nothing can be accepted just now, "" if it can."""
        if self._is_full:
            return "the disk is nearly full"
        if self._waiting() >= MOST_WAITING or self._slowest_s() > SLOWEST_S:
            return "the disk does not keep up"
        return ""

    def refuse(self, because: str) -> None:
        """Count one payload that was refused."""
        now = self._clock.now()
        with self._lock:
            known = self._now
            self._now = Refusing(
                since=known.since if known else now,
                count=(known.count if known else 0) + 1,
                because=because,
            )
            self._last_at = now
            self.refused += 1
            self.last_count = self._now.count

    def look(self) -> Refusing | None:
        """Look at the disk; return what is being refused, None when it is over."""
        self._is_full = self._free_bytes() < LEAST_FREE_BYTES
        with self._lock:
            at = self._last_at
            is_over = at is not None and self._clock.now() - at >= _OVER_AFTER
            if is_over and not self.why_not():
                self._now = self._last_at = None
            return self._now

    def health(self) -> Mapping[str, object]:
        """Return what the readiness page says; nothing while all is kept."""
        now = self._now
        if now is None:
            return {}
        return {
            "alerts_refused": {
                "since": now.since.isoformat(),
                "count": now.count,
                "because": now.because,
            }
        }


def free_bytes_beside(file: Path) -> int:
    """Return how much room the disk has that a file lies on."""
    return shutil.disk_usage(file.parent).free
