"""The registry of AI systems: who owns what, and how much it matters.

Pure: systems as data and the question "which system does this alert name?".
Reading the file is the business of `bot/rules`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.envelope import Entity
from bot.domain.watched import Baseline

RiskTier = Literal["high", "medium", "low"]
Stage = Literal["sandbox", "pilot", "production"]
Reach = Literal["read", "write", "send", "pay", "code"]
"""What the tools of a system can do: ``code`` runs what the model wrote."""

_OF_A_REPO = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
)
# Kinds of data about people: GDPR Art. 4(1), 9(1) and 8, as registries call them.
_ABOUT_PEOPLE = frozenset(
    {
        *("personal", "pii", "health", "medical", "patient", "genetic", "biometric"),
        *("children", "minors", "special", "sensitive", "customer", "employee"),
    }
)
# An owner has 39 characters at most, a repository 100.
_LONGEST_REPO = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedChange:
    """A change of a system that somebody approved before it was made.

    Attributes:
        ticket: As people call it, e.g. ``CHG-1042``.
        begins: From then on the change may be made, aware UTC.
        ends: Until then, aware UTC.
    """

    ticket: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One registered AI system.

    Attributes:
        id: Short stable id, e.g. ``claims-assistant``.
        owner: Who answers for it: a Slack user or group id, or a team name.
        risk_tier: How much harm it can do.
        stage: How far it has come.
        entities: Ids of models, endpoints, agents and so on that are part of it.
        data_classes: What kinds of data it holds, e.g. ``health``, ``personal``.
        tools: What its tools can do; empty when it has none or nobody said.
        repos: Repositories that it is made of, ``owner/name``.
        changes: Approved changes, in the order of the registry.
        baselines: Figures of it whose usual band is learned.
        data_stays: Regions or areas (``eu``) that its data must not leave; empty where
            nobody said.
        legal_hold: What it holds is evidence that must be kept.
        customers: Customers use it directly.
        groups: For this system alone: who speaks for a group, as Slack ids of people
            and user groups, or handles. They replace what the settings say.
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
    tools: tuple[Reach, ...] = ()
    repos: tuple[str, ...] = ()
    changes: tuple[ApprovedChange, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    data_stays: tuple[str, ...] = ()
    legal_hold: bool = False
    customers: bool = False
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_personal(self) -> bool:
        """Tell whether any of its kinds of data is about people."""
        words = {word for one in self.data_classes for word in one.casefold().split()}
        return not words.isdisjoint(_ABOUT_PEOPLE)

    def change_at(self, at: datetime) -> ApprovedChange | None:
        """Return the approved change whose window holds a moment, aware UTC."""
        held = (one for one in self.changes if one.begins <= at <= one.ends)
        return next(held, None)


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

    def named_by(self, values: Iterable[str]) -> tuple[System, ...]:
        """Return the systems that values name, whole or as the end of an ARN."""
        given = tuple(one.casefold() for one in values)
        ends = {*given, *(one.rpartition(mark)[2] for one in given for mark in ":/")}
        return tuple(
            system
            for system in self.systems
            if any(name.casefold() in ends for name in (system.id, *system.entities))
        )


def is_repo(name: str) -> bool:
    """Tell whether a name is that of a repository on GitHub, ``owner/name``.

    Strict, because it becomes a part of an address.
    """
    owner, slash, repo = name.partition("/")
    marks = set(name) - {"/"}
    return (
        bool(owner and slash and repo)
        and "/" not in repo
        and marks <= _OF_A_REPO
        and owner.strip(".") != ""
        and repo.strip(".") != ""
        and len(name) <= _LONGEST_REPO
    )


def _names(system: System, entity_id: str) -> bool:
    wanted = entity_id.casefold()
    known: Iterable[str] = (system.id, *system.entities)
    return any(wanted == name.casefold() for name in known)
