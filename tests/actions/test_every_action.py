"""What every AWS action promises, walked in the practice cloud with IAM enforced.

A new action is under this contract with one entry in `worlds.py`. The promises are
those of every action: `promises.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from bot.aws.action import AwsAction
from bot.aws.mint import Mint
from bot.aws.session import AwsSession
from bot.domain.plan import Draft, Plan
from bot.gate.catalogue import load_actions
from bot.ports.action import Action
from tests.actions import promises
from tests.actions.worlds import WORLDS, World
from tests.aws.recording import recorded
from tests.cloud import APPROVERS, Cloud, running_cloud

pytestmark = pytest.mark.slow
CATALOGUE = load_actions()
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])


@dataclass(frozen=True)
class AwsStage:
    """The practice cloud, with one mint: making clients takes longer than calls."""

    outside: Cloud
    mint: Mint
    catalogue: Mapping[str, Action] = field(default_factory=lambda: CATALOGUE)

    def reader(self) -> AwsSession:
        return self.mint.reader()

    def session(self, plan: Plan, action: Any) -> AwsSession:
        return self.mint.mint(plan, action.grant(plan.draft), approvers=APPROVERS)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsStage]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield AwsStage(cloud, cloud.mint())


@pytest.fixture(scope="module")
def untouched(stage: AwsStage) -> Callable[[World], Draft]:
    """Return a plan on a thing that no test changes, made once."""
    return cache(lambda world: promises.drafted(stage, world))


def test_every_aws_action_has_a_world() -> None:
    ours = {name for name, one in CATALOGUE.items() if isinstance(one, AwsAction)}
    assert {one.name for one in WORLDS} == ours


@each
def test_it_works_once_is_seen_to_work_and_is_undone(
    stage: AwsStage, world: World
) -> None:
    promises.works_once_is_seen_and_is_undone(stage, world)


@each
def test_the_same_world_gives_the_same_digest(
    untouched: Callable[[World], Draft], stage: AwsStage, world: World
) -> None:
    promises.same_world_same_digest(stage, world, untouched(world))


@each
def test_a_world_that_moved_is_left_alone(stage: AwsStage, world: World) -> None:
    promises.moved_world_is_left_alone(stage, world)


@each
def test_a_session_of_another_plan_cannot_touch_it(
    stage: AwsStage, world: World
) -> None:
    promises.session_of_another_plan_cannot_touch_it(stage, world)


@each
def test_the_manifest_names_exactly_what_is_called_and_kept(
    stage: AwsStage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    promises.manifest_names_what_is_called_and_kept(
        AwsStage(stage.outside, stage.outside.mint()),
        world,
        record=lambda: recorded(monkeypatch),
        beside=("sts.AssumeRole", "sts.GetCallerIdentity"),
    )


@each
def test_a_drill_can_play_it(
    untouched: Callable[[World], Draft], stage: AwsStage, world: World
) -> None:
    promises.drill_can_play_it(stage, world, untouched(world))
