"""A clock that stands until it is told to go on."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class FakeClock:
    """Keeps `bot.ports.Clock`."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self._now

    def go_on(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
