"""How many requests one address may send in a minute, whatever came of them.

Hits and misses count alike: a limit that only counts failures tells which is which.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

PER_MINUTE = 120
_WINDOW = timedelta(minutes=1)
_MOST_ADDRESSES = 10_000


class Pace:
    """Counts requests by address in windows of a minute."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._per_minute = per_minute
        self._counts: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def may(self, address: str, now: datetime) -> bool:
        """Count one request; tell whether it may be served."""
        since, count = self._counts.pop(address, (now, 0))
        if not timedelta(0) <= now - since < _WINDOW:
            since, count = now, 0
        self._counts[address] = since, count + 1
        # The address that has been silent longest is forgotten first.
        while len(self._counts) > _MOST_ADDRESSES:
            self._counts.popitem(last=False)
        return count < self._per_minute
