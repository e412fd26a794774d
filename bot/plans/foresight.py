"""A piece of work is worked out on a snapshot first, and its transaction only compares.

What work reads and writes is noted in order as it is worked out in the caller's thread.
The transaction goes through the notes: everything read must read the same again, and
what was written is written. One answer that differs undoes the piece, and it is worked
out again; the last time within the transaction itself. So what commits is what the work
would have done there, while the one writer waits for neither policies nor cards.

Where that cannot be told beforehand, such as what stands in an entry that the work
itself appends, the work runs within the transaction as it is.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar, cast

from bot.domain.errors import Conflict
from bot.plans.foreseen import Differs, Foreseen, Step, Unforeseeable
from bot.ports import Clock, Store, Transaction

T = TypeVar("T")
# Facts hold that long: what is older when its turn comes is decided again.
_HOLDS = timedelta(seconds=1)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class TooLate:
    """What a transaction answers that wrote nothing: something else came first."""


TOO_LATE = TooLate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """Writes what was worked out beforehand. Safe for threads.

    Attributes:
        turn: One is worked out at a time, until it is durable: two at once are sooner
            for nobody where one interpreter computes, often too late, and keep the
            writer from going on with what the first one waits for. Whoever writes
            without foresight, such as a stop of everything, does not wait here.
    """

    turn: threading.Lock = field(default_factory=threading.Lock)

    def write(
        self, store: Store, work: Callable[[Transaction], T], *, clock: Clock
    ) -> T:
        """Return what `work` answers once all that it wrote is durable.

        Args:
            work: May be called several times; only the last time counts. It changes
                nothing but through its transaction.

        Raises:
            Exception: Whatever `work` raises; then nothing was written.
        """
        with self.turn:
            for _ in range(_TRIES):
                try:
                    answer = _once(store, work, clock)
                except Unforeseeable:
                    break
                if not isinstance(answer, TooLate):
                    return answer
            return store.write(work).result()


def _once(store: Store, work: Callable[[Transaction], T], clock: Clock) -> T | TooLate:
    at = clock.now()

    def foresee(tx: Transaction) -> tuple[T, Sequence[Step]]:
        notes = Foreseen(tx)
        answer = work(cast("Transaction", notes))
        return answer, notes.steps()

    answer, steps = store.read(foresee)
    if not any(step.writes for step in steps):
        return answer

    def keep(tx: Transaction) -> T:
        if abs(clock.now() - at) > _HOLDS:
            raise Differs
        for step in steps:
            step.run(tx)
        return answer

    try:
        return store.write(keep).result()
    except (Differs, Conflict):
        return TOO_LATE
