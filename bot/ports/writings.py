"""What the Slack door asks about writings, and how they are drawn there.

Reading methods touch the disk and must be called off the event loop. Nothing here posts
by itself: what a person sent is posted, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.domain.commands import Person
from bot.domain.telling_events import HandedOver, UpdatePosted
from bot.domain.writing import Composed, Part, Writing
from bot.ports.outbox import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody is shown before they post.

    Attributes:
        fields: Name of a part to its drafted text, plain and editable.
        facts: What is posted beside it, from the log.
        extra: What a model added, checked; without rows for nothing.
        entry: Number of the entry that holds `extra`, -1 for none.
        asks: A model is asked for more.
    """

    writing: Writing
    fields: Mapping[str, str]
    facts: Composed
    extra: Part
    entry: int = -1
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person sent a form, or pressed the button that takes a handover.

    Attributes:
        item: Inbox item of the request; done in the transaction that answers.
        channel: Where the person is told; "" for the incident's own.
        to: Whom it is handed to.
        fields: Name of a part to what they left in it: not redacted yet.
        drafted: Name of a part to the short digest of what had been drafted.
        entry: Entry whose claims of a model were offered, and `taken` those taken.
    """

    item: str
    incident: str
    by: Person
    channel: str = ""
    to: Person | None = None
    audience: str = ""
    within: timedelta | None = None
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    drafted: Mapping[str, str] = field(default_factory=dict)
    entry: int = -1
    taken: tuple[str, ...] = ()


class Writings(Protocol):
    """Drafts about incidents, and what people make of them."""

    def may(self, incident: str, by: Person, writing: Writing) -> None:
        """Let somebody go on to a form.

        Raises:
            Refusal: They may not.
        """
        ...

    def catch_up(self, incident: str, person: str) -> Composed | None:
        """Return what somebody must know, and note that they looked."""
        ...

    def draft(self, incident: str, writing: Writing) -> Draft | None:
        """Return a draft as rules make it, with what a model has added."""
        ...

    def improve(
        self, incident: str, writing: Writing, then: Callable[[bool], object]
    ) -> bool:
        """Have a model asked; tell whether it will be.

        Args:
            then: Called on another thread with whether something was kept.
        """
        ...

    def post_update(self, asked: Asked) -> None:
        """Post a status update, or refuse."""
        ...

    def hand_over(self, asked: Asked) -> None:
        """Hand an incident over, or refuse."""
        ...

    def take_over(self, asked: Asked) -> None:
        """Take what was handed over, or refuse."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedUpdate:
    """A status update as it goes out.

    Attributes:
        seq: Number of its entry.
        facts: What stands beside the person's words, from the log.
        ai: The bullets of a model that the person took.
    """

    seq: int
    event: UpdatePosted
    facts: Composed
    ai: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedHandover:
    """A handover as it goes out; see `PostedUpdate`.

    Attributes:
        taken: Whether the other has it.
    """

    seq: int
    event: HandedOver
    facts: Composed
    ai: Part
    taken: bool = False


class WritingVoice(Protocol):
    """Draws what is posted. Pure."""

    def said(self, text: str, *, drill: bool) -> str:
        """Return a sentence for one person, marked where it is about a drill."""
        ...

    def update(self, posted: PostedUpdate) -> Post:
        """Return a status update; its key is ``update/<seq>``."""
        ...

    def handover(self, posted: PostedHandover) -> Post:
        """Return a handover; its key is ``handover/<seq>``."""
        ...
