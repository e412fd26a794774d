"""The diagnostics of an incident: read from the store, collected, redacted.

What a bundle looks like is in `bot/sharing/bundle.py`; who may read it, elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.ports import Collect, Store, Transaction
from bot.readmodels import alerts, board
from bot.readmodels.alert_docs import to_doc
from bot.redact import Redactor
from bot.sharing import bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """Makes bundles.

    Attributes:
        collectors: By name of the integration.
        reader: Makes a session that can only read.
        redactor: Returns what redacts at the time, with the names that are known then.
    """

    store: Store
    redactor: Callable[[], Redactor]
    collectors: Mapping[str, Collect]
    reader: Callable[[], Any]

    def bundle(self, incident: str, now: datetime) -> bytes:
        """Return an incident's bundle as it is now; takes as long as reading takes."""
        subject = self.store.read(lambda tx: _subject(tx, incident, now))
        files = bundle.gather(subject, self.collectors, reader=self.reader)
        return bundle.document(subject, files, self.redactor())


def _subject(tx: Transaction, incident: str, now: datetime) -> bundle.Subject:
    state, _ = board.load(tx, incident)
    found = alerts.of_incident(tx, incident)
    return bundle.Subject(
        incident=incident,
        exercise=state.drill,
        alerts=tuple((one, to_doc(one)) for one in found),
        window=bundle.window_of(found, now),
    )
