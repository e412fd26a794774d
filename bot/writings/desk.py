"""Posts what people write. Keeps `bot.ports.writings.Writings`.

One answer is one transaction: the event, the message, the promise and the mark in the
inbox are kept together or not at all. The rules are in `bot/domain/telling.py`; what
happens when a promise is not kept, in `promise.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain import telling
from bot.domain.commands import Person
from bot.domain.errors import Refusal
from bot.domain.events import CommandRefused, Event
from bot.domain.incident import Incident
from bot.domain.summary import Claim, as_lines
from bot.domain.telling import HandOver, PostUpdate, Taken
from bot.domain.telling_events import HandedOver, UpdatePosted
from bot.domain.untrusted import Untrusted
from bot.domain.writing import Composed, Writing
from bot.incidents import IncidentBook
from bot.ports import Clock, Store, Timer, Transaction, Whisper
from bot.ports.writings import (
    Asked,
    Draft,
    PostedHandover,
    PostedUpdate,
    WritingVoice,
)
from bot.readmodels import board
from bot.readmodels.updating import handover_facts, update_facts
from bot.redact import Redactor
from bot.writings import offered
from bot.writings.asking import Asking
from bot.writings.promise import UPDATE_DUE, key_of
from bot.writings.reading import Reading

_WORTH = timedelta(minutes=10)
_WHAT: Mapping[Writing, str] = {
    Writing.UPDATE: "No update was posted",
    Writing.HANDOVER: "Nothing was handed over",
}
Decide = Callable[[Incident], tuple[tuple[Event, ...], str]]
"""From the state to what follows, and the sentence for who asked."""
Show = Callable[[Transaction, tuple[Event, ...]], None]


@dataclass(slots=True, kw_only=True)
class WritingDesk:
    """What people ask about writings.

    Attributes:
        asking: None where no model is configured; set once the house stands.
    """

    store: Store
    clock: Clock
    book: IncidentBook
    redactor: Redactor
    reading: Reading
    voice: WritingVoice
    asking: Asking | None = None

    # --- reading ---

    def may(self, incident: str, by: Person, writing: Writing) -> None:
        """Let somebody go on to a form."""
        state, _ = self.store.read(lambda tx: board.load(tx, incident))
        also_over = writing is Writing.UPDATE
        telling.may_tell(state, by, _WHAT[writing], also_over=also_over)

    def catch_up(self, incident: str, person: str) -> Composed | None:
        """Return what somebody must know, and note that they looked."""
        return self.reading.catch_up(incident, person)

    def draft(self, incident: str, writing: Writing) -> Draft | None:
        """Return a draft as rules make it, with what a model has added."""
        asks = self.asking is not None
        return self.reading.draft(incident, writing, asks=asks)

    def improve(
        self, incident: str, writing: Writing, then: Callable[[bool], object]
    ) -> bool:
        """Have a model asked; tell whether it will be."""
        if self.asking is None:
            return False
        return self.asking.want(incident, writing, then)

    # --- posting ---

    def post_update(self, asked: Asked) -> None:
        """Post a status update, or refuse."""
        words, edited = self._words(asked)
        ai = self._offered(asked, Writing.UPDATE)
        command = PostUpdate(
            by=asked.by,
            audience=asked.audience,
            words=words,
            within=asked.within,
            edited=edited,
            taken=_as_taken(asked, ai),
        )

        def decide(state: Incident) -> tuple[tuple[Event, ...], str]:
            event = telling.update(state, command, now=self.clock.now())
            by = f" The next one is promised by {event.next_at:%H:%M} UTC."
            return (event,), f"your update is posted.{by if event.promises else ''}"

        def show(tx: Transaction, events: tuple[Event, ...]) -> None:
            self._show_update(tx, asked.incident, events[0], ai)

        self._answer(asked, "update", decide, show)

    def hand_over(self, asked: Asked) -> None:
        """Hand an incident over, or refuse."""
        words, edited = self._words(asked)
        ai = self._offered(asked, Writing.HANDOVER)
        command = HandOver(
            by=asked.by,
            to=asked.to or asked.by,
            note=words.get("note", Untrusted("")),
            edited=edited,
            taken=_as_taken(asked, ai),
        )

        def decide(state: Incident) -> tuple[tuple[Event, ...], str]:
            event = telling.hand_over(state, command)
            return (event,), f"handed to <@{event.to}>, once they take it."

        def show(tx: Transaction, events: tuple[Event, ...]) -> None:
            seq = tx.log.head().size - 1
            self._show_handover(tx, asked.incident, seq, events[0], ai, taken=False)

        self._answer(asked, "handover", decide, show)

    def take_over(self, asked: Asked) -> None:
        """Take what was handed over, or refuse."""

        def decide(state: Incident) -> tuple[tuple[Event, ...], str]:
            return telling.take_over(state, asked.by), "you are the commander now."

        def show(tx: Transaction, _: tuple[Event, ...]) -> None:
            found = offered.handed(tx, asked.incident)
            if found is not None:
                seq, event = found
                ai = offered.claims(tx, asked.incident, event.draft, event.taken)
                self._show_handover(tx, asked.incident, seq, event, ai, taken=True)

        self._answer(asked, "takeover", decide, show)

    # --- inside ---

    def _answer(self, asked: Asked, name: str, decide: Decide, show: Show) -> None:
        """Do what is asked, or record the refusal and say it; the item is done."""
        incident, by = asked.incident, asked.by.id

        def work(tx: Transaction) -> None:
            state, version = board.load(tx, incident)
            events: tuple[Event, ...] = ()
            try:
                events, said = decide(state)
                said = f"{incident}: {said}"
            except Refusal as no:
                said = str(no)
                refused = CommandRefused(command=name, code=no.code, by=by)
                if state.exists:
                    self.book.append(
                        tx, incident, state, (refused,), version=version, actor=by
                    )
            else:
                self.book.append(tx, incident, state, events, version=version, actor=by)
                if events:
                    show(tx, events)
            said = self.voice.said(said, drill=state.drill)
            self._whisper(tx, asked, asked.channel or state.channel, said)
            tx.inbox.done(asked.item, {"incident": incident, name: bool(events)})

        self.store.write(work).result()

    def _show_update(
        self, tx: Transaction, incident: str, event: Event, ai: tuple[Claim, ...]
    ) -> None:
        account = self.reading.account_in(tx, incident)
        if account is None or not isinstance(event, UpdatePosted):
            return
        seq = tx.log.head().size - 1
        posted = PostedUpdate(
            seq=seq, event=event, facts=update_facts(account), ai=offered.part(ai)
        )
        tx.outbox.post(self.voice.update(posted), now=self.clock.now())
        key = key_of(incident)
        if not event.promises:
            tx.timers.cancel(key)
            return
        timer = Timer(key=key, kind=UPDATE_DUE, about=incident, due_at=event.next_at)
        tx.timers.set(timer)

    def _show_handover(
        self,
        tx: Transaction,
        incident: str,
        seq: int,
        event: Event,
        ai: tuple[Claim, ...],
        *,
        taken: bool,
    ) -> None:
        account = self.reading.account_in(tx, incident)
        if account is None or not isinstance(event, HandedOver):
            return
        posted = PostedHandover(
            seq=seq,
            event=event,
            facts=handover_facts(account),
            ai=offered.part(ai),
            taken=taken,
        )
        tx.outbox.post(self.voice.handover(posted), now=self.clock.now())

    def _words(self, asked: Asked) -> tuple[dict[str, Untrusted], tuple[str, ...]]:
        """Return what a person left in the fields, redacted, and which they changed."""
        words, edited = dict[str, Untrusted](), list[str]()
        for name, text in asked.fields.items():
            said = text.strip()
            if asked.drafted.get(name) != telling.short_digest(text):
                edited.append(name)
            if said:
                clean = self.redactor.redact(said, scope=asked.incident).text
                words[name] = Untrusted(clean)
        return words, tuple(edited)

    def _offered(self, asked: Asked, writing: Writing) -> tuple[Claim, ...]:
        """Return the claims a person took, as the log has them."""
        if not asked.taken:
            return ()
        return self.store.read(
            lambda tx: offered.claims(
                tx, asked.incident, asked.entry, asked.taken, writing=writing
            )
        )

    def _whisper(self, tx: Transaction, asked: Asked, channel: str, said: str) -> None:
        if not channel:
            return
        now = self.clock.now()
        whisper = Whisper(
            key=f"whisper/{asked.item}",
            channel=channel,
            person=asked.by.id,
            text=said,
            expires_at=now + _WORTH,
        )
        tx.outbox.whisper(whisper, now=now)


def _as_taken(asked: Asked, ai: tuple[Claim, ...]) -> Taken:
    if not ai:
        return Taken()
    return Taken(draft=asked.entry, which=asked.taken, text=as_lines(ai))
