"""Questions as they come in: whose incident is meant, who may ask, how much.

A question is kept with the mark on its inbox item, or refused with a sentence, in one
transaction. How it is answered is `bot/answering.py`. A question is data: nothing here
or there leads to a command, to the gate, or to a share.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.commands import Person, PersonKind
from bot.domain.errors import BadRequest, NotAllowed, NotFound, Refusal, TooMany
from bot.domain.events import CommandRefused
from bot.domain.incident import Incident
from bot.domain.untrusted import Untrusted
from bot.incidents import IncidentBook
from bot.ports import Clock, Store, Transaction, Whisper
from bot.ports.asking import Heard
from bot.readmodels import board, questions
from bot.readmodels.questions import Asked
from bot.redact import Redactor
from bot.speaking import HEARD

LONGEST = 500
PER_MINUTE, PER_HOUR = 6, 60
"""How often one person may ask."""
CHANNEL_PER_MINUTE = 20
MOST_EDITS = 5
_WORTH = timedelta(minutes=10)
_SAME = timedelta(seconds=60)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_NAMED = re.compile(r"\bINC-\d{4,9}\b", re.IGNORECASE)
_MOST_NAMED = 5
_NOT_ANSWERED = "The question was not answered"
_HOW_TO_ASK = (
    "Mention me with a question in an incident's thread, or type "
    "`/incident ask INC-0001 QUESTION`."
)
_WHY_NOT = {
    PersonKind.GUEST: "guests do not ask about incidents",
    PersonKind.EXTERNAL: "people from another organization do not ask about incidents",
    PersonKind.DEACTIVATED: "the account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who is asking",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Keeps `bot.ports.asking.QuestionAsks`.

    Attributes:
        redactor: Returns what redacts at the time.
        kept: Called when a question was kept, so that it is answered at once.
        looking: Says in the thread that an answer is looked for.
        is_slow: A model is asked, which may take a while.
    """

    store: Store
    clock: Clock
    book: IncidentBook
    redactor: Callable[[], Redactor]
    kept: Callable[[], object]
    looking: Callable[[Transaction, Asked, Incident], None]
    is_slow: bool = False

    def hear(self, heard: Heard) -> None:
        """Keep a question, or say why it is not answered; durable when this returns."""
        text = self._masked(heard, self._scope(heard))
        self.store.write(lambda tx: self._hear(tx, heard, text)).result()
        self.kept()

    def _scope(self, heard: Heard) -> str:
        """Return whose placeholders are meant: what is equal there is equal here."""

        def work(tx: Transaction) -> str:
            try:
                return self._meant(tx, heard, heard.text.for_rules())[0]
            except Refusal:
                return ""

        return self.store.read(work)

    def _masked(self, heard: Heard, scope: str) -> str:
        """Return the question as it may be kept; masked before it is cut."""
        found = self.redactor().redact(heard.text.for_redaction(), scope=scope)
        return Untrusted(found.text).for_slack(limit=LONGEST)

    def _hear(self, tx: Transaction, heard: Heard, text: str) -> None:
        outcome = "ignored"
        if heard.by.kind is not PersonKind.BOT:
            try:
                outcome = self._keep(tx, heard, text)
            except Refusal as no:
                outcome = no.code
                self._say(tx, heard, str(no), key=_limit_key(no, heard, self.clock))
        tx.inbox.done(heard.item, {"question": outcome})

    def _keep(self, tx: Transaction, heard: Heard, text: str) -> str:
        try:
            incident, note = self._meant(tx, heard, text)
        except Refusal:
            _refuse_strangers(heard.by)
            raise
        try:
            _refuse_strangers(heard.by)
        except Refusal as no:
            self._record(tx, incident, heard, no)
            raise
        state = board.load(tx, incident)[0]
        if not text.strip():
            raise _nothing_asked()
        asked = Asked(
            id=heard.id,
            incident=incident,
            person=heard.by.id,
            channel=heard.channel,
            thread=self._thread(tx, heard, incident),
            text=Untrusted(text),
            note=note,
            aloud=heard.aloud,
            rev=1,
            asked_at=self.clock.now(),
        )
        return self._put(tx, heard, asked, state)

    def _put(self, tx: Transaction, heard: Heard, asked: Asked, state: Incident) -> str:
        digest = questions.digest_of(asked.text.for_redaction())
        if questions.digest(tx, asked.id) == digest:
            return "known"
        if questions.same_lately(tx, asked, digest=digest, within=_SAME):
            self._say(tx, heard, _asked_before(asked))
            return "asked just now"
        self._refuse_too_much(tx, asked)
        questions.keep(tx, asked, digest=digest)
        if self.is_slow and asked.aloud:
            self.looking(tx, asked, state)
        return "kept"

    def _meant(self, tx: Transaction, heard: Heard, text: str) -> tuple[str, str]:
        """Return the incident that is meant, and what to say about the choice.

        An answer for everybody in a channel comes only from an incident of that
        channel; one for a person alone, also from another whose channel they are in.
        """
        named = heard.incident or next(iter(_NAMED.findall(text)), "").upper()
        if named:
            state = board.load(tx, named)[0]
            here = state.exists and state.channel == heard.channel
            alone = state.exists and not heard.aloud and heard.in_channel
            if not (here or (alone and named == heard.incident)):
                raise _elsewhere(named)
            return named, ""
        headed = self._headed(tx, heard)
        if headed:
            return headed, ""
        newest = board.newest_in(tx, heard.channel)
        if not newest:
            raise _none_here(self._open_ids(tx, heard))
        others = [one for one in self._open_here(tx, heard.channel) if one != newest]
        return newest, _taken(newest, others)

    def _headed(self, tx: Transaction, heard: Heard) -> str:
        """Return the incident whose card heads the thread, also when it is over."""
        if not heard.thread:
            return ""
        rows = tx.tables.execute(
            "SELECT b.id FROM outbox o JOIN board b ON o.key = 'card/' || b.id "
            "WHERE o.channel = ? AND o.ts = ? AND b.channel = o.channel LIMIT 1",
            (heard.channel, heard.thread),
        )
        return str(rows[0]["id"]) if rows else ""

    def _open_here(self, tx: Transaction, channel: str) -> list[str]:
        found = board.open_rows(tx)
        return [one.id for one in found if one.channel == channel]

    def _open_ids(self, tx: Transaction, heard: Heard) -> list[str]:
        """Return what is open elsewhere, as `/incident list` tells every reader."""
        if heard.by.kind is not PersonKind.MEMBER:
            return []
        found = board.open_rows(tx)[:_MOST_NAMED]
        return [f"{one.id} ({one.severity})" for one in found]

    def _thread(self, tx: Transaction, heard: Heard, incident: str) -> str:
        """Return the key of the message under which the answer goes."""
        if not heard.aloud:
            return ""
        root = heard.thread or heard.ts
        if not root:
            return f"card/{incident}"
        if root == tx.outbox.ts_of(f"card/{incident}"):
            return f"card/{incident}"
        return f"{HEARD}{heard.channel}/{root}"

    def _refuse_too_much(self, tx: Transaction, asked: Asked) -> None:
        if questions.revision(tx, asked.id) >= MOST_EDITS:
            raise _too_much("the message was edited often enough")
        now, person, place = asked.asked_at, asked.person, asked.channel
        minute = questions.count(tx, since=now - _MINUTE, person=person)
        hour = questions.count(tx, since=now - _HOUR, person=person)
        if minute >= PER_MINUTE or hour >= PER_HOUR:
            raise _too_much(f"you asked {minute} in a minute, {hour} in an hour")
        here = questions.count(tx, since=now - _MINUTE, channel=place)
        if here >= CHANNEL_PER_MINUTE:
            raise _too_much(f"{here} were asked in this channel in a minute")

    def _record(
        self, tx: Transaction, incident: str, heard: Heard, no: Refusal
    ) -> None:
        """Write down that somebody was not answered."""
        state, version = board.load(tx, incident)
        by = heard.by.id
        refused = CommandRefused(command="ask", code=no.code, by=by)
        self.book.append(tx, incident, state, (refused,), version=version, actor=by)

    def _say(self, tx: Transaction, heard: Heard, text: str, *, key: str = "") -> None:
        if not heard.channel:
            return
        now = self.clock.now()
        whisper = Whisper(
            key=key or f"whisper/{heard.item}",
            channel=heard.channel,
            person=heard.by.id,
            text=text,
            expires_at=now + _WORTH,
        )
        tx.outbox.whisper(whisper, now=now)


def _refuse_strangers(by: Person) -> None:
    if by.kind is not PersonKind.MEMBER:
        raise NotAllowed(
            _NOT_ANSWERED,
            because=_WHY_NOT.get(by.kind, "only full members ask"),
            next_move="Ask a full member of this workspace.",
        )


def _nothing_asked() -> BadRequest:
    return BadRequest(
        _NOT_ANSWERED,
        because="there is no question after my name",
        next_move="For example: who owns it, what was tried, what changed at 10:02.",
    )


def _elsewhere(named: str) -> NotFound:
    return NotFound(
        _NOT_ANSWERED,
        because=f"{named} is no incident that you can be told of here",
        next_move="Ask in the channel it is worked on in.",
    )


def _none_here(open_ids: list[str]) -> NotFound:
    known = f" Open are {', '.join(open_ids)}." if open_ids else " None is open."
    return NotFound(
        _NOT_ANSWERED,
        because="no incident is open in this channel",
        next_move=f"{_HOW_TO_ASK}{known}",
    )


def _too_much(because: str) -> TooMany:
    return TooMany(_NOT_ANSWERED, because=because, next_move="Ask again in a minute.")


def _limit_key(no: Refusal, heard: Heard, clock: Clock) -> str:
    """Return a key by which a limit is told once a minute; "" for other refusals."""
    if not isinstance(no, TooMany):
        return ""
    return f"whisper/asked/{heard.by.id}/{clock.now():%Y%m%d%H%M}"


def _taken(newest: str, others: list[str]) -> str:
    if not others:
        return ""
    more = ", ".join(others[:_MOST_NAMED])
    return f"Taken for {newest}, the newest here. For {more}: ask in its thread."


def _asked_before(asked: Asked) -> str:
    where = "the answer is in the thread" if asked.aloud else "the answer is above"
    return f"{asked.incident}: the same was asked just now; {where}."
