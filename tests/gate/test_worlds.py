"""An action reads and changes the world that its name begins with, and no other."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.errors import BadSettings
from bot.domain.plan import Plan
from bot.gate.worlds import Worlds
from bot.ports.action import Action


@dataclass(frozen=True)
class Place:
    name: str
    is_configured: bool = True

    def reader(self) -> str:
        return f"reads {self.name}"

    def for_plan(self, plan: Plan, action: Action, approvers: tuple[str, ...]) -> str:
        del plan, action, approvers
        return f"acts in {self.name}"


WORLDS = Worlds({"aws": Place("aws"), "moon": Place("moon", is_configured=False)})


def action(name: str) -> Any:
    return SimpleNamespace(MANIFEST=SimpleNamespace(name=name))


def test_each_action_gets_its_own_world() -> None:
    plan: Any = None
    assert WORLDS.reader(action("aws.iam.deny_user")) == "reads aws"
    assert WORLDS.reader(action("moon.land")) == "reads moon"
    assert WORLDS.for_plan(plan, action("moon.land"), ("U0A",)) == "acts in moon"


def test_what_is_not_configured_is_not_offered() -> None:
    assert WORLDS.offers(action("aws.iam.deny_user"))
    assert not WORLDS.offers(action("moon.land"))


def test_an_action_without_a_world_cannot_be_registered() -> None:
    WORLDS.check({"aws.iam.deny_user": action("aws.iam.deny_user")})
    with pytest.raises(BadSettings) as refused:
        WORLDS.check({"moon.land": action("moon.land"), "sun.set": action("sun.set")})
    assert str(refused.value) == (
        "The action sun.set was not registered: there is no world 'sun'. "
        "Correct its file in integrations, or take it away."
    )
