"""Where an alert goes, and what follows from it, inside the transaction.

Every alert that was understood comes through `Placing.take`: it opens an incident,
joins one, clears or updates one, or is only counted. Which incident it belongs to is
decided in `bot/domain/grouping.py`; reading the inbox is `bot/intake.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.assistant.suggest import Suggestion
from bot.domain.commands import Clear, Join, Open
from bot.domain.decisions import TOCSIN
from bot.domain.envelope import Alert, Status
from bot.domain.grouping import REOPEN_WINDOW, dedup_digest, in_drill, place
from bot.domain.runbook import Runbook
from bot.domain.severity import Severity
from bot.ports import Transaction
from bot.readmodels import alerts, board
from bot.service import Service

# What the runbooks suggest, best first; asked only when an incident opens.
Suggested = Callable[[], Sequence[Suggestion]]


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one alert.

    Attributes:
        outcome: ``opened``, ``joined``, ``cleared``, ``updated``, ``ignored`` or
            ``test``.
        incident: Its id; "" where the alert belongs to none.
    """

    outcome: str
    incident: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Puts alerts where they belong.

    Attributes:
        runbooks: By id.
        channel: The channel that gets every card.
    """

    service: Service
    runbooks: Mapping[str, Runbook]
    channel: str

    def take(
        self,
        tx: Transaction,
        alert: Alert,
        suggested: Suggested,
        *,
        drill: str = "",
        times: int = 1,
    ) -> Placed:
        """Place one alert and write what follows.

        Args:
            suggested: What the runbooks say to it.
            drill: Id of the drill whose alert it is; "" for the real world.
            times: How many equal alerts it stands for, counted together.
        """
        alert = _counted(in_drill(alert, drill), times)
        now = self.service.clock.now()
        match alert.envelope.status:
            case Status.RESOLVED:
                return self._clear(tx, alert, drill)
            case Status.UPDATE:
                return self._update(tx, alert, drill)
            case Status.TEST:
                return Placed("test")
            case Status.FIRING:
                pass
        if alert.assessment.severity in (Severity.INFO, Severity.NONE):
            return Placed("ignored")
        known = alerts.candidates(
            tx, alert, now=now, reopen=REOPEN_WINDOW, drill=bool(drill)
        )
        placement = place(alert, known, now=now)
        if not placement.incident:
            return self._open(tx, alert, suggested(), drill)
        return self._join(tx, placement.incident, alert, placement.because)

    def _open(
        self, tx: Transaction, alert: Alert, steps: Sequence[Suggestion], drill: str
    ) -> Placed:
        incident = board.next_id(tx)
        alerts.count(tx, incident, alert, because="")
        self._keep_steps(tx, incident, steps)
        actor = f"source:{alert.envelope.source}"
        opening = Open(alert=alert, channel=self.channel, drill=bool(drill))
        self.service.apply(tx, incident, opening, actor=actor)
        return Placed("opened", incident)

    def _join(self, tx: Transaction, incident: str, alert: Alert, why: str) -> Placed:
        alerts.count(tx, incident, alert, because=why)
        events = self.service.apply(
            tx,
            incident,
            Join(alert=alert, because=why),
            actor=f"source:{alert.envelope.source}",
        )
        if not events:
            self.service.redraw(tx, incident)
        return Placed("joined", incident)

    def _clear(self, tx: Transaction, alert: Alert, drill: str) -> Placed:
        incident = _firing(tx, alert, drill)
        if not incident:
            return Placed("ignored")
        self.service.apply(tx, incident, Clear(alert=alert), actor=TOCSIN)
        return Placed("cleared", incident)

    def _update(self, tx: Transaction, alert: Alert, drill: str) -> Placed:
        incident = _firing(tx, alert, drill)
        if not incident:
            return Placed("ignored")
        alerts.count(tx, incident, alert, because="same_problem")
        self.service.redraw(tx, incident)
        return Placed("updated", incident)

    def _keep_steps(
        self, tx: Transaction, incident: str, steps: Sequence[Suggestion]
    ) -> None:
        """Keep the best runbook's steps, from the suggested one on."""
        if not steps:
            return
        best = steps[0]
        runbook = self.runbooks[best.runbook_id]
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


def _counted(alert: Alert, times: int) -> Alert:
    if times == 1:
        return alert
    count = alert.envelope.stands_for * times
    return replace(alert, envelope=replace(alert.envelope, stands_for=count))


def _firing(tx: Transaction, alert: Alert, drill: str) -> str:
    """Return the open incident that has the alert's problem; "" if none."""
    found = tx.tables.execute(
        "SELECT b.id FROM board b JOIN problem p ON p.incident = b.id "
        "WHERE p.dedup = ? AND b.resolved_at IS NULL AND b.drill = ? "
        "ORDER BY b.number DESC LIMIT 1",
        (dedup_digest(alert.envelope), int(bool(drill))),
    )
    return str(found[0]["id"]) if found else ""
