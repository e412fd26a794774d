"""Work that is waited for only so long; it goes on behind, and nobody listens.

Libraries count their time from byte to byte, so a server that drips could hold a
question for hours. Such work is left alone in a thread that ends with the process, and
only so many may be left.
"""

import contextvars
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


_Done = queue.SimpleQueue[tuple[Any, BaseException | None]]


class Busy(Exception):
    """Too much work is still going on; nothing was begun."""


class Late(Exception):
    """The time is over; what the work does now is not heard."""


class Deadline:
    """Runs work with a time limit. Safe for threads.

    Args:
        most: How much may go on at the same time, forgotten work counted.
    """

    def __init__(self, *, most: int) -> None:
        self._room = threading.BoundedSemaphore(most)
        self._waiting: set[_Done] = set()
        self._changing = threading.Lock()

    def run(self, work: Callable[[], T], *, within_s: float) -> T:
        """Return what the work returns, or raise what it raises.

        Raises:
            Busy: It was not begun.
            Late: It takes longer.
        """
        if not self._room.acquire(blocking=False):
            raise Busy
        done: _Done = queue.SimpleQueue()
        with self._changing:
            self._waiting.add(done)
        self._begin(work, done)
        try:
            found, error = done.get(timeout=within_s)
        except queue.Empty:
            raise Late from None
        finally:
            with self._changing:
                self._waiting.discard(done)
        if error is not None:
            raise error
        return found  # type: ignore[no-any-return]

    def _begin(self, work: Callable[[], object], done: _Done) -> None:
        context = contextvars.copy_context()

        def run() -> None:
            try:
                done.put((context.run(work), None))
            except BaseException as error:  # noqa: BLE001 - whoever waits raises it
                done.put((None, error))
            finally:
                self._room.release()

        threading.Thread(target=run, name="model", daemon=True).start()

    def let_go(self) -> None:
        """Have everybody who waits be `Late` now."""
        with self._changing:
            for done in self._waiting:
                done.put((None, Late()))
