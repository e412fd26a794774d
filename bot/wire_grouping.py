"""Puts together what keeps alerts quiet and counts their turns.

`bot/wire.py` does the rest of the house. Nothing is decided here.
"""

from dataclasses import dataclass

from bot.calm import Calming
from bot.domain.runbook_history import Mode
from bot.house import House
from bot.maintenance import EDGE, MaintenanceMaster
from bot.offers import Offers
from bot.placing import Placing
from bot.rulings import Rulings
from bot.service import Service
from bot.slack.maintenance_cards import MaintenanceCards
from bot.turns import CALM
from bot.wire_ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Where alerts go, and who keeps the promises of it."""

    placing: Placing
    maintenance: MaintenanceMaster
    calming: Calming

    def join(self, house: House) -> None:
        """Add the timers of grouping to a house."""
        house.keepers = {
            **house.keepers,
            EDGE: self.maintenance.fire,
            CALM: self.calming.fire,
        }


def grouping_of(ground: Ground) -> Grouping:
    """Put the grouping of a house together."""
    return build_grouping(
        ground.service,
        ground.rulings,
        channel=ground.slack.channel,
        history=ground.settings.assistant.history,
    )


def build_grouping(
    service: Service, rulings: Rulings, *, channel: str, history: Mode = "rank"
) -> Grouping:
    """Put grouping together; nothing runs yet.

    Args:
        history: What earlier incidents may do to the order of runbooks.
    """
    runbooks = {runbook.id: runbook for runbook in rulings.runbooks}
    offers = Offers(runbooks=runbooks, mode=history)
    service.book.followers.append(offers.follow)
    placing = Placing(
        service=service,
        offers=offers,
        channel=channel,
        rules=rulings.grouping,
    )
    return Grouping(
        placing=placing,
        calming=Calming(placing=placing, suggest=rulings.advise),
        maintenance=MaintenanceMaster(
            placing=placing,
            suggest=rulings.advise,
            draw=MaintenanceCards(),
            registry=rulings.registry,
            sources=frozenset(rulings.integrations),
            channel=channel,
        ),
    )
