"""What every action over HTTP promises, walked in fakes that check each request.

A new action of LiteLLM is under this contract with one entry in `worlds_litellm.py`;
for what sites describe themselves stand those of `worlds_http.py`. The promises are
those of every action: `promises.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.domain.plan import Plan
from bot.gate.catalogue import load_actions, with_site
from bot.gate.worlds import World as Place
from bot.gateways.action import GatewayAction
from bot.gateways.litellm import LitellmAction, LitellmDoor
from bot.gateways.site_action import SiteAction
from bot.ports.action import Action
from tests.actions import promises
from tests.actions.worlds_http import worlds as http_worlds
from tests.actions.worlds_litellm import WORLDS
from tests.cloud import APPROVERS
from tests.fakes.clock import FakeClock
from tests.fakes.flag_service import FlagService
from tests.fakes.litellm import ACT_KEY, READ_KEY, FakeLitellm
from tests.gateways import site

CATALOGUE = load_actions()
OF_SITES = ("http.flags.limit", "http.flags.off", "http.flags.on")
LITELLM = {one.name: one for one in WORLDS}


@dataclass(frozen=True)
class GatewayStage:
    """One service, the door to it, and the world of one action."""

    outside: Any
    door: Place
    world: promises.World
    catalogue: Mapping[str, Action] = field(default_factory=lambda: CATALOGUE)

    def reader(self) -> Any:
        return self.door.reader()

    def session(self, plan: Plan, action: Any) -> Any:
        return self.door.for_plan(plan, action, APPROVERS)


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> tuple[SiteAction, ...]:
    return site.loaded(tmp_path_factory.mktemp("actions"))


@pytest.fixture(params=[*LITELLM, *OF_SITES])
def stage(
    request: pytest.FixtureRequest, actions: tuple[SiteAction, ...]
) -> GatewayStage:
    if request.param in LITELLM:
        return _litellm(request.param)
    service = FlagService(clock=FakeClock())
    return GatewayStage(
        service,
        site.door(actions, service, FakeClock()),
        http_worlds(actions)[request.param],
        with_site(CATALOGUE, actions),
    )


def _litellm(name: str) -> GatewayStage:
    proxy = FakeLitellm()
    door = LitellmDoor(
        url=proxy.url,
        read_key=READ_KEY,
        act_key=ACT_KEY,
        send=proxy,
        clock=FakeClock(),
    )
    return GatewayStage(proxy, door, LITELLM[name])


def _recorded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that fills with the calls that are made from then on."""
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


def test_it_works_once_is_seen_to_work_and_is_undone(stage: GatewayStage) -> None:
    promises.works_once_is_seen_and_is_undone(stage, stage.world)


def test_the_same_world_gives_the_same_digest(stage: GatewayStage) -> None:
    draft = promises.drafted(stage, stage.world)
    promises.same_world_same_digest(stage, stage.world, draft)


def test_a_world_that_moved_is_left_alone(stage: GatewayStage) -> None:
    promises.moved_world_is_left_alone(stage, stage.world)


def test_a_session_of_another_plan_cannot_touch_it(stage: GatewayStage) -> None:
    promises.session_of_another_plan_cannot_touch_it(stage, stage.world)


def test_the_manifest_names_exactly_what_is_called_and_kept(
    stage: GatewayStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    promises.manifest_names_what_is_called_and_kept(
        stage, stage.world, record=lambda: _recorded(monkeypatch)
    )


def test_a_drill_can_play_it(stage: GatewayStage) -> None:
    draft = promises.drafted(stage, stage.world)
    promises.drill_can_play_it(stage, stage.world, draft)


def test_nothing_secret_is_kept_as_evidence(stage: GatewayStage) -> None:
    promises.nothing_hidden_is_shown_or_kept(
        stage, stage.world, ("never to be kept", "litellm_params")
    )
