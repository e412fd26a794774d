"""What is watched of a registered system: its figures, and where each one is read.

Values only. How a figure's usual band is learned is `bot/domain/baseline.py`; reading
the definition from the registry's file is `bot/rules/watched_file.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "tokens",
    "cost",
    "traffic",
    "latency",
    "errors",
    "refusals",
    "interventions",
    "quality",
    "other",
]
Direction = Literal["high", "low", "both"]
Season = Literal["none", "week"]

OUTSIDE, OF = 3, 5
"""So many of the last so many points lie outside before it is said."""

POLLED_EVERY_S = 60
"""How often a figure is looked at."""

USUAL_DIRECTION: Mapping[Kind, Direction] = {
    "tokens": "high",
    "cost": "high",
    "traffic": "both",
    "latency": "high",
    "errors": "high",
    "refusals": "both",
    "interventions": "high",
    "quality": "low",
    "other": "both",
}
"""Which side of the band is worth an alert where the registry does not say: fewer
errors wake nobody, but a model that suddenly refuses nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatchFigure:
    """One metric of CloudWatch.

    Attributes:
        dimensions: Name to value; all of the metric's, or CloudWatch finds nothing.
        statistic: ``Sum``, ``Average``, ``p99`` and so on.
        period_s: Seconds one point stands for, a multiple of 60.
        late_s: How long after its end a point is complete. Bedrock's guardrail
            metrics are minutes late.
    """

    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = "Sum"
    period_s: int = 60
    late_s: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusFigure:
    """One number that a Prometheus server computes.

    Attributes:
        query: PromQL that gives a scalar or one series.
        url: Of the server; "" for the one of the settings.
        counter: The number only grows, and starts again with its process: what is
            looked at is its growth per second.
    """

    query: str
    url: str = ""
    counter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """One figure of a system, and when it is unusual.

    Attributes:
        name: Unique within its system, e.g. ``output tokens``.
        unit: What people read behind the number, e.g. ``tokens/min``.
        direction: Which side of the band counts.
        sigmas: Half of the band's width, in standard deviations.
        least_width: The band's half is never narrower, in the figure's unit.
        least_share: Nor narrower than this share of what is usual.
        warm_up: Points before anything is unusual.
        half_life: Points after which an observation counts half.
        outside: How many of the last `of` points lie outside when it is said.
        season: ``week`` learns each hour of the week for itself.
    """

    name: str
    kind: Kind
    source: CloudWatchFigure | PrometheusFigure
    unit: str = ""
    direction: Direction = "both"
    sigmas: float = 4.0
    least_width: float = 0.0
    least_share: float = 0.2
    warm_up: int = 60
    half_life: float = 720.0
    outside: int = OUTSIDE
    of: int = OF
    season: Season = "none"

    @property
    def step_s(self) -> int:
        """Return how many seconds lie between two points."""
        return getattr(self.source, "period_s", POLLED_EVERY_S)
