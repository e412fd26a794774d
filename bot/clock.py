"""The machine's clock: the one that everybody is given. Nothing else is here."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, aware UTC."""

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)  # noqa: TID251 - the one clock everybody is given
