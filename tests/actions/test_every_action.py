"""What every AWS action promises, walked in the practice cloud with IAM enforced.

A new action is under this contract with one entry in `worlds.py`.
"""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from bot.aws.action import AwsAction
from bot.aws.mint import Mint
from bot.domain.action_effects import Outcome
from bot.domain.plan import Draft
from bot.gate.catalogue import load_actions
from tests.actions import promises
from tests.actions.stage_aws import AwsStage
from tests.actions.worlds import WORLDS, World
from tests.aws.recording import recorded
from tests.cloud import APPROVERS, Cloud, applied, plan_of, running_cloud

pytestmark = pytest.mark.slow
CATALOGUE = load_actions()
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as one:
        yield one


@pytest.fixture(scope="module")
def mint(cloud: Cloud) -> Mint:
    """Return one for all: making clients takes longer than their calls."""
    return cloud.mint()


def _drafted(cloud: Cloud, world: World, mint: Mint) -> Draft:
    return world.action.plan(world.make(cloud), reader=mint.reader())


@pytest.fixture(scope="module")
def untouched(cloud: Cloud, mint: Mint) -> Callable[[World], Draft]:
    """Return a plan on a thing that no test changes, made once."""
    return cache(lambda world: _drafted(cloud, world, mint))


def test_every_aws_action_has_a_world() -> None:
    ours = {name for name, one in CATALOGUE.items() if isinstance(one, AwsAction)}
    assert {one.name for one in WORLDS} == ours


@each
def test_it_works_once_is_seen_to_work_and_is_undone(
    cloud: Cloud, mint: Mint, world: World
) -> None:
    promises.works_once_is_seen_and_is_undone(AwsStage(cloud, mint), world)


@each
def test_the_same_world_gives_the_same_digest(
    untouched: Callable[[World], Draft], mint: Mint, world: World
) -> None:
    first = untouched(world)
    second = world.action.plan(dict(first.params), reader=mint.reader())
    assert plan_of(first, id="pl_1").digest() == plan_of(second, id="pl_1").digest()


@each
def test_a_world_that_moved_is_left_alone(
    cloud: Cloud, mint: Mint, world: World
) -> None:
    promises.moved_world_is_left_alone(AwsStage(cloud, mint), world)


@each
def test_a_session_of_another_plan_cannot_touch_it(
    cloud: Cloud, mint: Mint, world: World
) -> None:
    action = world.action
    mine, foreign = _drafted(cloud, world, mint), _drafted(cloud, world, mint)
    session = mint.mint(plan_of(foreign), action.grant(foreign), approvers=APPROVERS)
    assert applied(action, mine, session).outcome is Outcome.FAILED
    assert action.probe(mine, reader=mint.reader()) == mine.preconditions


@each
def test_the_manifest_names_exactly_what_is_called_and_kept(
    cloud: Cloud, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    promises.manifest_names_what_is_called_and_kept(
        AwsStage(cloud, cloud.mint()),
        world,
        record=lambda: recorded(monkeypatch),
        beside=("sts.AssumeRole", "sts.GetCallerIdentity"),
    )


@each
def test_a_drill_can_play_it(untouched: Callable[[World], Draft], world: World) -> None:
    draft = untouched(world)
    params = dict(draft.params)
    sketch = world.action.sketch(params)
    (change,) = draft.changes
    (step,) = draft.steps
    assert (sketch.what, sketch.after) == (change.what, change.after)
    assert sketch.call == step.call
    assert sketch.arguments.items() <= dict(step.params).items()
    if draft.irreversible_because:
        assert sketch.usual != sketch.after
        return
    back = CATALOGUE[draft.rollback]
    assert isinstance(back, AwsAction)
    # What is a way back changes nothing until somebody has gone the way.
    there = back.sketch(world.action.rollback(draft) or {})
    assert sketch.usual != sketch.after or there.usual != there.after
    assert there.thing == sketch.thing
