"""What the Slack door asks about texts that people seal for people.

The methods touch the disk and must be called off the event loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.domain.errors import Refusal
from bot.ports.gate import Asker
from bot.ports.inbox import Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """A text that somebody wants sealed.

    Attributes:
        by: Slack id.
        people: Slack ids of whom it is for.
        each: How often each of them may open it.
    """

    incident: str
    by: str
    people: tuple[str, ...]
    life: timedelta
    each: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAsked:
    """Somebody asks something about a sealed text.

    Attributes:
        item: Inbox item of the request; done in the transaction that answers.
        channel: Where the person is told.
    """

    share: str
    incident: str
    by: Asker
    item: str
    channel: str


class TextAsks(Protocol):
    """Texts that people seal for people by name."""

    def may(self, incident: str, by: Asker) -> None:
        """Let somebody go on to the form.

        Raises:
            Refusal: They may not, or the incident is not open.
        """
        ...

    def refuse(self, incident: str, by: Asker, no: Refusal, told: "Told") -> None:
        """Write a refusal down with the incident, and tell the person."""
        ...

    def seal(self, pasted: Pasted, received: Callable[[str], Received]) -> None:
        """Seal a text and keep the request about it, both or neither; durable then.

        Args:
            received: Makes the request, without the text, from the share's id.

        Raises:
            Refusal: It is not sealed, and nothing is kept.
        """
        ...

    def offer(self, asked: TextAsked, people: Sequence[Asker]) -> None:
        """Let the people it names have it, or refuse and destroy it."""
        ...

    def open(self, asked: TextAsked) -> None:
        """Give somebody a link, or refuse."""
        ...

    def take_back(self, asked: TextAsked) -> None:
        """Take a text back, or refuse."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where and under which key somebody is told something, once."""

    key: str
    channel: str
