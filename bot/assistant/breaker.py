"""Leaves a model alone that failed several times in a row, for a while.

After the rest one question may try; it ends the rest, or makes the next one longer.
It remembers nothing over a restart: then one question finds out again.
"""

import threading
from datetime import datetime, timedelta

_FAILURES = 3
_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=10)


class Breaker:
    """For one model. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = _FIRST_REST
        self._until: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Tell whether the model may be asked; after a rest, the first one may."""
        with self._lock:
            if self._until is None:
                return True
            if now < self._until:
                return False
            self._until = now + self._rest
            return True

    def worked(self) -> None:
        """Say that the model answered, whatever it said."""
        with self._lock:
            self._failures, self._rest, self._until = 0, _FIRST_REST, None

    def failed(self, now: datetime) -> None:
        """Say that it did not answer."""
        with self._lock:
            self._failures += 1
            if self._failures < _FAILURES:
                return
            if self._failures > _FAILURES:
                self._rest = min(self._rest * 2, _LONGEST_REST)
            self._until = now + self._rest
