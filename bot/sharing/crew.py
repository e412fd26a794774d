"""Threads for work that may never come back, and never more than so many of them.

A thread cannot be killed: one that hangs is left behind. So each has a name that is
taken until it ends, and all together are bounded; what finds no place is refused
instead of piling up. They are daemons, so none of them holds up the end of the bot.
"""

import threading
from collections.abc import Callable

MOST_THREADS = 24


class Crew:
    """Sends work out; safe to share between threads.

    Args:
        most: How many may be out at a time, those that hang included.
    """

    def __init__(self, most: int = MOST_THREADS) -> None:
        self._most = most
        self._out: set[str] = set()
        self._lock = threading.Lock()

    def is_out(self, name: str) -> bool:
        """Tell whether work of this name has not come back."""
        with self._lock:
            return name in self._out

    def send(self, name: str, work: Callable[[], None]) -> bool:
        """Begin work in a thread of its own; tell whether there was a place for it."""
        with self._lock:
            if name in self._out or len(self._out) >= self._most:
                return False
            self._out.add(name)
        thread = threading.Thread(
            target=self._run, args=(name, work), name=f"collect {name}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # the machine has no thread left
            self._back(name)
            return False
        return True

    def _run(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            self._back(name)

    def _back(self, name: str) -> None:
        with self._lock:
            self._out.discard(name)
