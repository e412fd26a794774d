"""Maintenance windows: what people ask, what the clock brings, what is opened then.

Keeps `bot/ports/maintenance.py`. What may be planned, and what a window silences, is
decided in `bot/domain/maintenance.py`; that an alert is kept quiet, in
`bot/placing.py`. When a window ends, what is still there is placed as if it had just
come.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import partial

from bot.assistant.suggest import Suggestion
from bot.domain import maintenance
from bot.domain.codec import decode_maintenance, encode
from bot.domain.commands import Person
from bot.domain.envelope import Alert
from bot.domain.errors import BadRequest, Refusal
from bot.domain.maintenance import TOCSIN, Window, fold_window
from bot.domain.maintenance_events import (
    MaintenanceEnded,
    MaintenanceEvent,
    MaintenancePlanned,
    MaintenanceRefused,
    MaintenanceStarted,
    What,
)
from bot.domain.registry import Registry
from bot.domain.untrusted import Untrusted
from bot.placing import Placing
from bot.ports import NewEntry, Store, Timer, Transaction
from bot.ports.maintenance import (
    MaintenancePresenter,
    Moment,
    Planned,
    WindowView,
)
from bot.readmodels import quiet
from bot.turns import Case

EDGE = "maintenance.edge"
# Refusals that concern no window.
_NO_WINDOW = "none"
_SAID: tuple[tuple[type[MaintenanceEvent], Moment], ...] = (
    (MaintenancePlanned, "planned"),
    (MaintenanceStarted, "started"),
    (MaintenanceEnded, "ended"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceMaster:
    """The only way to a maintenance window.

    Attributes:
        suggest: What the runbooks say to an alert that opens when a window ends.
        channel: Slack channel id that is told.
        sources: Names of the sources there are.
    """

    placing: Placing
    suggest: Callable[[Alert], Sequence[Suggestion]]
    draw: MaintenancePresenter
    registry: Registry
    sources: frozenset[str]
    channel: str

    # --- what people ask ---

    def plan(self, planned: Planned, *, by: Person, item: str = "") -> WindowView:
        """Plan a window; see `bot/ports/maintenance.py`.

        Raises:
            Refusal: Not by this person, not this system, or not these times.
        """
        wanted = self._wanted(planned)

        def work(tx: Transaction) -> Refusal | WindowView:
            if known := quiet.planned_by(tx, item):
                return self._view(tx, known)
            now = self._now()
            try:
                timed = maintenance.timed(
                    wanted, starts_at=_start(planned, now), lasts=planned.lasts
                )
                self._must_exist(timed)
                events = maintenance.plan(timed, by=by, now=now)
            except Refusal as no:
                self._refused(tx, _NO_WINDOW, "plan", no, by)
                return no
            window_id = quiet.next_id(tx)
            self._append(tx, window_id, events, actor=by.id, item=item)
            return self._view(tx, window_id)

        return _answer(self._store.write(work))

    def end(self, window: str, *, by: Person) -> WindowView:
        """End a window before its time, or take back one that has not begun."""

        def work(tx: Transaction) -> Refusal | WindowView:
            state, _ = self._load(tx, window)
            there = quiet.still_there(tx, window)
            silenced = quiet.count(tx, window)
            try:
                ended = maintenance.end(
                    state, by=by, silenced=silenced, opened=len(there)
                )
            except Refusal as no:
                known = window if state.stage else _NO_WINDOW
                self._refused(tx, known, "end", no, by)
                return no
            self._end(tx, window, ended, there, actor=by.id)
            return self._view(tx, window)

        return _answer(self._store.write(work))

    def rows(self) -> Sequence[WindowView]:
        """Return the windows that are not over, the next to begin first."""
        return self._store.read(
            lambda tx: [self._view(tx, one.id, one.silenced) for one in quiet.rows(tx)]
        )

    # --- what the clock brings ---

    def fire(self, timer: Timer) -> None:
        """Start or end a window whose time has come."""

        def work(tx: Transaction) -> None:
            self._come(tx, timer.about)
            tx.timers.done(timer.key, due_at=timer.due_at)

        self._store.write(work).result()

    def _come(self, tx: Transaction, window: str) -> None:
        now = self._now()
        state, _ = self._load(tx, window)
        self._append(tx, window, maintenance.begin(state, now=now), actor=TOCSIN)
        state, _ = self._load(tx, window)
        if not maintenance.is_over(state, now=now):
            return
        there, silenced = quiet.still_there(tx, window), quiet.count(tx, window)
        ended = MaintenanceEnded(by=TOCSIN, silenced=silenced, opened=len(there))
        self._end(tx, window, ended, there, actor=TOCSIN)

    def _end(
        self,
        tx: Transaction,
        window: str,
        ended: MaintenanceEnded,
        there: Sequence[Alert],
        *,
        actor: str,
    ) -> None:
        self._append(tx, window, (ended,), actor=actor)
        quiet.forget(tx, window)
        tx.timers.cancel(_key(window))
        for alert in there:
            case = Case(alert=alert, suggested=partial(self.suggest, alert))
            self.placing.place(tx, case)

    # --- the stream ---

    def _append(
        self,
        tx: Transaction,
        window: str,
        events: Sequence[MaintenanceEvent],
        *,
        actor: str,
        item: str = "",
    ) -> None:
        if not events:
            return
        _, version = self._load(tx, window)
        entries = [self._entry(event, actor=actor) for event in events]
        stream = quiet.MAINTENANCE_STREAM + window
        tx.log.append(stream, expected_version=version, entries=entries)
        state, _ = self._load(tx, window)
        quiet.keep(tx, window, state, item=item)
        self._promise(tx, window, state)
        view, newest = self._view(tx, window), type(events[-1])
        for kind, moment in _SAID:
            if kind is newest:
                tx.outbox.post(self.draw.said(view, moment), now=self._now())

    def _promise(self, tx: Transaction, window: str, state: Window) -> None:
        due_at = state.starts_at if state.stage == "planned" else state.ends_at
        if due_at is not None and state.stage in ("planned", "running"):
            key = _key(window)
            tx.timers.set(Timer(key=key, kind=EDGE, about=window, due_at=due_at))

    def _refused(
        self, tx: Transaction, window: str, command: str, no: Refusal, by: Person
    ) -> None:
        event = MaintenanceRefused(command=command, code=no.code, by=by.id)
        stream = quiet.MAINTENANCE_STREAM + window
        version = len(tx.log.load(stream))
        entry = self._entry(event, actor=by.id)
        tx.log.append(stream, expected_version=version, entries=[entry])

    def _load(self, tx: Transaction, window: str) -> tuple[Window, int]:
        entries = tx.log.load(quiet.MAINTENANCE_STREAM + window)
        events = (decode_maintenance(e.kind, e.body, e.words) for e in entries)
        return fold_window(events), len(entries)

    def _view(
        self, tx: Transaction, window: str, silenced: int | None = None
    ) -> WindowView:
        state, _ = self._load(tx, window)
        if silenced is None:
            ended = state.stage == "ended"
            silenced = state.silenced if ended else quiet.count(tx, window)
        return WindowView(id=window, window=state, silenced=silenced)

    def _entry(self, event: MaintenanceEvent, *, actor: str) -> NewEntry:
        kind, body, words = encode(event)
        return NewEntry(kind=kind, at=self._now(), actor=actor, body=body, words=words)

    # --- what was meant ---

    def _wanted(self, planned: Planned) -> Window:
        redact = self.placing.service.redactor.redact
        return Window(
            what=planned.what,
            # As alerts name it: what is masked there is masked here.
            target=redact(planned.target).text,
            reason=Untrusted(redact(planned.reason).text) if planned.reason else None,
            channel=self.channel,
        )

    def _must_exist(self, wanted: Window) -> None:
        known: Sequence[str] = ()
        match wanted.what:
            case What.SYSTEM:
                known = [one.id for one in self.registry.systems]
            case What.SOURCE:
                known = sorted(self.sources)
            case _:
                return
        if wanted.target.casefold() in [one.casefold() for one in known]:
            return
        near = get_close_matches(wanted.target, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise BadRequest(
            "No maintenance was planned",
            because=f"there is no {wanted.what} of this name",
            next_move=f"{hint}Name a registered system, or `source:NAME`, "
            "`thing:ID` or `dedup:PATTERN`.",
        )

    def _now(self) -> datetime:
        return self.placing.service.clock.now()

    @property
    def _store(self) -> Store:
        return self.placing.service.store


def _start(planned: Planned, now: datetime) -> datetime:
    """Return when it begins; a time of day is the next one, in UTC."""
    if planned.starts_at is not None:
        return planned.starts_at
    if planned.hour is None:
        return now
    at = now.replace(hour=planned.hour, minute=planned.minute, second=0, microsecond=0)
    return at if at >= now else at + timedelta(days=1)


def _key(window: str) -> str:
    return f"maintenance/{window}"


def _answer(done: "Future[Refusal | WindowView]") -> WindowView:
    found = done.result()
    if isinstance(found, Refusal):
        raise found
    return found
