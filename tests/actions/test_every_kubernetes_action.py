"""What every Kubernetes action promises, walked in a fake cluster on loopback.

A new action is under this contract with one entry in `worlds_kubernetes.py`. The same
walk with the official client's models: `tests/outside/test_kubernetes_models.py`.
"""

from collections.abc import Iterator

import pytest

from tests.actions import promises_kubernetes as promises
from tests.actions.promises_kubernetes import CATALOGUE, Stage
from tests.actions.worlds_kubernetes import WORLDS, World
from tests.fakes.kube import running_cluster

pytestmark = pytest.mark.slow
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running_cluster() as cluster:
        yield Stage(cluster)


def test_every_kubernetes_action_has_a_world() -> None:
    ours = {name for name in CATALOGUE if name.startswith("kubernetes.")}
    assert {one.name for one in WORLDS} == ours


@each
def test_it_works_once_is_seen_to_work_and_is_undone(
    stage: Stage, world: World
) -> None:
    promises.works_and_is_undone(stage, world)


@each
def test_the_same_world_gives_the_same_digest(stage: Stage, world: World) -> None:
    promises.same_digest(stage, world)


@each
def test_a_world_that_moved_is_left_alone(stage: Stage, world: World) -> None:
    promises.left_alone(stage, world)


@each
def test_what_slips_in_before_the_write_is_a_conflict(
    stage: Stage, world: World
) -> None:
    promises.conflict(stage, world)


@each
def test_a_session_of_another_plan_cannot_touch_it(stage: Stage, world: World) -> None:
    promises.another_plans_session(stage, world)


@each
def test_the_manifest_names_exactly_what_is_called_and_kept(
    stage: Stage, world: World
) -> None:
    promises.calls_and_evidence(stage, world)


@each
def test_no_value_of_an_environment_is_shown_or_kept(
    stage: Stage, world: World
) -> None:
    promises.nothing_hidden(stage, world)


@each
def test_a_drill_can_play_it(stage: Stage, world: World) -> None:
    promises.playable(stage, world)
