"""The worlds that actions change: who reads them, and with what a plan may act there.

An action's name begins with its world: ``aws.iam.deny_user`` is one of AWS. A world
reads with one identity and acts with another, made for one plan. What it is made of
is its room's, such as `bot/aws`; whether a plan may run is decided elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.domain.errors import BadSettings
from bot.domain.plan import Plan
from bot.ports.action import Action


class World(Protocol):
    """One place outside that can be changed."""

    @property
    def is_configured(self) -> bool:
        """Tell whether the settings name one; whether it answers is another thing."""
        ...

    def reader(self) -> Any:
        """Return a session that can only read.

        Raises:
            Unreachable: It is not connected, or does not answer.
        """
        ...

    def for_plan(self, plan: Plan, action: Action, approvers: tuple[str, ...]) -> Any:
        """Return what one plan acts with.

        Raises:
            BadRequest: Nobody agreed, or it is a drill.
            Unreachable: It is not connected, or does not answer; nothing happened.
        """
        ...


@dataclass(frozen=True, slots=True)
class Worlds:
    """Every world by the first word of its actions' names."""

    by_name: Mapping[str, World]

    def check(self, catalogue: Mapping[str, Action]) -> None:
        """Refuse a catalogue with an action whose world is not there.

        Raises:
            BadSettings: Names the action.
        """
        for name in catalogue:
            if world_of(name) not in self.by_name:
                raise BadSettings(
                    f"The action {name} was not registered",
                    because=f"there is no world {world_of(name)!a}",
                    next_move="Correct its file in integrations, or take it away.",
                )

    def offers(self, action: Action) -> bool:
        """Tell whether an action's world is configured here."""
        return self._of(action).is_configured

    def reader(self, action: Action) -> Any:
        """Return a session that can only read the action's world.

        Raises:
            Unreachable: It is not connected, or does not answer.
        """
        return self._of(action).reader()

    def for_plan(self, plan: Plan, action: Action, approvers: tuple[str, ...]) -> Any:
        """Return what a plan acts with, in its action's world.

        Raises:
            BadRequest: Nobody agreed, or it is a drill.
            Unreachable: The world is out of reach; nothing happened.
        """
        return self._of(action).for_plan(plan, action, approvers)

    def _of(self, action: Action) -> World:
        return self.by_name[world_of(action.MANIFEST.name)]


def world_of(action: str) -> str:
    """Return the world of an action's name: its first word."""
    return action.partition(".")[0]
