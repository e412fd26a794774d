"""The diagnostics of an incident: read from the store, collected, redacted.

What a bundle looks like is in `bot/sharing/bundle.py`; who may read it, elsewhere.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.ports import Store, Transaction
from bot.readmodels import alerts, board
from bot.readmodels.alert_docs import to_doc
from bot.redact import Redactor
from bot.sharing.bundle import Bundle, Subject, bundled, window_of
from bot.sharing.gathering import Gathering, Progress

MOST_ALERTS = 200
"""How many different problems of an incident stand in its bundle."""
MASKING_S = 8.0
"""How long masking what was collected may take before the rest is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """Makes bundles."""

    store: Store
    redactor: Redactor
    gathering: Gathering

    def bundle(
        self,
        incident: str,
        *,
        progress: Progress,
        stopping: Callable[[], bool] = bool,
    ) -> Bundle:
        """Return an incident's bundle as it is now; takes as long as reading takes.

        Args:
            progress: Told how many collectors are done.
            stopping: The bot is about to end.

        Raises:
            OutOfTurn: The bot ends.
        """
        clock = self.gathering.clock
        began_at = clock.now()
        subject = self.store.read(lambda tx: _subject(tx, incident, began_at))
        known = [one for one, _ in subject.alerts]
        gathered = self.gathering.gather(
            known,
            subject.window,
            exercise=subject.exercise,
            progress=progress,
            stopping=stopping,
        )
        over_at = time.monotonic() + MASKING_S
        return bundled(
            subject,
            gathered,
            self.redactor,
            began_at=began_at,
            took=lambda: clock.now() - began_at,
            late=lambda: time.monotonic() > over_at,
        )


def _subject(tx: Transaction, incident: str, now: datetime) -> Subject:
    state, _ = board.load(tx, incident)
    found = alerts.of_incident(tx, incident, most=MOST_ALERTS)
    return Subject(
        incident=incident,
        exercise=state.drill,
        alerts=tuple((one, to_doc(one)) for one in found),
        window=window_of(found, now),
        problems=alerts.problem_count(tx, incident),
    )
