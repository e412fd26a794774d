"""What the clock brings in a drill: injects, judgements, and the end.

A drill's timer is a row, and one look is one transaction: the inject in the inbox,
the entry in the log and the next timer are kept together or not at all. So a crash
at any instant tells every inject once. An alert goes through the same inbox, parser
and card as a real one; that it is a drill's is said by the lane and our own rows.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import drill_decisions
from bot.domain.commands import CloseDrill
from bot.domain.decisions import TOCSIN
from bot.domain.drill import Inject, InjectKind
from bot.domain.drill_decisions import Due
from bot.domain.drill_events import (
    DrillEnded,
    DrillPaused,
    DrillResumed,
    InjectSent,
)
from bot.domain.drill_state import DrillState, Run
from bot.domain.errors import Refusal
from bot.domain.untrusted import Untrusted
from bot.drills.book import TICK, DrillBook, key_of, scenario_of
from bot.gate.admin_door import admin
from bot.plans.rows import open_ids
from bot.ports import Lane, Payload, Received, Timer, Transaction
from bot.ports.gate import Gate
from bot.readmodels import drill_seen, drills
from bot.rules.marks import filled
from bot.sealing import seal_payload
from bot.service import Service

# What people do is looked for this often; the clock itself needs no look.
_EVERY = timedelta(seconds=1)
# Later than this, the bot was down or stuck.
_AWAY = timedelta(seconds=5)
_OVER = Untrusted("the drill is over")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillClock:
    """Keeps the promises of drills.

    Attributes:
        new_item: Makes an ``al_`` id for an alert at a moment.
        told: Called when an alert was put into the inbox, to have it read.
        team: Slack workspace whose gate it is.
    """

    book: DrillBook
    service: Service
    gate: Gate
    new_item: Callable[[datetime], str]
    told: Callable[[], object]
    team: str

    def fire(self, timer: Timer) -> None:
        """Look at a drill's clock; a failure leaves the promise for another try."""
        try:
            if timer.kind == TICK:
                self._look(timer)
        except Exception:  # noqa: BLE001 - one drill must not hold up other timers
            _log.exception("drill %s: the look at its clock failed", timer.about)

    def _look(self, timer: Timer) -> None:
        if self.book.clock.now() - timer.due_at > _AWAY:
            self.book.store.write(lambda tx: self._hold(tx, timer)).result()
        if self.book.store.read(lambda tx: self._due(tx, timer.about)).ends:
            self._take_back_plans(timer.about)
        told = self.book.store.write(lambda tx: self._step(tx, timer)).result()
        if told:
            self.told()

    def _hold(self, tx: Transaction, timer: Timer) -> None:
        """Let the drill's clock stand still for the time nobody looked at it.

        Else a restart of some seconds would swallow an hour of a fast drill.
        """
        drill, now = timer.about, self.book.clock.now()
        if self.book.load(tx, drill)[0].run is Run.RUNNING:
            away = DrillPaused(by=TOCSIN, at=timer.due_at)
            back = DrillResumed(by=TOCSIN, at=now)
            self.book.append(tx, drill, (away, back), actor=TOCSIN)

    def _due(self, tx: Transaction, drill: str) -> Due:
        state, _ = self.book.load(tx, drill)
        now, scenario = self.book.clock.now(), scenario_of(state)
        if scenario is None:
            ended = DrillEnded(because="scenario_erased", at=now)
            events = (ended,) if state.is_open else ()
            return Due(tell=(), events=events, again_at=None)
        seen = drill_seen.look(tx, state)
        return drill_decisions.due(state, scenario, seen, now=now)

    def _step(self, tx: Transaction, timer: Timer) -> bool:
        """Do everything that is due; tell whether an alert was put out."""
        drill = timer.about
        due = self._due(tx, drill)
        state, _ = self.book.load(tx, drill)
        told = tuple(self._tell(tx, drill, one) for one in due.tell)
        if due.ends:
            self._put_away(tx, state)
        self.book.append(tx, drill, (*told, *due.events), actor=TOCSIN)
        self._post(tx, drill, due.tell)
        tx.timers.done(timer.key, due_at=timer.due_at)
        if due.again_at is not None:
            soon = min(due.again_at, self.book.clock.now() + _EVERY)
            again = Timer(key=key_of(drill), kind=TICK, about=drill, due_at=soon)
            tx.timers.set(again)
        return any(one.alert for one in told)

    def _tell(self, tx: Transaction, drill: str, inject: Inject) -> InjectSent:
        """Put an alert where alerts are read; a message is posted afterwards."""
        now, item = self.book.clock.now(), ""
        if inject.kind is InjectKind.ALERT:
            item = self._alert(tx, drill, inject, now)
        kind = inject.kind.value
        return InjectSent(inject=inject.n, kind=kind, alert=item, at=now)

    def _alert(self, tx: Transaction, drill: str, inject: Inject, now: datetime) -> str:
        item = self.new_item(now)
        payload = Payload(
            body=filled(inject.body, now).encode(),
            headers={"content-type": "application/json"},
            received_at=now,
        )
        received = Received(
            id=item,
            lane=Lane.DRILLS,
            source=inject.source,
            key=f"{drill}/{inject.n}",
            received_at=now,
            sealed=seal_payload(self.service.keys, payload, item=item),
        )
        tx.inbox.put(received)
        drills.own(tx, drill, item)
        return item

    def _post(self, tx: Transaction, drill: str, injects: tuple[Inject, ...]) -> None:
        now, view = self.book.clock.now(), self.book.view(tx, drill)
        for inject in injects:
            if inject.kind is not InjectKind.ALERT:
                tx.outbox.post(self.book.draw.told(view, inject), now=now)

    def _put_away(self, tx: Transaction, state: DrillState) -> None:
        """End what the drill opened and people left open."""
        for incident in drill_seen.opened(tx, state):
            self.service.apply(tx, incident, CloseDrill(), actor=TOCSIN)

    def _take_back_plans(self, drill: str) -> None:
        """Take back what waits at the gate; what has run is over anyway."""

        def read(tx: Transaction) -> tuple[str, ...]:
            state, _ = self.book.load(tx, drill)
            opened = drill_seen.opened(tx, state)
            return tuple(plan for one in opened for plan in open_ids(tx, one))

        for plan in self.book.store.read(read):
            by = admin(team=self.team, now=self.book.clock.now())
            try:
                self.gate.cancel(plan, by=by, reason=_OVER)
            except Refusal as no:
                _log.info("plan %s was not taken back: %s", plan, no.code)
