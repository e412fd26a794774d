"""Sentences for one person, put into the outbox."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.ports import Clock, Store, Whisper

# An answer that comes later than this would only confuse.
_WORTH = timedelta(minutes=10)


class Whispers:
    """Makes and queues messages only one person sees.

    Args:
        wake: Called when something was queued, so that it is sent at once.
    """

    def __init__(self, *, store: Store, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self.wake = wake

    def make(self, key: str, *, channel: str, person: str, text: str) -> Whisper | None:
        """Return a whisper, None where there is no place to say it.

        Args:
            key: Queued once per key.
            text: Our own words.
        """
        if not channel or not person:
            return None
        return Whisper(
            key=f"whisper/{key}",
            channel=channel,
            person=person,
            text=text,
            expires_at=self._clock.now() + _WORTH,
        )

    async def queue(self, key: str, *, channel: str, person: str, text: str) -> None:
        """Queue a whisper that belongs to no inbox item."""
        whisper = self.make(key, channel=channel, person=person, text=text)
        if whisper is None:
            return
        now = self._clock.now()
        await asyncio.wrap_future(
            self._store.write(lambda tx: tx.outbox.whisper(whisper, now=now))
        )
        self.wake()
