"""The registry of AI systems: who owns what, and how much it matters.

Pure: systems as data and the question "which system does this alert name?".
Reading the file is the business of `bot/rules`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.domain.envelope import Entity
from bot.domain.watched import Baseline

RiskTier = Literal["high", "medium", "low"]
Stage = Literal["sandbox", "pilot", "production"]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One registered AI system.

    Attributes:
        id: Short stable id, e.g. ``claims-assistant``.
        owner: Who answers for it: a Slack user or group id, or a team name.
        risk_tier: How much harm it can do.
        entities: Ids of models, endpoints, agents and so on that are part of it.
        baselines: Figures of it whose usual band is learned.
    """

    id: str
    title: str
    owner: str
    deputy: str = ""
    risk_tier: RiskTier = "medium"
    stage: Stage = "production"
    entities: tuple[str, ...] = ()
    data_classes: tuple[str, ...] = ()
    region: str = ""
    purpose: str = ""
    rollback_plan: str = ""
    baselines: tuple[Baseline, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """All registered systems."""

    systems: tuple[System, ...] = ()

    def get(self, system_id: str) -> System | None:
        """Return the system with this id."""
        return next((one for one in self.systems if one.id == system_id), None)

    def of(self, entities: Sequence[Entity]) -> System | None:
        """Return the system that the first known entity belongs to."""
        for entity in entities:
            for system in self.systems:
                if _names(system, entity.id):
                    return system
        return None


def _names(system: System, entity_id: str) -> bool:
    wanted = entity_id.casefold()
    known: Iterable[str] = (system.id, *system.entities)
    return any(wanted == name.casefold() for name in known)
