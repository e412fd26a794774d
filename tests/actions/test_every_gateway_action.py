"""What every action over HTTP promises, walked in fakes that check each request.

A new action is under this contract with one entry in `worlds_litellm.py`. The promises
are those of every action: `promises.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.domain.plan import Plan
from bot.gate.catalogue import load_actions
from bot.gateways.action import GatewayAction
from bot.gateways.litellm import LitellmAction, LitellmDoor
from bot.ports.action import Action
from tests.actions import promises
from tests.actions.worlds_litellm import WORLDS, LitellmWorld
from tests.cloud import APPROVERS
from tests.fakes.clock import FakeClock
from tests.fakes.litellm import ACT_KEY, READ_KEY, FakeLitellm

CATALOGUE = load_actions()
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])


@dataclass(frozen=True)
class LitellmStage:
    """One proxy, and the door to it."""

    outside: FakeLitellm = field(default_factory=FakeLitellm)
    catalogue: Mapping[str, Action] = field(default_factory=lambda: CATALOGUE)

    @property
    def door(self) -> LitellmDoor:
        return LitellmDoor(
            url=self.outside.url,
            read_key=READ_KEY,
            act_key=ACT_KEY,
            send=self.outside,
            clock=FakeClock(),
        )

    def reader(self) -> Any:
        return self.door.reader()

    def session(self, plan: Plan, action: Any) -> Any:
        return self.door.for_plan(plan, action, APPROVERS)


@pytest.fixture
def stage() -> LitellmStage:
    return LitellmStage()


def _recorded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that fills with the calls whose requests are put together."""
    seen: set[str] = set()
    looked, written = GatewayAction.looked, GatewayAction.written

    def looking(self: Any, session: Any, call: str, texts: Any) -> Any:
        seen.add(call)
        return looked(self, session, call, texts)

    def writing(self: Any, session: Any, call: str, texts: Any, **key: Any) -> Any:
        seen.add(call)
        return written(self, session, call, texts, **key)

    monkeypatch.setattr(GatewayAction, "looked", looking)
    monkeypatch.setattr(GatewayAction, "written", writing)
    return seen


def test_every_litellm_action_has_a_world() -> None:
    ours = {name for name, one in CATALOGUE.items() if isinstance(one, LitellmAction)}
    assert {one.name for one in WORLDS} == ours


@each
def test_it_works_once_is_seen_to_work_and_is_undone(
    stage: LitellmStage, world: LitellmWorld
) -> None:
    promises.works_once_is_seen_and_is_undone(stage, world)


@each
def test_the_same_world_gives_the_same_digest(
    stage: LitellmStage, world: LitellmWorld
) -> None:
    promises.same_world_same_digest(stage, world, promises.drafted(stage, world))


@each
def test_a_world_that_moved_is_left_alone(
    stage: LitellmStage, world: LitellmWorld
) -> None:
    promises.moved_world_is_left_alone(stage, world)


@each
def test_a_session_of_another_plan_cannot_touch_it(
    stage: LitellmStage, world: LitellmWorld
) -> None:
    promises.session_of_another_plan_cannot_touch_it(stage, world)


@each
def test_the_manifest_names_exactly_what_is_called_and_kept(
    stage: LitellmStage, world: LitellmWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    promises.manifest_names_what_is_called_and_kept(
        stage, world, record=lambda: _recorded(monkeypatch)
    )


@each
def test_a_drill_can_play_it(stage: LitellmStage, world: LitellmWorld) -> None:
    promises.drill_can_play_it(stage, world, promises.drafted(stage, world))
