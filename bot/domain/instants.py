"""Instants as rows keep and compare them: whole microseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000


def to_us(at: datetime) -> int:
    """Return an aware time as whole microseconds since 1970, UTC.

    Raises:
        TypeError: The time has no zone.
    """
    return (at - _EPOCH) // _MICROSECOND


def from_us(at_us: int) -> datetime:
    """Return the aware UTC time that `to_us` took."""
    return _EPOCH + at_us * _MICROSECOND
