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
class Series:
    """Figures over time, which the bundle draws as a plot.

    Attributes:
        points: Instant (aware UTC) and value, in order of time.
        threshold: Where an alarm begins, None where nothing says so.
    """

    label: str
    unit: str = ""
    points: tuple[tuple[datetime, float], ...]
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One file of a bundle, not yet redacted.

    Attributes:
        name: File name in our own words, e.g. ``cloudwatch-metrics.json``; its ending
            says how a page shows it: json, jsonl, csv, txt.
        content: UTF-8 text; "" where there is nothing, and `says` tells why.
        says: One sentence for people: what it is, or why there is nothing.
        call: What was asked of the other side, so that a person can ask it again,
            e.g. ``cloudwatch.GetMetricData namespace=AWS/Bedrock``; no secrets.
        series: What of it is worth drawing.
    """

    name: str
    content: str
    says: str
    call: str = ""
    series: tuple[Series, ...] = ()


class Collect(Protocol):
    """The part ``collect`` of an integration.

    A module that reads AWS names its calls in ``READS`` and gets a session that can
    only read; one without ``READS`` gets None. Settings of its own come as further
    arguments (``COLLECT_SETTINGS``). Collectors of one bundle run at the same time, in
    threads: they keep nothing and bound every wait themselves.
    """

    def __call__(
        self, alert: Alert, window: Window, *, reader: Any
    ) -> tuple[Collected, ...]:
        """Return what can be read about an alert; empty when it is not its matter.

        Args:
            reader: A session that can only read, None where none is needed.

        Raises:
            Unreachable: The other side could not be read.
        """
        ...


class Concerns(Protocol):
    """The part ``concerns``: whether a collector has anything to say about an alert.

    Decided by the alert's category and entities, before anything is read. A module
    that collects and has no such part is always asked.
    """

    def __call__(self, alert: Alert) -> bool:
        """Tell whether it is this integration's matter; pure."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """One integration's part that collects, with its settings: what a bundle asks.

    Attributes:
        name: Of the integration.
        concerns: Whether an alert is its matter.
        reads: The calls of AWS it makes; where there are any it gets a session.
    """

    name: str
    collect: Collect
    concerns: Concerns
    reads: tuple[str, ...] = ()

    def __call__(
        self, alert: Alert, window: Window, *, reader: Any
    ) -> tuple[Collected, ...]:
        """Ask it; the contract is that of `Collect`."""
        return self.collect(alert, window, reader=reader)
