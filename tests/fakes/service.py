"""A service without a log on disk: real rules, real messages, all in memory."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.card import CardView, NextStep
from bot.domain.commands import PersonCommand
from bot.domain.errors import Refusal
from bot.domain.events import CommandRefused, Event, IncidentOpened
from bot.domain.incident import Incident, fold
from bot.domain.responding import decide_for_person
from bot.domain.severity import Severity
from bot.domain.summary import Claim, Summary
from bot.domain.untrusted import Untrusted
from bot.ports import Received, Transaction, Whisper
from bot.readmodels.board import BoardRow
from bot.readmodels.timeline import Line, sentence
from bot.redact import Redacted
from bot.service import Handled
from bot.slack.lines import SlackPresenter
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeys
from tests.fakes.store import FakeStore

_ATTEMPTS = 4


class FakeRedactor:
    """Masks the word `secret`, so that a test can see that it was asked."""

    def redact(self, text: str, *, scope: str = "") -> Redacted:
        """Return the text without the one word that is sensitive here."""
        return Redacted(text=text.replace("secret", "[masked]"), findings=())


class FakeService:
    """Keeps `bot.slack.needs.Service`."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.clock = FakeClock()
        self.keys = FakeKeys()
        self.redactor = FakeRedactor()
        self.events: dict[str, list[Event]] = {}
        self.commands: list[PersonCommand] = []
        self.fails: list[Exception] = []
        self._presenter = SlackPresenter()
        self._seq = 0

    def open(self, incident: str = "INC-0001", *, channel: str = "C0INCIDENTS") -> None:
        """Let an alert open an incident."""
        opened = IncidentOpened(
            alert="al_1",
            source="guardduty",
            dedup="d" * 32,
            category="prompt_injection",
            rule="words",
            severity=Severity.SEV2,
            reasons=("category",),
            system="support-bot",
            channel=channel,
            detected_at=self.clock.now(),
            title=Untrusted("Injection let through"),
        )
        self.store.write(lambda tx: self._append(tx, incident, (opened,))).result()

    def accept(self, received: Received) -> Future[tuple[str, bool]]:
        """Keep an item."""
        return self.store.write(lambda tx: tx.inbox.put(received))

    def handle(
        self,
        incident: str,
        command: PersonCommand,
        *,
        item: str = "",
        reply: Callable[[Handled], Whisper | None] | None = None,
    ) -> Future[Handled]:
        """Answer a person's command."""

        def work(tx: Transaction) -> Handled:
            if self.fails:
                raise self.fails.pop()
            self.commands.append(command)
            handled = self._answer(tx, incident, command)
            whisper = reply(handled) if reply else None
            if whisper:
                tx.outbox.whisper(whisper, now=self.clock.now())
            if item:
                tx.inbox.done(item, {"incident": incident})
            return handled

        return self.store.write(work)

    def _answer(
        self, tx: Transaction, incident: str, command: PersonCommand
    ) -> Handled:
        state, refusal = self.state(incident), None
        events: tuple[Event, ...] = ()
        try:
            events = decide_for_person(state, command, now=self.clock.now())
        except Refusal as no:
            refusal = no
        kept: tuple[Event, ...] = events
        if refusal is not None and state.exists:
            name, by = type(command).__name__.lower(), command.by.id
            kept = (CommandRefused(command=name, code=refusal.code, by=by),)
        self._append(tx, incident, kept)
        return Handled(
            incident=incident, command=command, events=events, refusal=refusal
        )

    def _append(
        self, tx: Transaction, incident: str, events: tuple[Event, ...]
    ) -> None:
        if not events:
            return
        self.events.setdefault(incident, []).extend(events)
        view, now = self.view(incident), self.clock.now()
        assert view is not None
        tx.outbox.post(self._presenter.card(view), now=now)
        for event in events:
            self._seq += 1
            channel = view.state.channel
            line = self._presenter.line(incident, channel, self._seq, event)
            if line is not None:
                tx.outbox.post(line, now=now)

    def settle(
        self,
        item: str,
        *,
        whisper: Whisper | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> Future[None]:
        """Mark an item that leads to no command as done."""

        def work(tx: Transaction) -> None:
            if whisper:
                tx.outbox.whisper(whisper, now=self.clock.now())
            tx.inbox.done(item, outcome or {})

        return self.store.write(work)

    def give_back(self, item: str, *, because: str) -> Future[None]:
        """Put an item back; give it up after the last attempt."""

        def work(tx: Transaction) -> None:
            found = tx.inbox.find(item)
            dead = found is not None and found.attempts > _ATTEMPTS
            later = self.clock.now() + timedelta(seconds=1)
            tx.inbox.give_back(item, because=because, not_before=later, dead=dead)

        return self.store.write(work)

    def state(self, incident: str) -> Incident:
        """Return an incident as it is now."""
        return fold(self.events.get(incident, ()))

    def view(self, incident: str) -> CardView | None:
        """Return what stands on an incident's card."""
        state = self.state(incident)
        if not state.exists or state.detected_at is None:
            return None
        step = NextStep(
            runbook="RB-07",
            title="Prompt injection",
            number=2,
            text="Cut the agent's way out.",
            why="tool calls follow the injection",
        )
        taken = state.steps.get(("RB-07", 2))
        claim = Claim(
            text=Untrusted("The guardrail let it through"), evidence=("al_1",)
        )
        return CardView(
            id=incident,
            state=state,
            since=state.detected_at,
            category_title="Prompt injection",
            sources=state.sources,
            summary=Summary(by="rules", claims=(claim,)),
            next_step=replace(step, state=taken.state, by=taken.by) if taken else step,
        )

    def board(self) -> tuple[BoardRow, ...]:
        """Return the open incidents."""
        states = {one: self.state(one) for one in self.events}
        return tuple(
            self._row(one, state) for one, state in states.items() if state.is_open
        )

    def _row(self, incident: str, state: Incident) -> BoardRow:
        return BoardRow(
            id=incident,
            title=state.title,
            severity=state.severity,
            phase=state.phase,
            category=state.category,
            commander=state.commander,
            acked_by=state.acked_by,
            since=state.detected_at or self.clock.now(),
            system=state.system,
            alert_count=1,
            drill=state.drill,
            channel=state.channel,
            resolved_at=None,
        )

    def newest_in(self, channel: str) -> str:
        """Return the newest open incident of a channel."""
        return max(
            (row.id for row in self.board() if row.channel == channel), default=""
        )

    def timeline(self, incident: str) -> tuple[Line, ...]:
        """Return an incident's story."""
        return tuple(
            Line(
                seq=n,
                at=self.clock.now(),
                occurred_at=None,
                kind=event.name,
                actor="tocsin",
                text=sentence(event),
                words=None,
            )
            for n, event in enumerate(self.events.get(incident, ()))
        )
