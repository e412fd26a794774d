"""When a problem that comes and goes is only counted, and when again told. Pure.

Above `TURNS` returns within `WINDOW` it flaps: its incident stays open and says so
once. It takes a whole window without a return to end that, so that it does not flap
between flapping and not.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

TURNS = 3
WINDOW = timedelta(minutes=20)
MINUTES = 20


def returns(before: Sequence[datetime], at: datetime) -> tuple[datetime, ...]:
    """Return when a problem came back within the window, this time included.

    Args:
        before: When it came back before, in any order.
        at: When it came back now, aware UTC.
    """
    return (*(one for one in sorted(before) if at - WINDOW < one <= at), at)


def flaps(within: Sequence[datetime]) -> bool:
    """Tell whether so many returns within the window are flapping."""
    return len(within) > TURNS
