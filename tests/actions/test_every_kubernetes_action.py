"""What every Kubernetes action promises, walked in a fake cluster on loopback.

A new action is under this contract with one entry in `worlds_kubernetes.py`. The same
walk with the official client's models: `tests/outside/test_kubernetes_models.py`.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.domain.action_effects import Outcome
from bot.outside.k8s.session import KubeSession
from tests.actions import promises
from tests.actions.stage_kubernetes import KubernetesStage as Stage
from tests.actions.worlds_kubernetes import HIDDEN, WORLDS, World
from tests.fakes.kube import running_cluster

pytestmark = pytest.mark.slow
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running_cluster() as cluster:
        yield Stage(cluster)


def test_every_kubernetes_action_has_a_world(stage: Stage) -> None:
    ours = {name for name in stage.catalogue if name.startswith("kubernetes.")}
    assert {one.name for one in WORLDS} == ours


def _recorded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that fills with the calls that are made from then on."""
    seen: set[str] = set()
    looked, written = KubeSession.look, KubeSession.write

    def looking(self: Any, call: str, texts: Any) -> Any:
        seen.add(call)
        return looked(self, call, texts)

    def writing(self: Any, call: str, texts: Any, body: Any) -> Any:
        seen.add(call)
        return written(self, call, texts, body)

    monkeypatch.setattr(KubeSession, "look", looking)
    monkeypatch.setattr(KubeSession, "write", writing)
    return seen


@each
def test_it_works_once_is_seen_to_work_and_is_undone(
    stage: Stage, world: World
) -> None:
    promises.works_once_is_seen_and_is_undone(stage, world)


def test_what_was_done_names_the_record_of_the_clusters_own_log(stage: Stage) -> None:
    draft = stage.drafted(world := WORLDS[0])
    result = promises.approved(stage, world.action, draft)
    assert (result.outcome, result.request_id) == (Outcome.OK, "5d1f-audit")


@each
def test_the_same_world_gives_the_same_digest(stage: Stage, world: World) -> None:
    promises.same_world_same_digest(stage, world, stage.drafted(world))


@each
def test_a_world_that_moved_is_left_alone(stage: Stage, world: World) -> None:
    promises.moved_world_is_left_alone(stage, world)


@each
def test_what_slips_in_before_the_write_is_a_conflict(
    stage: Stage, world: World
) -> None:
    promises.slipped_in_before_the_write_is_a_conflict(stage, world, touch=stage.touch)


@each
def test_a_session_of_another_plan_cannot_touch_it(stage: Stage, world: World) -> None:
    promises.session_of_another_plan_cannot_touch_it(stage, world)


@each
def test_the_manifest_names_exactly_what_is_called_and_kept(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    promises.manifest_names_what_is_called_and_kept(
        stage, world, record=lambda: _recorded(monkeypatch)
    )


@each
def test_no_value_of_an_environment_is_shown_or_kept(
    stage: Stage, world: World
) -> None:
    promises.nothing_hidden_is_shown_or_kept(stage, world, (HIDDEN,))


@each
def test_a_drill_can_play_it(stage: Stage, world: World) -> None:
    promises.drill_can_play_it(stage, world, stage.drafted(world))
