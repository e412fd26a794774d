"""How the core asks for messages to be drawn, without knowing Slack."""

from typing import Protocol

from bot.domain.card import CardView
from bot.domain.events import Event
from bot.domain.storm_view import StormView
from bot.ports.outbox import Post


class Presenter(Protocol):
    """Turns views and events into posts. Pure: same input, same output."""

    def card(self, view: CardView) -> Post:
        """Return the incident's card; its key is ``card/<incident>``."""
        ...

    def line(self, incident: str, channel: str, seq: int, event: Event) -> Post | None:
        """Return the thread line for an event, None when it deserves none.

        Its key is ``line/<seq>`` and its thread ``card/<incident>``.
        """
        ...

    def exercise(self, post: Post) -> Post:
        """Return a message marked as part of a drill."""
        ...

    def digest(self, view: StormView) -> Post:
        """Return the one message that stands for cards held back in a storm."""
        ...
