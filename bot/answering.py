"""Answers the questions that were kept: from facts at once, or with a model.

Two threads: one answers what rules and search can, the other asks a model, so that no
typed question waits behind it. The answer, its event, and the mark that the question is
over are one transaction; a crash before it only means that it is answered once more.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.assistant import asking
from bot.assistant.asking import PROMPT, QuestionAnswer
from bot.domain.passage import (
    ANSWER,
    Evidence,
    How,
    Passage,
    Reply,
    Said,
    Written,
    judged_as,
)
from bot.domain.question_events import QuestionAnswered
from bot.domain.registry import Registry
from bot.domain.runbook import Runbook
from bot.domain.summary import prompt_named
from bot.domain.untrusted import Untrusted
from bot.incidents import IncidentBook
from bot.ports import Clock, Store, Transaction
from bot.ports.model import Answered, Model, NoAnswer, Question
from bot.readmodels import board, passages, questions, summaries, votes
from bot.readmodels.questions import FOR_A_MODEL, WAITS, Asked
from bot.speaking import Speaking, view_of
from bot.viewing import Viewing

_IDLE_S = 0.5
_AFTER_FAULT_S = 5.0
_LEASE = timedelta(seconds=60)
# Whoever waits longer is answered without a model.
_PATIENCE = timedelta(seconds=90)
# A question that fails again and again is not tried for ever.
_GIVES_UP = timedelta(minutes=5)
_SHELVES = 16
_GAVE_UP = Said(text="I could not work this out. Ask it in other words.")
_BUSY = "busy"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNeeds:
    """What answering takes from the house.

    Attributes:
        model: None where none is asked.
        lease: Longer than any question to a model may take.
        sent: Called when an answer was put into the outbox.
    """

    store: Store
    clock: Clock
    book: IncidentBook
    viewing: Viewing
    registry: Registry
    runbooks: Sequence[Runbook]
    speaking: Speaking
    model: Model | None = None
    lease: timedelta = _LEASE
    sent: Callable[[], object] = lambda: None


class Answering:
    """Answers what waits."""

    def __init__(self, needs: AnswerNeeds) -> None:
        self._needs = needs
        self._store, self._clock = needs.store, needs.clock
        self._speaking = needs.speaking
        self._registry = passages.of_registry(needs.registry.systems)
        self._shelves: dict[frozenset[str], tuple[Passage, ...]] = {}
        self._woken = threading.Event()
        self._slow_woken = threading.Event()
        self._ends = False

    def wake(self) -> None:
        """Look at once whether something waits."""
        self._woken.set()

    def run_until(self, stop: threading.Event) -> None:
        """Answer what rules and search can, until `stop` is set."""
        self._store.write(questions.release).result()
        self._run(stop, self._woken, self.step)

    def ask_until(self, stop: threading.Event) -> None:
        """Ask a model about the rest, until `stop` is set."""
        self._run(stop, self._slow_woken, self.step_slowly)

    def hang_up(self) -> None:
        """Wait for nothing any more: the bot is about to end."""
        self._ends = True
        self._woken.set()
        self._slow_woken.set()
        if self._needs.model is not None:
            self._needs.model.close()

    def _run(
        self, stop: threading.Event, woken: threading.Event, step: Callable[[], bool]
    ) -> None:
        while not stop.is_set():
            woken.clear()
            try:
                found = step()
            except Exception:  # noqa: BLE001 - the thread's outermost door
                if not stop.is_set():
                    _log.exception("a question was not answered; it is tried again")
                stop.wait(_AFTER_FAULT_S)
                continue
            if not found and not stop.is_set():
                woken.wait(_IDLE_S)

    def step(self) -> bool:
        """Answer one question, or leave it to a model; tell whether one waited."""
        asked = self._take(WAITS, _LEASE)
        if asked is None:
            return False
        evidence = self._ready(asked)
        if evidence is None:
            return True
        found = asking.by_rules(asked.text, evidence)
        if self._needs.model is not None and found.how in (How.SEARCH, How.NOTHING):
            now = self._clock.now()
            self._store.write(
                lambda tx: questions.for_a_model(tx, asked, now=now)
            ).result()
            self._slow_woken.set()
            return True
        self._finish(asked, evidence, found)
        return True

    def step_slowly(self) -> bool:
        """Ask a model about one question; tell whether one waited."""
        model = self._needs.model
        asked = self._take(FOR_A_MODEL, self._needs.lease) if model else None
        if model is None or asked is None or self._ends:
            return False
        evidence = self._ready(asked)
        if evidence is None:
            return True
        found, dropped = self._asked_of(model, asked, evidence)
        if not self._ends:
            self._finish(asked, evidence, found, dropped=dropped)
        return True

    def _ready(self, asked: Asked) -> Evidence | None:
        """Return what to answer from; None where the question is over with that."""
        if self._clock.now() - asked.asked_at > _GIVES_UP:
            self._finish(asked, None, Reply(how=How.NOTHING, said=(_GAVE_UP,)))
            return None
        evidence = self.evidence_of(asked.incident)
        if evidence is None:
            self._store.write(lambda tx: questions.over(tx, asked)).result()
        return evidence

    def _take(self, state: str, lease: timedelta) -> Asked | None:
        now = self._clock.now()
        if not self._store.read(lambda tx: questions.is_due(tx, state, now=now)):
            return None
        return self._store.write(
            lambda tx: questions.take(tx, state, now=self._clock.now(), lease=lease)
        ).result()

    def _asked_of(
        self, model: Model, asked: Asked, evidence: Evidence
    ) -> tuple[Reply, tuple[str, ...]]:
        """Return what a model says that is borne out; else what search finds."""
        fallback = asking.by_rules(asked.text, evidence)
        if self._clock.now() - asked.asked_at > _PATIENCE:
            return replace(fallback, why_no_model=_BUSY), ()
        sent = asking.told(asked.text, evidence)
        answer = model.ask(
            Question(
                prompt=PROMPT,
                incident=asked.incident,
                told=sent,
                answer=QuestionAnswer,
            )
        )
        if isinstance(answer, NoAnswer):
            return replace(fallback, why_no_model=answer.why.value), ()
        had = sent[: len(sent) - answer.left_out]
        made, dropped = asking.by_model(answer.value, had, evidence)
        if made is None:
            return fallback, dropped
        return replace(made, written=_written(answer)), dropped

    def evidence_of(self, incident: str) -> Evidence | None:
        """Return what the incident's own evidence is now; None where there is none."""

        def work(tx: Transaction) -> Evidence | None:
            card = self._needs.viewing.card(tx, incident)
            if card is None:
                return None
            near = passages.near(tx, incident)
            used = {runbook for runbook, _ in card.state.steps}
            known: tuple[Passage, ...] = (
                *passages.of_incident(tx, incident),
                *self._registry,
                *self._shelf(near | used),
            )
            systems = self._needs.registry.systems
            return Evidence(
                at=self._clock.now(),
                card=card,
                system=self._needs.registry.get(card.state.system),
                systems=systems,
                passages=known,
            )

        return self._store.read(work)

    def _shelf(self, near: frozenset[str]) -> tuple[Passage, ...]:
        """Return the passages of all runbooks; incidents of a kind have the same."""
        known = self._shelves.get(near)
        if known is None:
            if len(self._shelves) >= _SHELVES:
                self._shelves.clear()
            known = passages.of_shelf(self._needs.runbooks, near=near)
            self._shelves[near] = known
        return known

    def _finish(
        self,
        asked: Asked,
        evidence: Evidence | None,
        found: Reply,
        *,
        dropped: tuple[str, ...] = (),
    ) -> None:
        """Keep the answer with its event, unless the message was edited meanwhile."""

        def work(tx: Transaction) -> None:
            if not questions.is_current(tx, asked):
                return
            state, version = board.load(tx, asked.incident)
            event = self._event(asked, found, dropped)
            self._needs.book.append(
                tx, asked.incident, state, (event,), version=version, actor=asked.person
            )
            at = evidence.at if evidence else asked.asked_at
            self._speaking.say(tx, view_of(asked, state, found, at=at))
            _note_text(tx, asked, found)
            questions.over(tx, asked)
            if not state.drill:
                summaries.count(tx, "question", {found.how.value: 1})

        self._store.write(work).result()
        self._needs.sent()

    def _event(
        self, asked: Asked, found: Reply, dropped: tuple[str, ...]
    ) -> QuestionAnswered:
        written = found.written
        return QuestionAnswered(
            by=asked.person,
            aloud=asked.aloud,
            known=found.known,
            how=found.how.value,
            cites=tuple(one.id for one in found.cited),
            model=written.model if written else "",
            prompt=written.prompt if written else "",
            version=written.version if written else 0,
            digest=written.digest if written else "",
            dropped=dropped,
            question=asked.text,
            answer=Untrusted(self._speaking.voice.plain(found)),
        )


def _written(answer: Answered[QuestionAnswer]) -> Written:
    asked = answer.asked
    return Written(
        model=answer.model,
        prompt=asked.prompt,
        version=asked.version,
        digest=asked.digest,
    )


def _note_text(tx: Transaction, asked: Asked, found: Reply) -> None:
    """Have an answer that a model wrote judged: thumbs stand below it."""
    if found.written is None:
        return
    by = found.written
    prompt = prompt_named(by.prompt, by.version, by.digest)
    which = judged_as(asked.id)
    votes.know(tx, asked.incident, ANSWER, which, prompt=prompt, model=by.model)
