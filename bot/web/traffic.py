"""Whether alerts are coming in just now, so that the worker gives way to them.

Both share one interpreter. An answer is due in milliseconds, a card within a second:
while payloads are on their way the worker takes small bites and rests in between.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

# So long after the last payload more are expected.
CALM_AFTER_S = 0.05
# While alerts come in, the worker rests this many times as long as it worked.
_REST = 9.0
_LONGEST_REST_S = 0.25
_LOOK_EVERY_S = 0.002


class Traffic:
    """Counts payloads on their way. The loop's thread counts, the worker asks."""

    def __init__(self) -> None:
        self._passing = 0
        self._last_s = 0.0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Count one payload for as long as the block lasts."""
        self._passing += 1
        try:
            yield
        finally:
            self._passing -= 1
            self._last_s = time.monotonic()

    def quiet_s(self) -> float:
        """Return how long none has come in; infinite before the first."""
        if self._passing:
            return 0.0
        return time.monotonic() - self._last_s if self._last_s else math.inf

    def is_busy(self) -> bool:
        """Tell whether alerts are coming in."""
        return self.quiet_s() < CALM_AFTER_S

    def give_way(self, worked_s: float) -> None:
        """Wait while alerts come in, but no longer than the worker can afford."""
        until = time.monotonic() + min(_REST * worked_s, _LONGEST_REST_S)
        while self.is_busy() and time.monotonic() < until:
            time.sleep(_LOOK_EVERY_S)
