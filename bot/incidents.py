"""The incidents' streams: decide, append, project, show, in one transaction.

For incidents this is what `bot/plans/book.py` is for plans. What may happen is
decided in `bot/domain`; what a message looks like is the presenter's; who may ask,
and what becomes of the request, is `bot/service.py`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce

from bot import promises, storm
from bot.domain.codec import decode, encode
from bot.domain.commands import Command, Nag, SnoozeOver
from bot.domain.decisions import TOCSIN, decide
from bot.domain.events import (
    AlertCleared,
    AlertJoined,
    Event,
    Reopened,
    Resolved,
)
from bot.domain.grouping_events import (
    FlappingEnded,
)
from bot.domain.incident import Incident, evolve
from bot.domain.question_events import QuestionAnswered
from bot.domain.telling_events import Drafted, HandedOver, UpdatePosted
from bot.domain.writing_events import Summarized
from bot.ports import Clock, Entry, NewEntry, Presenter, Timer, Transaction
from bot.readmodels import board, gathering, history, timeline
from bot.showing import Shower
from bot.storm import Storm
from bot.viewing import Viewing

# What alerts cause that only changes a count: shown soon, told within limits.
_COUNTED = (AlertJoined, AlertCleared, FlappingEnded)
Follow = Callable[[Transaction, str, Incident, Sequence[Event]], None]
"""Told in the same piece of work what happened, with the state after it."""
_COUNTED_NAMES = frozenset(one.name for one in _COUNTED)


class IncidentBook:
    """Reads and writes the streams of incidents."""

    def __init__(
        self, *, clock: Clock, presenter: Presenter, viewing: Viewing, storm: Storm
    ) -> None:
        self._clock = clock
        self._presenter = presenter
        self._storm = storm
        self.shower = Shower(
            clock=clock, presenter=presenter, viewing=viewing, storm=storm
        )
        # Who asks a model about incidents, where there is one.
        self.followed: Follow | None = None
        # Whoever else follows from what happened, told before the card is drawn.
        self.followers: list[Follow] = []

    def apply(
        self, tx: Transaction, incident: str, command: Command, *, actor: str
    ) -> tuple[Event, ...]:
        """Decide and write; raise what the rules refuse."""
        state, version = board.load(tx, incident)
        events = decide(state, command, now=self._clock.now())
        self.append(tx, incident, state, events, version=version, actor=actor)
        return events

    def redraw(
        self, tx: Transaction, incident: str, state: Incident | None = None
    ) -> bool:
        """Put the incident's card as it should look now into the outbox.

        Args:
            state: Of the incident, where it is known already.

        Returns:
            Whether the card stands in the channel; else a digest stands for it.
        """
        state = state or board.load(tx, incident)[0]
        if not state.exists:
            return False
        now = self._clock.now()
        if not self._storm.may_show(tx, incident, state, now=now):
            self.shower.digest_soon(tx, storm.storm_of(tx, incident))
            return False
        self.shower.card(tx, incident, state)
        return True

    def redraw_soon(self, tx: Transaction, incident: str) -> bool:
        """Have the card redrawn, once for everything that happens in a short time.

        Returns:
            Whether the card stands in the channel; else a digest stands for it.
        """
        held_in = storm.storm_of(tx, incident)
        self.shower.soon(tx, str(held_in) if held_in else incident)
        return held_in == 0

    def keep(self, tx: Transaction, timer: Timer) -> None:
        """Keep a promise of one of `promises.KINDS`."""
        match timer.kind:
            case promises.NAG:
                nag = Nag(due_at=timer.due_at)
                self.apply(tx, timer.about, nag, actor=TOCSIN)
            case promises.WAKE:
                over = SnoozeOver(due_at=timer.due_at)
                self.apply(tx, timer.about, over, actor=TOCSIN)
            case storm.CALM:
                promoted = self._storm.promote(
                    tx, int(timer.about), now=self._clock.now()
                )
                for incident in promoted:
                    self.redraw(tx, incident)
                self.shower.digest(tx, int(timer.about))
            case _ if timer.about.startswith("INC-"):
                self.redraw(tx, timer.about)
            case _:
                self.shower.digest(tx, int(timer.about))

    def append(
        self,
        tx: Transaction,
        incident: str,
        before: Incident,
        events: Sequence[Event],
        *,
        version: int,
        actor: str,
    ) -> None:
        """Write what was decided, with everything that follows from it.

        Args:
            before: State at `version`.
        """
        if not events:
            return
        entries = tx.log.append(
            timeline.INCIDENT_STREAM + incident,
            expected_version=version,
            entries=[_entry(e, at=self._clock.now(), actor=actor) for e in events],
        )
        state = reduce(evolve, events, before)
        board.advance(tx, incident, state, entries)
        history.advance(tx, incident, events, at=entries[-1].at)
        self._hold(tx, incident, events)
        if not _only_counts(events):
            promises.follow(tx, incident, state, events, now=self._clock.now())
        if self.followed is not None:
            self.followed(tx, incident, state, events)
        for follow in self.followers:
            follow(tx, incident, state, events)
        if all(map(_shows_nothing, events)):
            return
        # At rest the card keeps still, unless a person touches it.
        if state.is_snoozed and _by_alerts(actor):
            return
        if self._show(tx, incident, state, events):
            self._tell(tx, incident, state, entries)

    def _show(
        self,
        tx: Transaction,
        incident: str,
        state: Incident,
        events: Sequence[Event],
    ) -> bool:
        """Redraw the card; tell whether it stands, so that lines have a thread."""
        if _only_counts(events):
            return self.redraw_soon(tx, incident)
        return self.redraw(tx, incident, state)

    def _hold(self, tx: Transaction, incident: str, events: Sequence[Event]) -> None:
        """Have alerts find the incident while it is open."""
        if any(isinstance(event, Resolved) for event in events):
            gathering.let_go(tx, incident)
        if any(isinstance(event, Reopened) for event in events):
            gathering.hold_again(tx, incident)

    def _tell(
        self,
        tx: Transaction,
        incident: str,
        state: Incident,
        entries: Sequence[Entry],
    ) -> None:
        now = self._clock.now()
        for entry in entries:
            # Asked before anything is worded: in a storm hardly a line is told.
            if entry.kind in _COUNTED_NAMES and not storm.may_tell(
                tx, incident, now=now, drill=state.drill
            ):
                continue
            event = decode(entry.kind, entry.body, entry.words)
            line = self._presenter.line(incident, state.channel, entry.seq, event)
            if line is None:
                continue
            said = self._presenter.exercise(line) if state.drill else line
            tx.outbox.post(said, now=now)


def _entry(event: Event, *, at: datetime, actor: str) -> NewEntry:
    kind, body, words = encode(event)
    return NewEntry(kind=kind, at=at, actor=actor, body=body, words=words)


def _only_counts(events: Sequence[Event]) -> bool:
    return all(isinstance(event, _COUNTED) for event in events)


def _shows_nothing(event: Event) -> bool:
    """Tell whether an event leaves the card as it is.

    Nothing a model said is true, or it stands in a message of its own.
    """
    if isinstance(event, Drafted | UpdatePosted | HandedOver | QuestionAnswered):
        return True
    return isinstance(event, Summarized) and event.shows_nothing


def _by_alerts(actor: str) -> bool:
    return actor == TOCSIN or actor.startswith("source:")
