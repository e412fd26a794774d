"""How the Slack door asks questions about incidents, and how an answer is spoken.

Nothing that is asked can make anything happen: there is no way from here to a command.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.commands import Person
from bot.domain.passage import Reply
from bot.domain.untrusted import Untrusted
from bot.ports.outbox import Post, Whisper


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Somebody asked something.

    Attributes:
        item: Inbox item it came with; done in the transaction that keeps the question.
        id: Equal for one message however often it comes; also when it was edited.
        in_channel: They are in the channel of the incident that is named.
        incident: The one that is named; "" for the one the place means.
        ts: The message, "" for a command.
        thread: Root of its thread, "" where it is in none.
        aloud: The answer is for the channel; else for who asked alone.
        text: Not yet masked, without the mention of the bot.
    """

    item: str
    id: str
    by: Person
    channel: str
    in_channel: bool
    incident: str = ""
    ts: str = ""
    thread: str = ""
    aloud: bool = True
    text: Untrusted = field(repr=False)


class QuestionAsks(Protocol):
    """Keeps questions and has them answered."""

    @property
    def is_slow(self) -> bool:
        """Tell whether an answer may take a while: a model is asked."""
        ...

    def hear(self, heard: Heard) -> None:
        """Keep a question, or say why it is not answered; durable when this returns.

        Touches the disk: not for the event loop.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer as it is spoken.

    Attributes:
        id: Of the question.
        at: When the evidence was read, aware UTC.
        thread: Key of the message under which it goes; "" where nobody else sees it.
        note: Which incident was taken, where several could have been meant.
        question: Masked; for an answer that stands alone.
    """

    id: str
    incident: str
    person: str
    channel: str
    at: datetime
    reply: Reply
    thread: str = ""
    note: str = ""
    question: Untrusted | None = None
    drill: bool = False


class QuestionVoice(Protocol):
    """How answers look in Slack. Pure."""

    def looking(self, view: AnswerView) -> Post:
        """Return the message that stands until there is an answer; same key."""
        ...

    def answer(self, view: AnswerView) -> Post:
        """Return an answer for the thread."""
        ...

    def whisper(self, view: AnswerView, *, until: datetime) -> Whisper:
        """Return an answer for who asked alone."""
        ...

    def plain(self, reply: Reply) -> str:
        """Return an answer as plain text, for the timeline."""
        ...
