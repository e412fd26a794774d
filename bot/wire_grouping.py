"""Puts together what keeps alerts quiet and counts their turns.

`bot/wire.py` does the rest of the house. Nothing is decided here.
"""

from dataclasses import dataclass

from bot.calm import Calming
from bot.house import House
from bot.maintenance import EDGE, MaintenanceMaster
from bot.placing import Placing
from bot.rulings import Rulings
from bot.service import Service
from bot.slack.maintenance_cards import MaintenanceCards
from bot.turns import CALM


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


def build_grouping(service: Service, rulings: Rulings, *, channel: str) -> Grouping:
    """Put grouping together; nothing runs yet."""
    placing = Placing(
        service=service,
        runbooks={runbook.id: runbook for runbook in rulings.runbooks},
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
