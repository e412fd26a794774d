"""How fast we may write: token buckets on the injected clock.

One message a second and channel with a burst of one more; fifty edits a minute
in the whole workspace (chat.update is tier 3); two seconds between edits of one
message. Source: Slack, Web API rate limits.
"""

from datetime import datetime, timedelta

# A full bucket and a minute's refill together stay within Slack's fifty.
_EDIT_BURST, _EDITS_PER_S = 10, 40 / 60
_POST_BURST, _POSTS_PER_S = 2, 1.0
_WHISPER_BURST, _WHISPERS_PER_S = 20, 80 / 60
_BETWEEN_EDITS = timedelta(seconds=2)
_MOST_KEPT = 10_000


class Bucket:
    """Holds up to `burst` permits and gains `per_s` each second."""

    def __init__(self, burst: int, per_s: float) -> None:
        self._burst, self._per_s = burst, per_s
        self._left = float(burst)
        self._at: datetime | None = None

    def take(self, now: datetime) -> datetime:
        """Spend a permit; return `now`, or when one will be there (none spent)."""
        if self._at is not None:
            gained = (now - self._at).total_seconds() * self._per_s
            self._left = min(self._burst, self._left + max(gained, 0.0))
        self._at = now
        if self._left < 1:
            return now + timedelta(seconds=(1 - self._left) / self._per_s)
        self._left -= 1
        return now


class Pacing:
    """Says whether a row may be sent now."""

    def __init__(self) -> None:
        self._posts: dict[str, Bucket] = {}
        self._edits = Bucket(_EDIT_BURST, _EDITS_PER_S)
        self._whispers = Bucket(_WHISPER_BURST, _WHISPERS_PER_S)
        self._edited_at: dict[str, datetime] = {}
        self._paused: dict[tuple[str, str], datetime] = {}

    def post(self, channel: str, now: datetime) -> datetime:
        """Return `now` if a new message may go to the channel, else when."""
        until = self._paused.get(("post", channel), now)
        if until > now:
            return until
        bucket = self._posts.setdefault(channel, Bucket(_POST_BURST, _POSTS_PER_S))
        return bucket.take(now)

    def edit(self, key: str, now: datetime) -> datetime:
        """Return `now` if a message may be edited, else when."""
        until = max(
            self._paused.get(("edit", ""), now),
            self._edited_at.get(key, now - _BETWEEN_EDITS) + _BETWEEN_EDITS,
        )
        return until if until > now else self._edits.take(now)

    def whisper(self, now: datetime) -> datetime:
        """Return `now` if a whisper may go out, else when."""
        until = self._paused.get(("whisper", ""), now)
        return until if until > now else self._whispers.take(now)

    def written(self, key: str, now: datetime) -> None:
        """Remember when a message got its present state."""
        if len(self._edited_at) >= _MOST_KEPT:
            self._edited_at.clear()
        self._edited_at[key] = now

    def pause(self, kind: str, channel: str, until: datetime) -> None:
        """Obey a `Retry-After`: for a channel's posts, or all edits or whispers."""
        self._paused[kind, channel if kind == "post" else ""] = until
