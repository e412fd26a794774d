"""An outbox in memory. It keeps the promises of `bot.ports.Outbox`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.ports import Post, Sending, Whisper


@dataclass(slots=True, kw_only=True)
class Row:
    """One message and how far it got."""

    key: str
    kind: Literal["post", "whisper"]
    channel: str
    text: str
    blocks: tuple[Mapping[str, Any], ...]
    created_at: datetime
    person: str = ""
    thread: str = ""
    expires_at: datetime | None = None
    rev: int = 1
    sent_rev: int = 0
    ts: str = ""
    attempts: int = 0
    in_doubt: bool = False
    not_before: datetime | None = None
    leased_until: datetime | None = None
    because: str = ""
    given_up: bool = False

    @property
    def waits(self) -> bool:
        """Tell whether its newest state has not been sent."""
        return self.sent_rev < self.rev and not self.given_up


class FakeOutbox:
    """Keeps `bot.ports.Outbox`."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def post(self, post: Post, *, now: datetime) -> None:
        """Set how a message is to look."""
        old = self.rows.get(post.key)
        if old is not None:
            old.text, old.blocks, old.rev = post.text, post.blocks, old.rev + 1
            return
        self.rows[post.key] = Row(
            key=post.key,
            kind="post",
            channel=post.channel,
            text=post.text,
            blocks=post.blocks,
            thread=post.thread,
            created_at=now,
        )

    def whisper(self, whisper: Whisper, *, now: datetime) -> None:
        """Queue a message for one person."""
        if whisper.key in self.rows:
            return
        self.rows[whisper.key] = Row(
            key=whisper.key,
            kind="whisper",
            channel=whisper.channel,
            person=whisper.person,
            text=whisper.text,
            blocks=whisper.blocks,
            expires_at=whisper.expires_at,
            created_at=now,
        )

    def claim(self, *, now: datetime, lease_s: int, limit: int) -> tuple[Sending, ...]:
        """Return rows that are due, and reserve them."""
        found = []
        for row in [one for one in self.rows.values() if self._is_due(one, now)][
            :limit
        ]:
            if row.leased_until is not None:
                row.in_doubt = True
            row.leased_until = now + timedelta(seconds=lease_s)
            row.attempts += 1
            found.append(self._sending(row))
        return tuple(found)

    def _is_due(self, row: Row, now: datetime) -> bool:
        if row.expires_at is not None and row.expires_at <= now and row.waits:
            self.give_up(row.key, because="expired")
        if not row.waits or (row.thread and not self.ts_of(row.thread)):
            return False
        if row.leased_until is not None and row.leased_until > now:
            return False
        return row.not_before is None or row.not_before <= now

    def _sending(self, row: Row) -> Sending:
        return Sending(
            key=row.key,
            kind=row.kind,
            channel=row.channel,
            person=row.person,
            text=row.text,
            blocks=row.blocks,
            ts=row.ts,
            thread_ts=self.ts_of(row.thread) if row.thread else "",
            rev=row.rev,
            attempts=row.attempts,
            in_doubt=row.in_doubt,
            created_at=row.created_at,
        )

    def sent(self, key: str, *, rev: int, ts: str) -> None:
        """Say that this state of the message stands in Slack."""
        row = self.rows[key]
        row.sent_rev, row.ts = max(row.sent_rev, rev), ts
        row.leased_until = row.not_before = None
        row.in_doubt, row.because = False, ""

    def not_sent(
        self, key: str, *, because: str, not_before: datetime, in_doubt: bool
    ) -> None:
        """Say that sending failed."""
        row = self.rows[key]
        row.leased_until, row.because = None, because
        row.not_before, row.in_doubt = not_before, in_doubt

    def give_up(self, key: str, *, because: str) -> None:
        """Say that it will never be sent."""
        row = self.rows[key]
        row.given_up, row.because, row.leased_until = True, because, None

    def ts_of(self, key: str) -> str:
        """Return Slack's id of a message, "" while it is not there."""
        row = self.rows.get(key)
        return row.ts if row is not None else ""

    def waiting(self) -> int:
        """Return how many rows have not been sent."""
        return sum(row.waits for row in self.rows.values())
