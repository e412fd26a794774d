"""What an integration collects about an alert: read-only, for a diagnostics bundle.

An integration may offer ``collect``; what it returns is raw. Redacting, bundling
and sealing are `bot/sharing`'s.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.envelope import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that diagnostics are about, aware UTC; `since` before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One file of a bundle, not yet redacted.

    Attributes:
        name: File name in our own words, e.g. ``cloudwatch-metrics.json``.
        content: UTF-8 text; JSON lines, JSON or plain lines.
        says: One sentence for people: what it is, or why there is nothing.
    """

    name: str
    content: str
    says: str


class Collect(Protocol):
    """The part ``collect`` of an integration."""

    def __call__(
        self, alert: Alert, window: Window, *, reader: Any
    ) -> tuple[Collected, ...]:
        """Return what can be read about an alert; empty when it is not its matter.

        Args:
            reader: A session that can only read.

        Raises:
            Unreachable: The other side could not be read.
        """
        ...
