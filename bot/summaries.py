"""Asks a model what is known of an incident, and keeps of its answer what is true.

The card stands already when this begins, and never waits for it: a thread of the house
asks, checks each claim, and writes an event, from which the card is drawn. Nothing that
decides comes from here. How a claim is checked is in `bot/assistant`, which incidents
are asked about in `bot/readmodels/summaries.py`.
"""

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.assistant.claims import SummaryAnswer
from bot.assistant.telling import told_of
from bot.assistant.writing import under_short_ids, written_in
from bot.domain.decisions import TOCSIN
from bot.domain.events import AlertJoined, Event, IncidentOpened, Reopened
from bot.domain.grouping_events import Woken
from bot.domain.incident import Incident
from bot.domain.summary import LONGEST_CLAIM, as_lines
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized
from bot.incidents import IncidentBook
from bot.ports import Clock, Store, Transaction
from bot.ports.model import Answered, Model, NoAnswer, Question, Told, Why
from bot.readmodels import alerts, board, summaries
from bot.readmodels.summaries import PAUSE, Wanted

PROMPT = "incident-summary"
_IDLE_S = 0.5
_AFTER_FAULT_S = 5.0
# After these more is known than before, or a card moves again.
_MATTERS = (IncidentOpened, AlertJoined, Reopened, Woken)
# Nothing was sent, and soon it may be.
_LATER = frozenset({Why.RESTING, Why.BUSY})
_NOTHING_KEPT = "nothing_kept"
_log = logging.getLogger(__name__)

Answer = Answered[SummaryAnswer] | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """What is asked; `ids` are the alerts by the ids under which they are told."""

    wanted: Wanted
    told: tuple[Told, ...]
    ids: Mapping[str, str]


class Summaries:
    """Keeps cards as good as a model can make them."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        book: IncidentBook,
        model: Model,
        lease: timedelta,
    ) -> None:
        """Take what is needed.

        Args:
            lease: Longer than any question may take; after a crash in the middle the
                incident is asked about once more then.
        """
        self._store = store
        self._clock = clock
        self._book = book
        self._model = model
        self._lease = lease
        self._ends = False

    def follow(
        self, tx: Transaction, incident: str, state: Incident, events: Sequence[Event]
    ) -> None:
        """Have a model asked if what happened matters for a summary."""
        if state.is_open and any(isinstance(one, _MATTERS) for one in events):
            summaries.want(tx, incident, now=self._clock.now())
        elif not state.is_open:
            summaries.rest(tx, incident, why="")

    def run_until(self, stop: threading.Event) -> None:
        """Ask until `stop` is set."""
        while not stop.is_set():
            try:
                found = self.step()
            except Exception:  # noqa: BLE001 - the thread's outermost door
                if not stop.is_set():
                    _log.exception("asking for a summary failed; it is tried again")
                stop.wait(_AFTER_FAULT_S)
                continue
            if not found:
                stop.wait(_IDLE_S)

    def hang_up(self) -> None:
        """Wait for no answer any more: the bot is about to end."""
        self._ends = True
        self._model.close()

    def step(self) -> bool:
        """Ask about one incident; tell whether one was due."""
        now = self._clock.now()
        if not self._store.read(lambda tx: summaries.is_due(tx, now=now)):
            return False
        ask = self._store.write(self._take).result()
        if ask is None or self._ends:
            return True
        answer = self._model.ask(question_of(ask.wanted.incident, ask.told))
        # Broken off by ourselves says nothing of the model; it is due again later.
        if self._ends and isinstance(answer, NoAnswer):
            return True
        # Checked here: the store waits for nobody who reads.
        if isinstance(answer, NoAnswer):
            came: Summarized | NoAnswer = answer
        else:
            came = event_of(answer, ask.told, ask.ids)
        self._store.write(lambda tx: self._finish(tx, ask, came)).result()
        return True

    def _take(self, tx: Transaction) -> _Ask | None:
        wanted = summaries.take(tx, now=self._clock.now(), lease=self._lease)
        if wanted is None:
            return None
        state, _ = board.load(tx, wanted.incident)
        known = told_of(alerts.of_incident(tx, wanted.incident))
        told, ids = under_short_ids(known)
        if not state.is_open or state.is_snoozed or state.written or not told:
            summaries.rest(tx, wanted.incident, why="")
            return None
        return _Ask(wanted=wanted, told=told, ids=ids)

    def _finish(self, tx: Transaction, ask: _Ask, came: Summarized | NoAnswer) -> None:
        """Keep what came of it, at once with the card that follows."""
        incident = ask.wanted.incident
        state, version = board.load(tx, incident)
        became = came.why.value if isinstance(came, NoAnswer) else "answered"
        _count(tx, state, "asked", {became: 1})
        if not state.is_open:
            summaries.rest(tx, incident, why="")
        elif not summaries.is_current(tx, ask.wanted):
            at = summaries.asked_at(tx, incident) + PAUSE
            summaries.again(tx, incident, at=max(at, self._clock.now()))
        elif isinstance(came, NoAnswer):
            self._tell_why(tx, incident, came.why)
        else:
            self._keep(tx, incident, state, came, version=version)

    def _keep(
        self,
        tx: Transaction,
        incident: str,
        state: Incident,
        event: Summarized,
        *,
        version: int,
    ) -> None:
        became = {"kept": event.kept, **Counter(event.dropped)}
        _count(tx, state, "claims", became)
        summaries.rest(tx, incident, why="" if event.kept else _NOTHING_KEPT)
        self._book.append(tx, incident, state, (event,), version=version, actor=TOCSIN)

    def _tell_why(self, tx: Transaction, incident: str, why: Why) -> None:
        known = summaries.why_none(tx, incident)
        if why in _LATER:
            at = self._clock.now() + PAUSE
            summaries.again(tx, incident, at=at, why=why.value)
        else:
            summaries.rest(tx, incident, why=why.value)
        if why.value != known:
            self._book.redraw_soon(tx, incident)


def _count(tx: Transaction, state: Incident, what: str, how: Mapping[str, int]) -> None:
    """Count, but for a drill: its figures are not the real ones."""
    if not state.drill:
        summaries.count(tx, what, how)


def question_of(incident: str, told: tuple[Told, ...]) -> Question[SummaryAnswer]:
    """Return what a model is asked about an incident."""
    return Question(prompt=PROMPT, incident=incident, told=told, answer=SummaryAnswer)


def event_of(
    answer: Answered[SummaryAnswer], told: Sequence[Told], ids: Mapping[str, str]
) -> Summarized:
    """Return what is kept of an answer.

    Args:
        told: What was asked about.
        ids: Alerts by the ids under which they were told.
    """
    written, found = written_in(answer, told, ids)
    asked = answer.asked
    return Summarized(
        model=answer.model,
        prompt=asked.prompt,
        version=asked.version,
        digest=asked.digest,
        asked=found.asked,
        kept=len(written.claims),
        dropped=found.dropped,
        evidence=tuple(one.evidence for one in written.lines),
        quoted=len(written.quotes),
        named=int(written.named is not None),
        text=as_lines(written.lines),
        asks=_one_a_line(written.unknown),
    )


def _one_a_line(texts: Sequence[Untrusted]) -> Untrusted | None:
    lines = (one.for_slack(limit=LONGEST_CLAIM) for one in texts)
    return Untrusted("\n".join(lines)) if texts else None
