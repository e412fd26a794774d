"""Work that is waited for only so long; it goes on behind, and nobody listens.

Libraries count their time from byte to byte, so a server that drips could hold a
question for hours. Such work is left alone in a thread that ends with the process, and
only so many may be left.
"""

import contextvars
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


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

    def run(self, work: Callable[[], T], *, within_s: float) -> T:
        """Return what the work returns, or raise what it raises.

        Raises:
            Busy: It was not begun.
            Late: It takes longer.
        """
        if not self._room.acquire(blocking=False):
            raise Busy
        done: queue.SimpleQueue[tuple[T | None, BaseException | None]]
        done = queue.SimpleQueue()

        def run() -> None:
            try:
                done.put((context.run(work), None))
            except BaseException as error:  # noqa: BLE001 - whoever waits raises it
                done.put((None, error))
            finally:
                self._room.release()

        context = contextvars.copy_context()
        threading.Thread(target=run, name="model", daemon=True).start()
        try:
            found, error = done.get(timeout=within_s)
        except queue.Empty:
            raise Late from None
        if error is not None:
            raise error
        return found  # type: ignore[return-value]
