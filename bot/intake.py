"""The alert worker: from a kept payload to incidents.

Reads the inbox, asks `bot/triage.py` what a payload means, and hands each alert to
`bot/placing.py`, all of a payload in one transaction. What a payload means and where
an alert belongs is not decided here.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bot.assistant.suggest import Suggestion
from bot.domain.envelope import Alert
from bot.domain.errors import Tampered
from bot.placing import Placing
from bot.ports import InboxItem, Lane, Payload, Transaction
from bot.readmodels import drills
from bot.sealing import unseal_payload
from bot.service import Service
from bot.triage import Triaged

_LEASE_S = 30
_BATCH = 64
_log = logging.getLogger(__name__)

# Payload, source and alert id to what the payload means.
Triage = Callable[[Payload, str, str], Triaged]
# What the runbooks suggest for an alert, best first.
Suggest = Callable[[Alert], Sequence[Suggestion]]


class Intake:
    """Turns kept payloads into incidents, one after another."""

    def __init__(
        self,
        *,
        service: Service,
        triage: Triage,
        suggest: Suggest,
        placing: Placing,
    ) -> None:
        self._service = service
        self._triage = triage
        self._suggest = suggest
        self._placing = placing

    def step(self) -> int:
        """Read one batch; return how many items it had."""
        now = self._service.clock.now()
        items = self._service.store.write(
            lambda tx: tuple(
                item
                for lane in (Lane.ALERTS, Lane.DRILLS)
                for item in tx.inbox.claim(
                    lane, now=now, lease_s=_LEASE_S, limit=_BATCH
                )
            )
        ).result()
        waiting = [self._read(item) for item in items]
        for item, done in zip(items, waiting, strict=True):
            error = done.exception() if done is not None else None
            if error is not None:
                self._give_back(item, error)
        return len(items)

    def _read(self, item: InboxItem) -> Any:
        try:
            triaged = self._understand(item)
        except Tampered as error:
            self._give_back(item, error)
            return None
        return self._service.store.write(lambda tx: self._absorb(tx, item, triaged))

    def _understand(self, item: InboxItem) -> Triaged:
        payload: Payload = unseal_payload(
            self._service.keys, item.sealed, item=item.id, at=item.received_at
        )
        return self._triage(payload, item.source, item.id)

    def _give_back(self, item: InboxItem, error: BaseException) -> None:
        _log.error("alert %s was not read: %s", item.id, type(error).__name__)
        because = getattr(error, "code", type(error).__name__)
        self._service.give_back(item.id, because=because).result()

    # --- inside the transaction ---

    def _absorb(self, tx: Transaction, item: InboxItem, found: Triaged) -> None:
        drill = drills.owner(tx, item.id) if item.lane is Lane.DRILLS else ""
        if item.lane is Lane.DRILLS and not drill:
            tx.inbox.done(item.id, {"outcome": "ignored", "problem": "drill_over"})
            return
        placed = {
            alert.id: self._placing.take(
                tx, alert, partial(self._suggest, alert), drill=drill
            )
            for alert in found.alerts
        }
        incidents = [one.incident for one in placed.values() if one.incident]
        worst = found.worst
        tx.inbox.done(
            item.id,
            {
                "outcome": found.outcome,
                "incident": incidents[0] if incidents else "",
                "problem": found.problem,
                "alerts": {
                    alert: f"{one.outcome} {one.incident}".strip()
                    for alert, one in placed.items()
                },
                "severity": worst.assessment.severity if worst else "NONE",
            },
        )
