"""When garbage is looked for: where it makes nobody wait.

A full collection stops every thread for as long as it takes to look through all that
lives, which is longer than an answer may take. What stands until the end is not looked
through again, and the rest only when no alerts are coming in.
"""

import gc
import time
from collections.abc import Callable

from bot.heap import give_back, trim

EVERY_S = 60.0
# A flood that lasts makes it happen all the same.
AT_LEAST_EVERY_S = 600.0
# Young objects are looked through as ever, a few milliseconds at most.
_YOUNG, _MIDDLE = 2_000, 10
_NEVER = 2**31 - 1


class Garbage:
    """Decides when a full collection may be.

    Args:
        is_busy: Tells whether alerts are coming in just now.
        now_s: A clock that only goes forward.
    """

    def __init__(
        self,
        is_busy: Callable[[], bool],
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_busy = is_busy
        self._now_s = now_s
        self._looked_s = now_s()

    def look(self) -> bool:
        """Look through everything, unless somebody would wait; tell whether it did."""
        late = self._now_s() - self._looked_s >= AT_LEAST_EVERY_S
        if self._is_busy() and not late:
            return False
        give_back()
        gc.freeze()
        self._looked_s = self._now_s()
        return True


def hold() -> None:
    """Look for none while the house is put together: what is made then stays."""
    gc.disable()


def settle() -> None:
    """Take all that is loaded for what stays, and let full collections be ours.

    What loading left behind is not looked for: of 330,000 objects 2,000 would go, and
    finding them takes longer than the whole garbage of an hour.
    """
    trim()
    gc.freeze()
    gc.enable()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
