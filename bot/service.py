"""Load, decide, append, project: every door calls this, nothing goes around it.

One call is one transaction: the events, the read models, the messages in the
outbox, the timers and the mark in the inbox are kept together or not at all.
What is decided is in `bot/domain`; what a message looks like is the presenter's.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from bot import promises
from bot.domain.card import CardView
from bot.domain.commands import Command, JudgeText, PersonCommand, Reopen
from bot.domain.errors import Refusal
from bot.domain.events import CommandRefused, Event
from bot.incidents import IncidentBook
from bot.ports import (
    Clock,
    InboxItem,
    Keys,
    Presenter,
    Received,
    Store,
    Timer,
    Transaction,
    Whisper,
)
from bot.readmodels import alerts, board, timeline, votes
from bot.readmodels.board import BoardRow
from bot.readmodels.timeline import Line
from bot.redact import Redactor
from bot.storm import Storm
from bot.viewing import Viewing

# How long an inbox item rests before it is tried again, by attempt; after the
# last one a person must look.
_BACKOFF_S = (1, 5, 30, 120)
Kept = TypeVar("Kept")
Inform = Callable[[Transaction, str, PersonCommand], PersonCommand]
"""Returns a command with what the rules need to answer it."""


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
        storm: Storm | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.keys = keys
        self.redactor = redactor
        self.presenter = presenter
        self._viewing = viewing
        self.book = IncidentBook(
            clock=clock, presenter=presenter, viewing=viewing, storm=storm or Storm()
        )
        # Tells commands what only the read models or the shelf know.
        self.inform: Inform | None = None
        # Told of every alert that a door accepted, once it is on disk, again or not.
        self.heard: Callable[[Received], object] | None = None

    # --- what comes in ---

    def accept(self, received: Received) -> Future[tuple[str, bool]]:
        """Keep an item; durable when done. Returns its id and if it was here."""
        done = self.store.write(lambda tx: tx.inbox.put(received))
        return self._noted(done, (received,))

    def accept_all(
        self, received: Sequence[Received]
    ) -> Future[Sequence[tuple[str, bool]]]:
        """Keep several items in one piece of work: all of them, or none."""
        done = self.store.write(lambda tx: tx.inbox.put_all(received))
        return self._noted(done, received)

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

    def put_off(self, items: Sequence[str], *, because: str) -> Future[None]:
        """Have items tried again soon that did not fail: nobody was there to read."""
        not_before = self.clock.now() + timedelta(seconds=_BACKOFF_S[0])

        def work(tx: Transaction) -> None:
            for item in items:
                tx.inbox.give_back(
                    item, because=because, not_before=not_before, dead=False
                )

        return self.store.write(work)

    def give_back(self, item: str, *, because: str) -> Future[None]:
        """Put an item back after a failure; give it up after the last attempt."""

        def work(tx: Transaction) -> None:
            found = tx.inbox.find(item)
            attempts = found.attempts if found else 0
            dead = gives_up(attempts)
            rest_s = _BACKOFF_S[min(max(attempts, 1), len(_BACKOFF_S)) - 1]
            not_before = self.clock.now() + timedelta(seconds=rest_s)
            tx.inbox.give_back(item, because=because, not_before=not_before, dead=dead)

        return self.store.write(work)

    def keep(self, timer: Timer) -> Future[None] | None:
        """Keep a promise of the service's own; None where it is somebody else's."""
        if timer.kind not in promises.KINDS:
            return None

        def work(tx: Transaction) -> None:
            self.book.keep(tx, timer)
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
        return self.store.read(lambda tx: _followed(tx, tx.inbox.find(item)))

    def newest_in(self, channel: str) -> str:
        """Return the id of the newest open incident in a channel, "" if none."""
        return self.store.read(lambda tx: board.newest_in(tx, channel))

    def timeline(self, incident: str) -> tuple[Line, ...]:
        """Return an incident's story."""
        return self.store.read(lambda tx: timeline.story(tx, incident))

    # --- inside a transaction; also for `bot/placing.py` ---

    def apply(
        self, tx: Transaction, incident: str, command: Command, *, actor: str
    ) -> tuple[Event, ...]:
        """Decide and write; raise what the rules refuse."""
        return self.book.apply(tx, incident, command, actor=actor)

    def redraw(self, tx: Transaction, incident: str) -> None:
        """Put the incident's card as it should look now into the outbox."""
        self.book.redraw(tx, incident)

    def redraw_soon(self, tx: Transaction, incident: str) -> None:
        """Have the card redrawn, once for everything that happens in a short time."""
        self.book.redraw_soon(tx, incident)

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
            informed = self._informed(tx, incident, command)
            events = self.apply(tx, incident, informed, actor=by)
        except Refusal as refusal:
            self._log_refusal(tx, incident, command, refusal)
            no = refusal
        return Handled(
            incident=incident, command=command, events=events, refusal=no, drill=drill
        )

    def _informed(
        self, tx: Transaction, incident: str, command: PersonCommand
    ) -> PersonCommand:
        """Return a command with what only the read models and the shelf know."""
        match command:
            case Reopen():
                return replace(command, twin=alerts.twin(tx, incident))
            case JudgeText(kind=kind, which=which, by=by):
                prompt, model = votes.known(tx, incident, kind, which)
                known = votes.vote_of(tx, incident, kind, which, by.id)
                return replace(command, prompt=prompt, model=model, known=known)
            case _:
                return self.inform(tx, incident, command) if self.inform else command

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
        by = command.by.id
        self.book.append(tx, incident, state, (refused,), version=version, actor=by)


def gives_up(attempts: int) -> bool:
    """Tell whether an item that failed so often is not tried again."""
    return attempts > len(_BACKOFF_S)


def _followed(tx: Transaction, item: InboxItem | None) -> InboxItem | None:
    """Say of alerts that a maintenance window silenced what became of them later."""
    said = item.outcome.get("alerts") if item else None
    if item is None or not isinstance(said, dict):
        return item
    placed = {one: alerts.later(tx, one, str(what)) for one, what in said.items()}
    return replace(item, outcome={**item.outcome, "alerts": placed})


def _outcome(handled: Handled) -> dict[str, Any]:
    refusal = handled.refusal
    return {
        "incident": handled.incident,
        "command": type(handled.command).__name__.lower(),
        "events": [event.name for event in handled.events],
        "refused": refusal.code if refusal else "",
    }
