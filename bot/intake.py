"""The alert worker: from a kept payload to incidents.

Reads the inbox, asks `bot/triage.py` what a payload means, places each alert and
writes everything that follows in one transaction. Grouping rules live in
`bot/domain/grouping.py`; what a payload means is not decided here.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.assistant.suggest import Suggestion
from bot.domain.commands import Clear, Join, Open
from bot.domain.decisions import TOCSIN
from bot.domain.envelope import Alert, Status
from bot.domain.errors import Tampered
from bot.domain.grouping import REOPEN_WINDOW, dedup_digest, in_drill, place
from bot.domain.runbook import Runbook
from bot.domain.severity import Severity
from bot.ports import InboxItem, Lane, Payload, Transaction
from bot.readmodels import alerts, board, drills
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A payload's alerts with what the runbooks suggest for each."""

    triaged: Triaged
    suggested: Mapping[str, Sequence[Suggestion]]


class Intake:
    """Turns kept payloads into incidents, one after another."""

    def __init__(
        self,
        *,
        service: Service,
        triage: Triage,
        suggest: Suggest,
        runbooks: Mapping[str, Runbook],
        channel: str,
    ) -> None:
        self._service = service
        self._triage = triage
        self._suggest = suggest
        self._runbooks = runbooks
        self._channel = channel

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
            understood = self._understand(item)
        except Tampered as error:
            self._give_back(item, error)
            return None
        return self._service.store.write(lambda tx: self._absorb(tx, item, understood))

    def _understand(self, item: InboxItem) -> Understood:
        payload: Payload = unseal_payload(
            self._service.keys, item.sealed, item=item.id, at=item.received_at
        )
        triaged = self._triage(payload, item.source, item.id)
        suggested = {one.id: self._suggest(one) for one in triaged.alerts}
        return Understood(triaged=triaged, suggested=suggested)

    def _give_back(self, item: InboxItem, error: BaseException) -> None:
        _log.error("alert %s was not read: %s", item.id, type(error).__name__)
        because = getattr(error, "code", type(error).__name__)
        self._service.give_back(item.id, because=because).result()

    # --- inside the transaction ---

    def _absorb(self, tx: Transaction, item: InboxItem, found: Understood) -> None:
        drill = drills.owner(tx, item.id) if item.lane is Lane.DRILLS else ""
        if item.lane is Lane.DRILLS and not drill:
            tx.inbox.done(item.id, {"outcome": "ignored", "problem": "drill_over"})
            return
        placed: dict[str, str] = {}
        incidents: list[str] = []
        for alert in found.triaged.alerts:
            steps = found.suggested[alert.id]
            outcome, incident = self._place(tx, in_drill(alert, drill), steps, drill)
            placed[alert.id] = f"{outcome} {incident}".strip()
            incidents += [incident] if incident else []
        worst = found.triaged.worst
        tx.inbox.done(
            item.id,
            {
                "outcome": found.triaged.outcome,
                "incident": incidents[0] if incidents else "",
                "problem": found.triaged.problem,
                "alerts": placed,
                "severity": worst.assessment.severity if worst else "NONE",
            },
        )

    def _place(
        self, tx: Transaction, alert: Alert, steps: Sequence[Suggestion], drill: str
    ) -> tuple[str, str]:
        now = self._service.clock.now()
        known = alerts.candidates(
            tx, alert, now=now, reopen=REOPEN_WINDOW, drill=bool(drill)
        )
        match alert.envelope.status:
            case Status.RESOLVED:
                return self._clear(tx, alert, drill)
            case Status.UPDATE:
                return self._update(tx, alert, drill)
            case Status.TEST:
                return ("test", "")
            case Status.FIRING:
                pass
        if alert.assessment.severity in (Severity.INFO, Severity.NONE):
            return ("ignored", "")
        placement = place(alert, known, now=now)
        if not placement.incident:
            return ("opened", self._open(tx, alert, steps, drill))
        self._join(tx, placement.incident, alert, placement.because)
        return ("joined", placement.incident)

    def _open(
        self, tx: Transaction, alert: Alert, steps: Sequence[Suggestion], drill: str
    ) -> str:
        incident = board.next_id(tx)
        alerts.count(tx, incident, alert, because="")
        self._keep_steps(tx, incident, steps)
        actor = f"source:{alert.envelope.source}"
        opening = Open(alert=alert, channel=self._channel, drill=bool(drill))
        self._service.apply(tx, incident, opening, actor=actor)
        return incident

    def _join(self, tx: Transaction, incident: str, alert: Alert, why: str) -> None:
        alerts.count(tx, incident, alert, because=why)
        events = self._service.apply(
            tx,
            incident,
            Join(alert=alert, because=why),
            actor=f"source:{alert.envelope.source}",
        )
        if not events:
            self._service.redraw(tx, incident)

    def _clear(self, tx: Transaction, alert: Alert, drill: str) -> tuple[str, str]:
        incident = _firing(tx, alert, drill)
        if not incident:
            return ("ignored", "")
        self._service.apply(tx, incident, Clear(alert=alert), actor=TOCSIN)
        return ("cleared", incident)

    def _update(self, tx: Transaction, alert: Alert, drill: str) -> tuple[str, str]:
        incident = _firing(tx, alert, drill)
        if not incident:
            return ("ignored", "")
        alerts.count(tx, incident, alert, because="same_problem")
        self._service.redraw(tx, incident)
        return ("updated", incident)

    def _keep_steps(
        self, tx: Transaction, incident: str, steps: Sequence[Suggestion]
    ) -> None:
        """Keep the best runbook's steps, from the suggested one on."""
        if not steps:
            return
        best = steps[0]
        runbook = self._runbooks[best.runbook_id]
        for position, step in enumerate(runbook.steps):
            if step.number < best.step:
                continue
            tx.tables.execute(
                "INSERT INTO suggested (incident, position, runbook, title, step, "
                "text, why) VALUES (?,?,?,?,?,?,?)",
                (
                    incident,
                    position,
                    best.runbook_id,
                    best.title,
                    step.number,
                    step.text,
                    best.why,
                ),
            )


def _firing(tx: Transaction, alert: Alert, drill: str) -> str:
    """Return the open incident that has the alert's problem; "" if none."""
    found = tx.tables.execute(
        "SELECT b.id FROM board b JOIN problem p ON p.incident = b.id "
        "WHERE p.dedup = ? AND b.resolved_at IS NULL AND b.drill = ? "
        "ORDER BY b.number DESC LIMIT 1",
        (dedup_digest(alert.envelope), int(bool(drill))),
    )
    return str(found[0]["id"]) if found else ""
