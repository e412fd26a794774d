"""Puts together who asks a model for better summaries; `bot/wire.py` does the rest.

Without a model nobody asks, and no row is written.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.house import House, Worker
from bot.ports import Transaction
from bot.readmodels import summaries
from bot.summaries import Summaries
from bot.web.figures import Family
from bot.wire_ground import Ground

_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryHouse:
    """Who asks for summaries, wired or absent."""

    ground: Ground

    def join(self, house: House) -> None:
        """Add the thread and the figures to a house whose model writes summaries."""
        model = self.ground.settings.model
        if not model.writes_summaries:
            return
        asking = Summaries(
            store=house.store,
            clock=self.ground.clock,
            book=house.service.book,
            model=house.model,
            lease=timedelta(seconds=model.within_s) + _MARGIN,
        )
        house.service.book.followed = asking.follow
        worker = Worker(
            name="summaries", run_until=asking.run_until, wake=asking.hang_up
        )
        house.workers = (*house.workers, worker)
        house.figures.more.append(figures)


def figures(tx: Transaction) -> tuple[Family, ...]:
    """Return what became of questions and of claims, over the life of the store."""
    return (
        _family(
            tx, "asked", "outcome", "Questions for a summary by what became of them."
        ),
        _family(tx, "claims", "result", "Claims of models, kept or why dropped."),
    )


def _family(tx: Transaction, what: str, label: str, says: str) -> Family:
    counted = summaries.counts(tx, what)
    return Family(
        name=f"tocsin_summary_{what}_total",
        help=says,
        labels=(label,),
        values={(how,): n for how, n in counted.items()},
    )
