"""What stands on the one message for cards held back in a storm. Pure values."""

from dataclasses import dataclass

from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCard:
    """One incident without a card."""

    id: str
    severity: Severity
    title: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StormView:
    """The incidents that one digest stands for.

    Attributes:
        key: Of the message: it is edited in place.
        held: How many incidents have no card.
        open: How many of these are still open.
        alerts: How many alerts they stand for.
        by_severity: Of the open ones, the worst first.
        by_category: Titles of kinds, the most frequent first.
        by_source: Names of sources, the most frequent first.
        worst: The worst three, the oldest first.
        is_over: No card was held back for a while.
        drill: They are a drill's.
    """

    key: str
    channel: str
    held: int
    open: int
    alerts: int
    by_severity: tuple[tuple[str, int], ...] = ()
    by_category: tuple[tuple[str, int], ...] = ()
    by_source: tuple[tuple[str, int], ...] = ()
    worst: tuple[HeldCard, ...] = ()
    is_over: bool = False
    drill: bool = False
