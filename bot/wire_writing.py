"""Puts writings together; `bot/wire.py` does the rest of the house.

Without a model they are drafted by rules alone, and no thread runs.
"""

from dataclasses import dataclass

from bot.house import House, Worker
from bot.ports import Transaction
from bot.readmodels import summaries
from bot.slack.writing_voice import SlackWritingVoice
from bot.web.figures import Family
from bot.wire_ground import Ground
from bot.writings.asking import Asking
from bot.writings.desk import WritingDesk
from bot.writings.promise import UPDATE_DUE, UpdatePromise
from bot.writings.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingHouse:
    """Writings, wired."""

    desk: WritingDesk
    promise: UpdatePromise
    asks_a_model: bool

    def join(self, house: House) -> None:
        """Add the timer, and the thread and the figures where there is a model."""
        house.keepers = {**house.keepers, UPDATE_DUE: self.promise.fire}
        if not self.asks_a_model:
            return
        asking = Asking(
            store=house.store,
            clock=self.desk.clock,
            book=self.desk.book,
            model=house.model,
            reading=self.desk.reading,
        )
        self.desk.asking = asking
        worker = Worker(
            name="writings", run_until=asking.run_until, wake=asking.hang_up
        )
        house.workers = (*house.workers, worker)
        house.figures.more.append(figures)


def build_writings(ground: Ground) -> WritingHouse:
    """Put writings together; nothing runs yet."""
    store, clock, book = ground.store, ground.clock, ground.service.book
    desk = WritingDesk(
        store=store,
        clock=clock,
        book=book,
        redactor=ground.rulings.redactor,
        reading=Reading(store=store, clock=clock, viewing=ground.viewing),
        voice=SlackWritingVoice(),
    )
    return WritingHouse(
        desk=desk,
        promise=UpdatePromise(store=store, clock=clock, book=book),
        asks_a_model=ground.settings.model.provider is not None,
    )


def figures(tx: Transaction) -> tuple[Family, ...]:
    """Return what became of questions and of claims, over the life of the store."""
    asked = "Questions for a draft of a writing by what became of them."
    claims = "Claims of models for drafts, kept or why dropped."
    return (
        _family(tx, "asked", "outcome", asked),
        _family(tx, "claims", "result", claims),
    )


def _family(tx: Transaction, what: str, label: str, says: str) -> Family:
    counted = summaries.counts(tx, f"draft_{what}")
    return Family(
        name=f"tocsin_draft_{what}_total",
        help=says,
        labels=(label,),
        values={(how,): n for how, n in counted.items()},
    )
