"""The budget: how much one text may cost before it is withheld.

Sizes and counts, and a time if the caller lends a clock: this room has none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.redact.findings import Withheld

# Larger texts are sealed, not shown; intake takes no larger body either.
MAX_BYTES = 1 << 20
# A text with more candidates than this is not checked in time.
MAX_CANDIDATES = 50_000
# All rules over the largest text read some 700 MiB; decoded readings add to it. RE2
# reads a gigabyte in a second or two, so this is a limit in time that needs no clock.
MAX_READ_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one text may cost.

    Attributes:
        max_bytes: Size as UTF-8.
        max_candidates: Places that a rule found and a check had to look at.
        max_read_bytes: What all rules together may read of all readings.
        seconds: How long it may take by `clock`; None for no limit.
        clock: Seconds that only grow, as `time.monotonic`; None with `seconds` None.
    """

    max_bytes: int = MAX_BYTES
    max_candidates: int = MAX_CANDIDATES
    max_read_bytes: int = MAX_READ_BYTES
    seconds: float | None = None
    clock: Callable[[], float] | None = None

    def begin(self) -> "Spending":
        """Begin to spend on one text."""
        return Spending(self)


class Spending:
    """What one text has cost so far.

    Attributes:
        candidates: Places that had to be looked at.
        read_bytes: What the rules have read, again and again counted again.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.candidates = 0
        self.read_bytes = 0
        self._until: float | None = None
        if budget.clock is not None and budget.seconds is not None:
            self._until = budget.clock() + budget.seconds

    def spend(self, *, candidates: int, read_bytes: int) -> None:
        """Count one search of one rule.

        Raises:
            Withheld: There were too many candidates, or too much was read.
        """
        self.candidates += candidates
        self.read_bytes += read_bytes
        if self.candidates > self._budget.max_candidates:
            raise Withheld.too_dense(limit=self._budget.max_candidates)
        if self.read_bytes > self._budget.max_read_bytes:
            raise Withheld.too_dense(limit=self._budget.max_read_bytes)

    def look_at_the_clock(self) -> None:
        """Ask whether there is time left, between two rules.

        Raises:
            Withheld: There is none.
        """
        clock, until = self._budget.clock, self._until
        if clock is not None and until is not None and clock() > until:
            raise Withheld.too_slow(seconds=self._budget.seconds or 0.0)
