"""Where an answer stands: below the message that asked, or with who asked.

What is answered is `bot/answering.py`; how it looks, `bot/slack/question_voice.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.incident import Incident
from bot.domain.passage import How, Reply
from bot.ports import Clock, Post, Transaction
from bot.ports.asking import AnswerView, QuestionVoice
from bot.readmodels.questions import Asked

_WORTH = timedelta(minutes=10)
HEARD = "heard/"
"""How the keys of people's messages begin that have a thread of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """Puts answers into the outbox."""

    clock: Clock
    voice: QuestionVoice

    def say(self, tx: Transaction, view: AnswerView) -> None:
        """Have an answer stand in its thread, or be seen by who asked."""
        now = self.clock.now()
        if not view.thread:
            tx.outbox.whisper(self.voice.whisper(view, until=now + _WORTH), now=now)
            return
        self._stand_below(tx, view, now)
        tx.outbox.post(self.voice.answer(view), now=now)

    def looking(self, tx: Transaction, asked: Asked, state: Incident) -> None:
        """Say in the thread that an answer is looked for; it takes its place."""
        now = self.clock.now()
        view = view_of(asked, state, Reply(how=How.NOTHING, said=()), at=now)
        self._stand_below(tx, view, now)
        tx.outbox.post(self.voice.looking(view), now=now)

    def _stand_below(self, tx: Transaction, view: AnswerView, now: datetime) -> None:
        """Have a person's message count as one that stands, so that it has a thread.

        It is never written again: its row is marked as sent in the same piece of work.
        """
        key, ts = view.thread, view.thread.rpartition("/")[2]
        if not key.startswith(HEARD) or tx.outbox.ts_of(key):
            return
        tx.outbox.post(Post(key=key, channel=view.channel, text=""), now=now)
        tx.outbox.sent(key, rev=1, ts=ts)


def view_of(asked: Asked, state: Incident, found: Reply, *, at: datetime) -> AnswerView:
    """Return an answer as it is spoken.

    Args:
        at: When the evidence was read, aware UTC.
    """
    return AnswerView(
        id=asked.id,
        incident=asked.incident,
        person=asked.person,
        channel=asked.channel,
        at=at,
        reply=found,
        thread=asked.thread,
        note=asked.note,
        question=asked.text,
        drill=state.drill,
    )
