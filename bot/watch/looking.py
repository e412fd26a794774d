"""What every reader of figures answers to the watcher of the baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.baseline import Point
from bot.domain.watched import Baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look found of one figure.

    Attributes:
        points: New ones, oldest first; none when there is nothing new.
        problem: Why it could not be read; "" when it could.
    """

    points: tuple[Point, ...] = ()
    problem: str = ""


class Look(Protocol):
    """Reads the figures of one system; never raises for what it could not read."""

    def __call__(
        self,
        baselines: Sequence[Baseline],
        last: Mapping[str, datetime],
        now: datetime,
        /,
    ) -> Mapping[str, Seen]:
        """Return what is new, by the name of the baseline.

        Args:
            last: When the newest known point of each was; only later ones count.
        """
        ...
