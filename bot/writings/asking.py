"""Asks a model for sentences of a writing, and keeps those that are true.

Nobody waits for it: whoever asked has the draft of the rules already. What is asked is
not kept; after a crash somebody asks again. A thread of the house runs this.
"""

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.assistant.claims import SummaryAnswer, checked
from bot.assistant.retelling import EntryTold, retold
from bot.assistant.telling import as_sent
from bot.domain.decisions import TOCSIN
from bot.domain.summary import as_lines
from bot.domain.telling_events import Drafted, HandedOver, UpdatePosted
from bot.domain.untrusted import Untrusted
from bot.domain.writing import Writing
from bot.incidents import IncidentBook
from bot.ports import Clock, Store, Transaction
from bot.ports.model import Answered, Model, NoAnswer, Question, Told
from bot.readmodels import account_rows, alerts, board, summaries, telling_lines
from bot.readmodels.account import QUIET, Account
from bot.writings.reading import Reading

PROMPTS: Mapping[Writing, str] = {
    Writing.CATCH_UP: "catch-up",
    Writing.UPDATE: "status-update",
    Writing.HANDOVER: "handover-note",
    Writing.POSTMORTEM: "postmortem-draft",
}
PAUSE = timedelta(seconds=60)
"""Between two questions for one writing of one incident."""
_MOST_WAITING = 20
_MOST_KNOWN = 1000
_log = logging.getLogger(__name__)
Key = tuple[str, Writing]
Then = Callable[[bool], object]
Answer = Answered[SummaryAnswer] | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    incident: str
    writing: Writing
    told: tuple[Told, ...]
    upto: int


@dataclass(kw_only=True)
class Asking:
    """Asks, one question at a time."""

    store: Store
    clock: Clock
    book: IncidentBook
    model: Model
    reading: Reading
    _wants: "queue.Queue[Key | None]" = field(
        default_factory=lambda: queue.Queue(_MOST_WAITING), init=False
    )
    _then: dict[Key, list[Then]] = field(default_factory=dict, init=False)
    _asked: dict[Key, tuple[datetime, int]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _ends: bool = field(default=False, init=False)

    def want(self, incident: str, writing: Writing, then: Then) -> bool:
        """Have a model asked soon; tell whether it will be.

        Not while it has said what can be said of the incident as it is.
        """
        key = incident, writing
        account = self.reading.account(incident)
        if self._ends or account is None or self._is_answered(account, key):
            return False
        return self._queue(key, then)

    def _queue(self, key: Key, then: Then) -> bool:
        with self._lock:
            if key in self._then:
                self._then[key].append(then)
                return True
            try:
                self._wants.put_nowait(key)
            except queue.Full:
                return False
            self._then[key] = [then]
        return True

    def run_until(self, stop: threading.Event) -> None:
        """Ask until `stop` is set and `hang_up` was called."""
        while not stop.is_set():
            self.step()

    def step(self) -> None:
        """Wait for a wish and see to it."""
        key = self._wants.get()
        if key is None:
            return
        kept = False
        # Who asks from now on knows more than what is told now: they wait for the next.
        with self._lock:
            waiting = self._then.pop(key, [])
        try:
            kept = not self._is_answered_now(key) and self._see_to(key)
        except Exception:  # noqa: BLE001 - the thread's outermost door
            if not self._ends:
                _log.exception("asking for a draft failed; it can be asked for again")
        for then in waiting:
            self._tell(then, kept=kept)

    def hang_up(self) -> None:
        """Wait for no answer any more: the bot is about to end."""
        self._ends = True
        self.model.close()
        try:
            self._wants.put_nowait(None)
        except queue.Full:
            return

    def _is_answered_now(self, key: Key) -> bool:
        account = self.reading.account(key[0])
        return account is None or self._is_answered(account, key)

    def _is_answered(self, account: Account, key: Key) -> bool:
        written = account.newest(key[1])
        if written is not None and written.upto >= account.last_seq:
            return True
        at, upto = self._asked.get(key, (None, -1))
        soon = at is not None and self.clock.now() - at < PAUSE
        return soon and upto >= account.last_seq

    def _see_to(self, key: Key) -> bool:
        ask = self.store.read(lambda tx: self._ask(tx, key))
        if ask is None or self._ends:
            return False
        if len(self._asked) >= _MOST_KNOWN:
            self._asked.clear()
        self._asked[key] = self.clock.now(), ask.upto
        answer = self.model.ask(
            Question(
                prompt=PROMPTS[ask.writing],
                incident=ask.incident,
                told=ask.told,
                answer=SummaryAnswer,
            )
        )
        if self._ends and isinstance(answer, NoAnswer):
            return False
        return self.store.write(lambda tx: self._finish(tx, ask, answer)).result()

    def _ask(self, tx: Transaction, key: Key) -> _Ask | None:
        account = self.reading.account_in(tx, key[0])
        if account is None:
            return None
        told = told_of(account, tx)
        upto = account.last_seq
        return _Ask(incident=key[0], writing=key[1], told=told, upto=upto)

    def _finish(self, tx: Transaction, ask: _Ask, answer: Answer) -> bool:
        """Keep what came of it; tell whether anything is to be shown."""
        state, version = board.load(tx, ask.incident)
        became = answer.why.value if isinstance(answer, NoAnswer) else "answered"
        # A drill's figures are not the real ones.
        if not state.drill:
            summaries.count(tx, "draft_asked", {became: 1})
        if isinstance(answer, NoAnswer):
            return False
        event = _event(ask, answer)
        if not state.drill:
            counted = {"kept": event.kept, **Counter(event.dropped)}
            summaries.count(tx, "draft_claims", counted)
        self.book.append(
            tx, ask.incident, state, (event,), version=version, actor=TOCSIN
        )
        return event.kept > 0

    def _tell(self, then: Then, *, kept: bool) -> None:
        try:
            then(kept)
        except Exception:  # noqa: BLE001 - whoever waits must not end the thread
            _log.exception("a draft was not shown")


def told_of(account: Account, tx: Transaction) -> tuple[Told, ...]:
    """Return what a model is told of an incident; people are roles in it."""
    cast, own = account.cast(), _own_words(account)
    entries = [
        EntryTold(
            seq=one.seq,
            at=one.at,
            text=cast.plain(one.text),
            words=own.get(one.seq, one.words),
        )
        for one in account.story
        if one.kind not in QUIET
    ]
    since = f"{account.card.since:%Y-%m-%d %H:%M} UTC"
    risk = f", risk tier {account.card.risk_tier}" if account.card.risk_tier else ""
    stands = f"{account_rows.head(account)}{risk}, since {since}"
    known = alerts.of_incident(tx, account.card.id)
    return retold(stands=stands, entries=entries, alerts=known)


def _own_words(account: Account) -> dict[int, Untrusted | None]:
    """Return what people told others, without what a model had written of it.

    Else a model's sentence would be evidence for its next.
    """
    return {
        one.seq: telling_lines.words(replace(one.event, ai=None))
        for one in account.happened
        if isinstance(one.event, UpdatePosted | HandedOver)
    }


def _event(ask: _Ask, answer: Answered[SummaryAnswer]) -> Drafted:
    found = checked(answer.value, as_sent(ask.told, answer.left_out))
    asked = answer.asked
    return Drafted(
        writing=ask.writing.value,
        model=answer.model,
        prompt=asked.prompt,
        version=asked.version,
        digest=asked.digest,
        upto=ask.upto,
        asked=found.asked,
        kept=len(found.claims),
        dropped=found.dropped,
        evidence=tuple(one.evidence for one in found.claims),
        text=as_lines(found.claims),
    )
