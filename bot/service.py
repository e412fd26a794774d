"""Load, decide, append, project: every door calls this, nothing goes around it.

One call is one transaction: the events, the read models, the messages in the
outbox, the timers and the mark in the inbox are kept together or not at all.
What is decided is in `bot/domain`; what a message looks like is the presenter's.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from bot import storm
from bot.domain.card import CardView
from bot.domain.codec import decode, encode
from bot.domain.commands import Command, Nag, PersonCommand
from bot.domain.decisions import TOCSIN, decide
from bot.domain.errors import Refusal
from bot.domain.events import CommandRefused, Event, IncidentOpened, Reopened
from bot.domain.incident import Incident
from bot.domain.responding import ACK_WITHIN
from bot.ports import (
    Clock,
    Entry,
    InboxItem,
    Keys,
    NewEntry,
    Post,
    Presenter,
    Received,
    Store,
    Timer,
    Transaction,
    Whisper,
)
from bot.readmodels import board, timeline
from bot.readmodels.board import BoardRow
from bot.readmodels.timeline import Line
from bot.redact import Redactor
from bot.viewing import Viewing

# How long an inbox item rests before it is tried again, by attempt; after the
# last one a person must look.
_BACKOFF_S = (1, 5, 30, 120)
Kept = TypeVar("Kept")
NAG = "incident.nag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a person's command."""

    incident: str
    command: PersonCommand
    events: tuple[Event, ...]
    refusal: Refusal | None
    drill: bool = False


class Service:
    """The one way in."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        keys: Keys,
        redactor: Redactor,
        presenter: Presenter,
        viewing: Viewing,
    ) -> None:
        self.store = store
        self.clock = clock
        self.keys = keys
        self.redactor = redactor
        self.presenter = presenter
        self._viewing = viewing
        # Told of every alert that a door accepted, once it is on disk, again or not.
        self.heard: Callable[[Received], object] | None = None

    # --- what comes in ---

    def accept(self, received: Received) -> Future[tuple[str, bool]]:
        """Keep an item; durable when done. Returns its id and if it was here."""
        done = self.store.write(lambda tx: tx.inbox.put(received))
        return self._noted(done, (received,))

    def handle(
        self,
        incident: str,
        command: PersonCommand,
        *,
        item: str = "",
        reply: Callable[[Handled], Whisper | None] | None = None,
    ) -> Future[Handled]:
        """Answer a person's command.

        Args:
            item: Inbox item it came with; marked done in the same transaction.
            reply: Makes the message to the person from what became of it.
        """

        def work(tx: Transaction) -> Handled:
            handled = self._answer(tx, incident, command)
            now = self.clock.now()
            whisper = reply(handled) if reply else None
            if whisper:
                tx.outbox.whisper(whisper, now=now)
            if item:
                tx.inbox.done(item, _outcome(handled))
            return handled

        return self.store.write(work)

    def settle(
        self,
        item: str,
        *,
        whisper: Whisper | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> Future[None]:
        """Mark an inbox item that leads to no command as done."""

        def work(tx: Transaction) -> None:
            if whisper:
                tx.outbox.whisper(whisper, now=self.clock.now())
            tx.inbox.done(item, outcome or {})

        return self.store.write(work)

    def give_back(self, item: str, *, because: str) -> Future[None]:
        """Put an item back after a failure; give it up after the last attempt."""

        def work(tx: Transaction) -> None:
            found = tx.inbox.find(item)
            attempts = found.attempts if found else 0
            dead = attempts > len(_BACKOFF_S)
            rest_s = _BACKOFF_S[min(max(attempts, 1), len(_BACKOFF_S)) - 1]
            not_before = self.clock.now() + timedelta(seconds=rest_s)
            tx.inbox.give_back(item, because=because, not_before=not_before, dead=dead)

        return self.store.write(work)

    def nag(self, timer: Timer) -> Future[None]:
        """Remind the channel that nobody has acknowledged."""

        def work(tx: Transaction) -> None:
            self.apply(tx, timer.about, Nag(due_at=timer.due_at), actor=TOCSIN)
            tx.timers.done(timer.key, due_at=timer.due_at)

        return self.store.write(work)

    # --- what can be seen ---

    def view(self, incident: str) -> CardView | None:
        """Return what stands on an incident's card, None if there is none."""
        return self.store.read(lambda tx: self._viewing.card(tx, incident))

    def board(self) -> tuple[BoardRow, ...]:
        """Return the open incidents, worst first."""
        return self.store.read(board.open_rows)

    def find(self, item: str) -> InboxItem | None:
        """Return one kept item."""
        return self.store.read(lambda tx: tx.inbox.find(item))

    def newest_in(self, channel: str) -> str:
        """Return the id of the newest open incident in a channel, "" if none."""
        return self.store.read(lambda tx: board.newest_in(tx, channel))

    def timeline(self, incident: str) -> tuple[Line, ...]:
        """Return an incident's story."""
        return self.store.read(lambda tx: timeline.story(tx, incident))

    # --- inside a transaction; also for `bot/intake.py` ---

    def apply(
        self, tx: Transaction, incident: str, command: Command, *, actor: str
    ) -> tuple[Event, ...]:
        """Decide and write; raise what the rules refuse."""
        state, version = board.load(tx, incident)
        events = decide(state, command, now=self.clock.now())
        self._write(tx, incident, events, version=version, actor=actor)
        return events

    def redraw(self, tx: Transaction, incident: str) -> None:
        """Put the incident's card as it should look now into the outbox."""
        view = self._viewing.card(tx, incident)
        if view is None:
            return
        now, channel = self.clock.now(), view.state.channel
        if storm.may_show(tx, incident, view.state, now=now):
            tx.outbox.post(self.presenter.card(view), now=now)
            return
        is_drill = view.state.drill
        held = storm.held_back(tx, now=now, drill=is_drill)
        digest = self.presenter.digest(channel, held, f"digest/{held[0]}")
        tx.outbox.post(self._marked(digest, drill=is_drill), now=now)

    def _noted(self, done: Future[Kept], received: Sequence[Received]) -> Future[Kept]:
        """Tell who listens that items are on disk, once they are."""
        heard = self.heard
        if heard is None:
            return done

        def tell(kept: Future[Kept]) -> None:
            for one in received if kept.exception() is None else ():
                heard(one)

        done.add_done_callback(tell)
        return done

    def _answer(
        self, tx: Transaction, incident: str, command: PersonCommand
    ) -> Handled:
        by = command.by.id
        no: Refusal | None = None
        events: tuple[Event, ...] = ()
        drill = board.load(tx, incident)[0].drill
        try:
            events = self.apply(tx, incident, command, actor=by)
        except Refusal as refusal:
            self._log_refusal(tx, incident, command, refusal)
            no = refusal
        return Handled(
            incident=incident, command=command, events=events, refusal=no, drill=drill
        )

    def _log_refusal(
        self,
        tx: Transaction,
        incident: str,
        command: PersonCommand,
        refusal: Refusal,
    ) -> None:
        state, version = board.load(tx, incident)
        if not state.exists:
            return
        name = type(command).__name__.lower()
        refused = CommandRefused(command=name, code=refusal.code, by=command.by.id)
        self._write(tx, incident, (refused,), version=version, actor=command.by.id)

    def _write(
        self,
        tx: Transaction,
        incident: str,
        events: Sequence[Event],
        *,
        version: int,
        actor: str,
    ) -> None:
        if not events:
            return
        now = self.clock.now()
        entries = tx.log.append(
            timeline.INCIDENT_STREAM + incident,
            expected_version=version,
            entries=[_entry(event, at=now, actor=actor) for event in events],
        )
        board.project(tx, entries)
        state, _ = board.load(tx, incident)
        self._promise(tx, incident, state, events)
        self.redraw(tx, incident)
        self._tell(tx, incident, state, entries)

    def _promise(
        self, tx: Transaction, incident: str, state: Incident, events: Sequence[Event]
    ) -> None:
        """Set or take back the reminder to acknowledge."""
        key = f"nag/{incident}"
        started = any(isinstance(e, IncidentOpened | Reopened) for e in events)
        if started and state.severity in ACK_WITHIN:
            due_at = self.clock.now() + ACK_WITHIN[state.severity]
            tx.timers.set(Timer(key=key, kind=NAG, about=incident, due_at=due_at))
        if state.acked_by or not state.is_open:
            tx.timers.cancel(key)

    def _tell(
        self,
        tx: Transaction,
        incident: str,
        state: Incident,
        entries: Sequence[Entry],
    ) -> None:
        for entry in entries:
            event = decode(entry.kind, entry.body, entry.words)
            line = self.presenter.line(incident, state.channel, entry.seq, event)
            if line is not None:
                said = self._marked(line, drill=state.drill)
                tx.outbox.post(said, now=self.clock.now())

    def _marked(self, post: Post, *, drill: bool) -> Post:
        return self.presenter.exercise(post) if drill else post


def _entry(event: Event, *, at: Any, actor: str) -> NewEntry:
    kind, body, words = encode(event)
    return NewEntry(kind=kind, at=at, actor=actor, body=body, words=words)


def _outcome(handled: Handled) -> dict[str, Any]:
    refusal = handled.refusal
    return {
        "incident": handled.incident,
        "command": type(handled.command).__name__.lower(),
        "events": [event.name for event in handled.events],
        "refused": refusal.code if refusal else "",
    }
