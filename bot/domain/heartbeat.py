"""When the silence of a source means something.

Pure: a source promised to call every so often; here is until when one waits, and
what a moment means. Keeping beats and telling people is `bot/watch/heartbeats.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# A promise that is kept so much later than due was missed by us: we were down, asleep
# or stuck ourselves, and our own absence is not the source's silence.
LATE = timedelta(seconds=60)
_MOST_GRACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a source promised.

    Attributes:
        every: It calls at least so often.
        grace: How much longer one waits before it counts as silent.
    """

    source: str
    every: timedelta
    grace: timedelta

    @property
    def too_late(self) -> timedelta:
        """Return how late we may look ourselves before it is our own absence."""
        return min(LATE, self.patience)

    @property
    def patience(self) -> timedelta:
        """Return how long after a call the next one must have come."""
        return self.every + self.grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What is known of one source.

    Attributes:
        last_beat: Its newest call; None when it has never called.
        counted_from: From when its silence is counted: its newest call, or later,
            when we were away after it.
        silent_since: From when it was silent, while people know of it; else None.
    """

    last_beat: datetime | None
    counted_from: datetime
    silent_since: datetime | None = None

    @property
    def was_away(self) -> bool:
        """Tell whether the silence is counted from our own return, not its call."""
        return self.last_beat is None or self.counted_from > self.last_beat

    def due(self, promise: Promise) -> datetime:
        """Return until when it must have called."""
        return self.counted_from + promise.patience

    def heard(self, at: datetime) -> "Listening":
        """Return it after a call; one that is older than the last changes nothing."""
        if self.last_beat is not None and at <= self.last_beat:
            return self
        counted = max(at, self.counted_from)
        return Listening(last_beat=at, counted_from=counted)

    def recounted(self, now: datetime) -> "Listening":
        """Return it after we were away: the silence is counted anew."""
        if self.silent_since is not None:
            return self
        return replace(self, counted_from=max(now, self.counted_from))

    def silenced(self) -> "Listening":
        """Return it after people were told that it is silent."""
        return replace(self, silent_since=self.counted_from)


def grace_of(every: timedelta) -> timedelta:
    """Return the grace where none is set: half of the promise, at most ten minutes."""
    return min(every / 2, _MOST_GRACE)
