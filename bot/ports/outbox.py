"""The outbox: what must reach Slack, each effect a row before it is a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that is to stand in a channel, as it should look now.

    Putting a post with a key that was used before edits that message; while it
    has not been sent yet, only its last state ever is.

    Attributes:
        key: Identity of the message, e.g. ``card/INC-0001``.
        channel: Slack channel id.
        text: Fallback that reads well aloud.
        blocks: Block Kit, already safe to show.
        thread: Key of the post whose thread it goes to; "" for the channel.
    """

    key: str
    channel: str
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """A message only one person sees; given up after `expires_at`."""

    key: str
    channel: str
    person: str
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One outbox row that a sender has claimed.

    Attributes:
        ts: Slack's id of the message where it stands already; else "".
        thread_ts: Slack's id of the thread; "" for the channel.
        rev: Which state of the message this is; to be given back to `sent`.
        in_doubt: An earlier send may have happened: look before sending.
        created_at: When the message was first put here, aware UTC.
    """

    key: str
    kind: Literal["post", "whisper"]
    channel: str
    person: str
    text: str
    blocks: tuple[Mapping[str, Any], ...]
    ts: str
    thread_ts: str
    rev: int
    attempts: int
    in_doubt: bool
    created_at: datetime


class Outbox(Protocol):
    """What must reach Slack, each effect a row before it is a call."""

    def post(self, post: Post, *, now: datetime) -> None:
        """Set how a message is to look."""
        ...

    def whisper(self, whisper: Whisper, *, now: datetime) -> None:
        """Queue a message for one person. The same key is queued once."""
        ...

    def claim(self, *, now: datetime, lease_s: int, limit: int) -> tuple[Sending, ...]:
        """Return rows that are due, oldest first, and reserve them.

        A post in a thread waits until its parent has been sent. A row whose lease
        ran out without an answer comes back `in_doubt`.
        """
        ...

    def sent(self, key: str, *, rev: int, ts: str) -> None:
        """Say that this state of the message stands in Slack."""
        ...

    def not_sent(
        self, key: str, *, because: str, not_before: datetime, in_doubt: bool
    ) -> None:
        """Say that sending failed: it is tried again at `not_before`."""
        ...

    def give_up(self, key: str, *, because: str) -> None:
        """Say that it will never be sent, for example to a deleted channel."""
        ...

    def ts_of(self, key: str) -> str:
        """Return Slack's id of a message, "" while it is not there."""
        ...

    def waiting(self) -> int:
        """Return how many rows have not been sent."""
        ...
