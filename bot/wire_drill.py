"""Puts the drills together; `bot/wire.py` does the rest of the house.

Nothing is decided here. A drill has the same service, inbox and gate as the real
thing; what makes it harmless is in the gate (`bot/gate/rehearsal.py`).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ulid import ULID

from bot.config import Settings, shipped_runbooks
from bot.drills.book import TICK, DrillBook
from bot.drills.clock import DrillClock
from bot.drills.master import DrillMaster
from bot.drills.shelf import DrillShelf
from bot.house import House
from bot.ports.gate import Gate
from bot.rulings import Rulings
from bot.service import Service
from bot.slack.drill_cards import DrillCards
from bot.web.drills import DrillDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillNeeds:
    """What the drills take from the house.

    Attributes:
        channel: Slack channel id that drills are played in.
        team: Slack workspace whose drills they are.
        told: Called when a drill put an alert into the inbox.
    """

    settings: Settings
    service: Service
    rulings: Rulings
    gate: Gate
    channel: str
    team: str
    told: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillHouse:
    """The drills, wired: what people ask, and who keeps their promises."""

    master: DrillMaster
    clock: DrillClock
    team: str

    def join(self, house: House) -> None:
        """Add the timer and the admin door of the drills to a house."""
        door = DrillDoor(
            drills=self.master,
            clock=self.master.book.clock,
            team=self.team,
            admin_token=house.admin_token,
            guesses=house.admin.guesses,
        )
        house.keepers = {**house.keepers, TICK: self.clock.fire}
        house.routes = (*house.routes, *door.routes())


def build_drills(needs: DrillNeeds) -> DrillHouse:
    """Put the drills together; nothing runs yet."""
    service = needs.service
    book = DrillBook(store=service.store, clock=service.clock, draw=DrillCards())
    return DrillHouse(
        team=needs.team,
        master=DrillMaster(
            book=book,
            shelf=shelf(needs.settings, needs.rulings),
            new_id=lambda item: _drill_id(service, item),
            channel=needs.channel,
        ),
        clock=DrillClock(
            book=book,
            service=service,
            gate=needs.gate,
            new_item=lambda at: f"al_{ULID.from_datetime(at)}",
            told=needs.told,
            team=needs.team,
        ),
    )


def shelf(settings: Settings, rulings: Rulings) -> DrillShelf:
    """Return the scenarios of these settings."""
    folder = settings.drills.folder or shipped_runbooks() / "drills"
    return DrillShelf(folder=folder, sources=frozenset(rulings.integrations))


def _drill_id(service: Service, item: str) -> str:
    """Return a new id; for an inbox item always the same one."""
    found = service.find(item) if item else None
    if found is None:
        return f"dr_{ULID.from_datetime(service.clock.now())}"
    at_ms = int(found.received_at.timestamp() * 1000)
    random = hashlib.sha256(item.encode()).digest()[:10]
    return f"dr_{ULID.from_bytes(at_ms.to_bytes(6, 'big') + random)}"
