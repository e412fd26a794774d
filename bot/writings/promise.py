"""Says once in the channel that a promised status update did not come."""

import logging
from dataclasses import dataclass

from bot.domain import telling
from bot.domain.decisions import TOCSIN
from bot.incidents import IncidentBook
from bot.ports import Clock, Store, Timer, Transaction
from bot.readmodels import board

UPDATE_DUE = "writing.update_due"
"""Kind of the timer of a promised status update."""
_log = logging.getLogger(__name__)


def key_of(incident: str) -> str:
    """Return the key of an incident's promise."""
    return f"update-due/{incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePromise:
    """Keeps the timers of kind `UPDATE_DUE`."""

    store: Store
    clock: Clock
    book: IncidentBook

    def fire(self, timer: Timer) -> None:
        """Look whether it came; a failure leaves the promise for another try."""
        try:
            self.store.write(lambda tx: self._keep(tx, timer)).result()
        except Exception:  # noqa: BLE001 - one incident must not hold up other timers
            _log.exception("%s: the look at a promised update failed", timer.about)

    def _keep(self, tx: Transaction, timer: Timer) -> None:
        incident, now = timer.about, self.clock.now()
        state, version = board.load(tx, incident)
        if state.is_open and state.snoozed_until is not None:
            # At rest nobody is called; the promise waits with it.
            due_at = max(state.snoozed_until, now)
            later = Timer(key=timer.key, kind=UPDATE_DUE, about=incident, due_at=due_at)
            tx.timers.set(later)
            return
        events = telling.missed(state, now=now)
        self.book.append(tx, incident, state, events, version=version, actor=TOCSIN)
        tx.timers.done(timer.key, due_at=timer.due_at)
