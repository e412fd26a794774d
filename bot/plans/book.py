"""The plans' streams: load, decide, append, project, redraw, in one transaction.

For plans this is what `bot/service.py` is for incidents. What may happen is decided
in `bot/domain/action_decisions.py`; facts come from `bot/plans/gatekeeper.py`;
effects are made by `bot/gate/executor.py` and nowhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import TypeVar

from bot.domain.action import ActionState, evolve, fold
from bot.domain.action_commands import ActionCommand, Mirror
from bot.domain.action_decisions import decide_action
from bot.domain.action_events import ActionEvent, ActionRefused, ActionShown
from bot.domain.action_facts import GateFacts
from bot.domain.action_table import Stage
from bot.domain.codec import decode_action, encode
from bot.domain.errors import Refusal
from bot.domain.gate_rules import GateRules
from bot.domain.ruling import Ruling
from bot.plans import noes
from bot.plans.foresight import Foresight
from bot.ports import Clock, NewEntry, Store, Timer, Transaction
from bot.readmodels.timeline import ACTION_STREAM

EXPIRE, LEASE = "gate.expire", "gate.lease"
VERIFY, MEASURE = "gate.verify", "gate.measure"
TOCSIN = "tocsin"
# Figures of the last minutes come late: CloudWatch keeps them by the minute.
_FIGURES_LATE = timedelta(minutes=2)
# Words about a plan that leave it where it is: its row and its timers too.
_STILL = (ActionRefused, ActionShown)
T = TypeVar("T")
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBook:
    """Reads and writes the streams of plans.

    Attributes:
        foresight: Works out what is written, before its transaction.
    """

    clock: Clock
    rules: GateRules
    foresight: Foresight = field(default_factory=Foresight)
    _drills: dict[str, bool] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def write(self, store: Store, work: Callable[[Transaction], T]) -> T:
        """Return what `work` on a plan answers, once what it wrote is durable."""
        return self.foresight.write(store, work, clock=self.clock)

    def is_drill(self, store: Store, plan: str) -> bool:
        """Tell whether a plan is a drill's, as it was when it was drafted."""
        if (known := self._drills.get(plan)) is not None:
            return known
        state = store.read(lambda tx: self.load(tx, plan)[0])
        if not state.exists:
            return False
        if len(self._drills) >= _REMEMBERED:
            self._drills.clear()
        self._drills[plan] = found = state.plan.drill
        return found

    def load(self, tx: Transaction, plan: str) -> tuple[ActionState, int]:
        """Return a plan's state and the version of its stream."""
        stream = ACTION_STREAM + plan
        known: tuple[ActionState, int] | None = tx.worked_out.get(stream)
        if known is not None and known[1] == tx.log.version(stream):
            return known
        entries = tx.log.load(stream)
        events = (decode_action(e.kind, e.body, e.words) for e in entries)
        tx.worked_out[stream] = found = fold(events), len(entries)
        return found

    def apply(
        self,
        tx: Transaction,
        plan: str,
        command: ActionCommand,
        facts: GateFacts,
        *,
        actor: str,
    ) -> tuple[ActionEvent, ...]:
        """Decide and write; raise what the rules refuse, after writing it down."""
        state, version = self.load(tx, plan)
        now = self.clock.now()
        events = decide_action(state, command, now=now, rules=self.rules, facts=facts)
        self._append(tx, plan, events, version=version, actor=actor)
        return events

    def refused(
        self,
        tx: Transaction,
        plan: str,
        command: ActionCommand,
        refusal: Refusal,
        *,
        actor: str,
        ruling: Ruling | None = None,
    ) -> None:
        """Write down that the gate said no to a command.

        Args:
            ruling: What the policies said, where that was a no.
        """
        asked = type(command).__name__.lower()
        self.turned_away(tx, plan, asked, refusal.code, actor=actor, ruling=ruling)

    def turned_away(
        self,
        tx: Transaction,
        plan: str,
        asked: str,
        code: str,
        *,
        actor: str,
        ruling: Ruling | None = None,
    ) -> None:
        """Write down that somebody did not get what they asked.

        What Tocsin itself tries again every second is written down once, until the
        plan moves; that people are refused meanwhile is no reason to say it again.
        Somebody who presses without end is written down fifty times.
        """
        version = tx.log.version(ACTION_STREAM + plan)
        if not version:
            return
        at = self.clock.now()
        no = ActionRefused(command=asked, code=code, by=actor, at=at, ruling=ruling)
        if actor == TOCSIN and self.own_no(tx, plan) == (asked, code):
            return
        stream = ACTION_STREAM + plan
        if version > noes.FEW and noes.is_enough(tx.log.load(stream), actor=actor):
            return
        self._append(tx, plan, (no,), version=version, actor=actor)

    def own_no(self, tx: Transaction, plan: str) -> tuple[str, str]:
        """Return what Tocsin last refused itself since the plan moved, and its code."""
        return noes.last_no(tx.log.load(ACTION_STREAM + plan), actor=TOCSIN)

    def _append(
        self,
        tx: Transaction,
        plan: str,
        events: Sequence[ActionEvent],
        *,
        version: int,
        actor: str,
    ) -> None:
        if not events:
            return
        entries = [_entry(event, actor=actor) for event in events]
        if all(isinstance(event, _STILL) for event in events):
            tx.log.append(
                ACTION_STREAM + plan, expected_version=version, entries=entries
            )
            return
        before, _ = self.load(tx, plan)
        state = self._kept(tx, plan, events, entries, version=version)
        self._project(tx, plan, before, state)
        self._promise(tx, plan, before, state)
        self._mirror(tx, plan, state)

    def _kept(
        self,
        tx: Transaction,
        plan: str,
        events: Sequence[ActionEvent],
        entries: Sequence[NewEntry],
        *,
        version: int,
    ) -> ActionState:
        """Append, and return the plan as it is then."""
        stream, (before, _) = ACTION_STREAM + plan, self.load(tx, plan)
        tx.log.append(stream, expected_version=version, entries=entries)
        # The first entries hold the plan itself: that is read as it was kept.
        if version:
            after = reduce(evolve, events, before)
            tx.worked_out[stream] = after, version + len(events)
        return self.load(tx, plan)[0]

    def _project(
        self, tx: Transaction, plan: str, before: ActionState, state: ActionState
    ) -> None:
        """Keep the row by which plans are found; only what moved is written."""
        moved = _row(state)
        if before.exists:
            known = _row(before)
            moved = {name: one for name, one in moved.items() if one != known[name]}
        else:
            made = state.plan
            moved |= {"incident": made.incident, "action": made.draft.action}
            moved |= {"level": made.level, "parent": made.parent, "glass_at": ""}
        if state.glass_by and not before.glass_by:
            moved["glass_at"] = self.clock.now().isoformat()
        if not moved:
            return
        names = sorted(moved)
        values = (*(moved[name] for name in names), plan)
        if before.exists:
            which = ", ".join(f"{name} = ?" for name in names)
            sql = f"UPDATE plan SET {which} WHERE id = ?"  # noqa: S608 - our names
        else:
            marks = ",".join("?" * len(values))
            sql = f"INSERT INTO plan ({', '.join(names)}, id) VALUES ({marks})"  # noqa: S608 - as above
        tx.tables.execute(sql, values)

    def _promise(
        self, tx: Transaction, plan: str, before: ActionState, state: ActionState
    ) -> None:
        """Set the timers that the stage needs and take back those it needed before."""
        known = _due(before) if before.exists else {}
        wanted = _due(state)
        for kind in known.keys() - wanted.keys():
            tx.timers.cancel(f"{kind}/{plan}")
        for kind, due_at in wanted.items():
            # One that fired without an answer is promised again.
            if known.get(kind) != due_at or kind == VERIFY:
                key = f"{kind}/{plan}"
                tx.timers.set(Timer(key=key, kind=kind, about=plan, due_at=due_at))

    def waits_for(self, tx: Transaction, timer: Timer) -> bool:
        """Tell whether a plan still stands where a timer was set for it."""
        state, _ = self.load(tx, timer.about)
        return state.exists and _due(state).get(timer.kind) == timer.due_at

    def _mirror(self, tx: Transaction, plan: str, state: ActionState) -> None:
        """Tell the plan that this one undoes how far it is."""
        parent = state.plan.parent
        if not parent or state.stage in (Stage.DRAFT, Stage.PENDING):
            return
        told = Mirror(child=plan, parent=parent, stage=state.stage)
        try:
            facts = GateFacts(read_at=self.clock.now())
            self.apply(tx, parent, told, facts, actor=TOCSIN)
        except Refusal:
            return


def _due(state: ActionState) -> dict[str, datetime]:
    """Return what must be looked at again, and when."""
    due: dict[str, datetime] = {}
    match state.stage:
        case Stage.PENDING if state.approve_by:
            due[EXPIRE] = state.approve_by
        case Stage.APPROVED if state.apply_by:
            due[EXPIRE] = state.apply_by
        case Stage.APPLYING if state.lease_until:
            due[LEASE] = state.lease_until
        case Stage.APPLIED if state.again_at:
            due[VERIFY] = state.again_at
        case Stage.VERIFIED if state.measured is None:
            due |= _measured_at(state)
        case _:
            pass
    return due


def _measured_at(state: ActionState) -> dict[str, datetime]:
    promised = state.plan.draft.afterwards
    if promised is None or state.moved_at is None:
        return {}
    until = state.moved_at + timedelta(seconds=promised.after_s)
    return {MEASURE: until + _FIGURES_LATE}


def _row(state: ActionState) -> dict[str, str | int]:
    """Return what of a plan's row can change."""
    owed = "" if state.reviewed_by else _iso(state.review_due_at)
    return {
        "stage": state.stage.value,
        "over": int(state.is_over),
        "review_due_at": owed,
    }


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _entry(event: ActionEvent, *, actor: str) -> NewEntry:
    kind, body, words = encode(event)
    return NewEntry(kind=kind, at=event.at, actor=actor, body=body, words=words)
