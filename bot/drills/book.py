"""The drills' streams: load, append, project, redraw, in one transaction.

For drills this is what `bot/plans/book.py` is for plans. What may happen is decided
in `bot/domain/drill_decisions.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.codec import decode_drill, encode
from bot.domain.decisions import TOCSIN
from bot.domain.drill import Scenario
from bot.domain.drill_events import (
    DrillEnded,
    DrillEvent,
    DrillPaused,
    DrillRefused,
    DrillResumed,
    DrillStopped,
)
from bot.domain.drill_state import DrillState, Run, fold_drill
from bot.domain.errors import Refusal
from bot.ports import Clock, NewEntry, Store, Timer, Transaction
from bot.ports.drills import DrillPresenter, DrillView
from bot.readmodels import drill_seen, drills
from bot.readmodels.drills import DRILL_STREAM, DrillRow
from bot.rules.drill_file import from_text

TICK = "drill.tick"
_SAID: Mapping[type[DrillEvent], str] = {
    DrillPaused: "paused",
    DrillResumed: "resumed",
    DrillStopped: "stopped",
    DrillEnded: "ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillBook:
    """Reads and writes the streams of drills."""

    store: Store
    clock: Clock
    draw: DrillPresenter

    def load(self, tx: Transaction, drill: str) -> tuple[DrillState, int]:
        """Return a run's state and the version of its stream."""
        entries = tx.log.load(DRILL_STREAM + drill)
        events = (decode_drill(e.kind, e.body, e.words) for e in entries)
        return fold_drill(events), len(entries)

    def view(self, tx: Transaction, drill: str) -> DrillView:
        """Return a run as people see it."""
        state, _ = self.load(tx, drill)
        judged = [one.after_s is not None for one in state.judged.values()]
        return DrillView(
            id=drill,
            state=state,
            scenario=scenario_of(state),
            clock_s=state.clock_s(state.ended_at or self.clock.now()),
            incidents=drill_seen.opened(tx, state),
            met=sum(judged),
            missed=len(judged) - sum(judged),
        )

    def append(
        self, tx: Transaction, drill: str, events: Sequence[DrillEvent], *, actor: str
    ) -> None:
        """Write what was decided, with the row, the message and the lines."""
        if not events:
            return
        _, version = self.load(tx, drill)
        entries = [_entry(event, at=self.clock.now(), actor=actor) for event in events]
        stream = DRILL_STREAM + drill
        tx.log.append(stream, expected_version=version, entries=entries)
        state, _ = self.load(tx, drill)
        row = DrillRow(
            id=drill,
            scenario=state.scenario,
            run=state.run.value,
            started_at=state.started_at or self.clock.now(),
        )
        drills.keep(tx, row, over=state.run is Run.ENDED)
        self._show(tx, drill, events, version=version, actor=actor)

    def refused(
        self, tx: Transaction, drill: str, command: str, no: Refusal, *, actor: str
    ) -> None:
        """Write down that somebody was refused; nothing where no drill is open."""
        if not drill:
            return
        now = self.clock.now()
        event = DrillRefused(command=command, code=no.code, by=actor, at=now)
        _, version = self.load(tx, drill)
        entry = _entry(event, at=self.clock.now(), actor=actor)
        tx.log.append(DRILL_STREAM + drill, expected_version=version, entries=[entry])

    def wake(self, tx: Transaction, drill: str) -> None:
        """Have the drill's clock looked at now."""
        now = self.clock.now()
        tx.timers.set(Timer(key=key_of(drill), kind=TICK, about=drill, due_at=now))

    def _show(
        self,
        tx: Transaction,
        drill: str,
        events: Sequence[DrillEvent],
        *,
        version: int,
        actor: str,
    ) -> None:
        now, view = self.clock.now(), self.view(tx, drill)
        tx.outbox.post(self.draw.announcement(view), now=now)
        for number, event in enumerate(events, version):
            what = _SAID.get(type(event))
            if what and not (isinstance(event, DrillPaused) and actor == TOCSIN):
                key = f"drill/{drill}/{number}"
                tx.outbox.post(self.draw.said(view, key, what, actor), now=now)


def key_of(drill: str) -> str:
    """Return the key of a drill's timer."""
    return f"{TICK}/{drill}"


def scenario_of(state: DrillState) -> Scenario | None:
    """Return the scenario a run was started with; None where it was erased."""
    return None if state.text is None else from_text(state.text.for_redaction())


def _entry(event: DrillEvent, *, at: datetime, actor: str) -> NewEntry:
    kind, body, words = encode(event)
    return NewEntry(kind=kind, at=at, actor=actor, body=body, words=words)
