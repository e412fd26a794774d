"""Puts together what people think of suggestions and of a model's texts.

`bot/wire.py` does the rest of the house. Nothing is decided here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.considered import Considered
from bot.forgetting import Forgetting
from bot.house import House
from bot.offers import Offers
from bot.ports import Transaction
from bot.readmodels import history, learned
from bot.web.figures import Family
from bot.web.history import HistoryDoor
from bot.wire_ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackHouse:
    """What the house needs of it."""

    ground: Ground
    offers: Offers

    @property
    def considered(self) -> Callable[[str], Considered | None]:
        """Who knows what was considered for an incident."""
        offers, store = self.offers, self.ground.store
        return lambda incident: store.read(lambda tx: offers.considered(tx, incident))

    def join(self, house: House) -> None:
        """Count what an older version left, and add the door and the figures."""
        ground = self.ground
        ground.store.write(history.catch_up).result()
        house.forget = Forgetting(
            store=ground.store, clock=ground.clock, redactor=ground.rulings.redactor
        ).forget
        door = HistoryDoor(
            forget=house.forget,
            clock=ground.clock,
            admin_token=ground.admin_token,
            guesses=ground.guesses,
        )
        house.routes = (*house.routes, *door.routes())
        house.figures.more.append(figures)


def figures(tx: Transaction) -> tuple[Family, ...]:
    """Return what people think, over the life of the store."""
    return (_suggestions(tx), _runbooks(tx), _thumbs(tx), _taken_back(tx))


def _suggestions(tx: Transaction) -> Family:
    counts = learned.counts(tx)
    names = ("incidents", "offered", "accepted", "rejected", "wrong", "none_fits")
    return Family(
        name="tocsin_suggestion_incidents",
        help="Incidents by what became of the first suggestion; drills do not count.",
        labels=("became",),
        values={(name,): float(getattr(counts, name)) for name in names},
    )


def _runbooks(tx: Transaction) -> Family:
    found = learned.feedback(tx).runbooks
    return Family(
        name="tocsin_runbook_weight",
        help="What history adds to the score of a runbook for a category.",
        labels=("category", "runbook"),
        values={(one.category, one.runbook): one.record.weight for one in found},
    )


def _thumbs(tx: Transaction) -> Family:
    values: dict[tuple[str, ...], float] = {}
    for one in learned.texts(tx):
        values[one.prompt, one.model, "up"] = one.up
        values[one.prompt, one.model, "down"] = one.down
    return Family(
        name="tocsin_model_thumbs",
        help="What people think of texts by prompt and model; one voice a person.",
        labels=("prompt", "model", "vote"),
        values=values,
    )


def _taken_back(tx: Transaction) -> Family:
    return Family(
        name="tocsin_model_statements_taken_back",
        help="Statements of a model that people took back, by prompt and model.",
        labels=("prompt", "model"),
        values={(one.prompt, one.model): one.taken_back for one in learned.texts(tx)},
    )
