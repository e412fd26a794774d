"""How sharing speaks in Slack: what `bot/slack/share_voice.py` keeps."""

from datetime import datetime
from typing import Protocol

from bot.domain.share import Share
from bot.domain.share_events import ShareEvent
from bot.ports.outbox import Post, Whisper


class ShareVoice(Protocol):
    """How sharing speaks in Slack. Pure: no address is in what it makes."""

    def link(
        self,
        place: str,
        *,
        incident: str,
        channel: str,
        person: str,
        until: datetime,
        drill: bool = False,
        original: str = "",
        text_by: str = "",
    ) -> Whisper:
        """Return the message with a link that is filled in when it is sent.

        Args:
            original: Alert whose original it is, "" for diagnostics; the same below.
            text_by: Who pasted it, where it is a text; the same below.
            drill: It is about an exercise, and says so; the same below.
        """
        ...

    def tell(
        self,
        key: str,
        *,
        channel: str,
        person: str,
        text: str,
        until: datetime,
        drill: bool = False,
    ) -> Whisper:
        """Return a sentence for one person."""
        ...

    def line(
        self,
        incident: str,
        channel: str,
        seq: int,
        event: ShareEvent,
        *,
        drill: bool = False,
        original: str = "",
        text_by: str = "",
    ) -> Post | None:
        """Return the thread line for an event, None when it deserves none."""
        ...

    def text(
        self, incident: str, channel: str, share: str, state: Share, *, drill: bool
    ) -> Post:
        """Return the message about a text that is offered, as it is now."""
        ...
