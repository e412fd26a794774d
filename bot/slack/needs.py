"""What this room asks of the service, and nothing more.

`bot/service.py` keeps these promises; so does the fake the tests use. Reading
methods touch the disk: call them from a thread, never on the event loop.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol

from bot.domain.card import CardView
from bot.domain.commands import PersonCommand
from bot.ports import Clock, Keys, Received, Store, Whisper

if TYPE_CHECKING:  # the cards must not load the whole house to be drawn
    from bot.domain.runbook_draft import Draft
    from bot.readmodels.board import BoardRow
    from bot.readmodels.timeline import Line
    from bot.redact import Redacted
    from bot.service import Handled


class Redactor(Protocol):
    """Takes out of text what must not leave."""

    def redact(self, text: str, *, scope: str = "") -> "Redacted":
        """Return the text without what is sensitive."""
        ...


class Pages(Protocol):
    """Makes links to the pages."""

    async def link(self, person: str, *, incident: str, part: str = "") -> str:
        """Return an address under which one person signs in, once.

        Args:
            part: Which page below the incident's own, "" for that.
        """
        ...


class Drafting(Protocol):
    """Drafts runbooks from incidents."""

    def draft(self, incident: str) -> "Draft | None":
        """Return a draft, None if there is no such incident."""
        ...


class Service(Protocol):
    """The one way in. Everything that writes is durable when its future is done."""

    @property
    def store(self) -> Store: ...  # noqa: D102 - named by its type
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def keys(self) -> Keys: ...  # noqa: D102
    @property
    def redactor(self) -> Redactor: ...  # noqa: D102

    def accept(self, received: Received) -> "Future[tuple[str, bool]]":
        """Keep what came in; answer its id and whether it was here before."""
        ...

    def handle(
        self,
        incident: str,
        command: PersonCommand,
        *,
        item: str = "",
        reply: "Callable[[Handled], Whisper | None] | None" = None,
    ) -> "Future[Handled]":
        """Answer a person's command and mark the inbox item done."""
        ...

    def settle(
        self,
        item: str,
        *,
        whisper: Whisper | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> "Future[None]":
        """Mark an inbox item that leads to no command as done."""
        ...

    def give_back(self, item: str, *, because: str) -> "Future[None]":
        """Put an item back after a failure; at last give it up."""
        ...

    def view(self, incident: str) -> CardView | None:
        """Return what stands on an incident's card."""
        ...

    def board(self) -> "tuple[BoardRow, ...]":
        """Return the open incidents, worst first."""
        ...

    def newest_in(self, channel: str) -> str:
        """Return the newest open incident of a channel, "" if none."""
        ...

    def timeline(self, incident: str) -> "tuple[Line, ...]":
        """Return an incident's story."""
        ...
