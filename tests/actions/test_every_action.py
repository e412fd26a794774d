"""What every AWS action promises, walked where IAM is enforced.

That is the practice cloud, or the checked fake for what no emulator has. A new action
is under this contract with one entry in `worlds.py` or `worlds_fake.py`. The promises
are those of every action: `promises.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from functools import cache

import pytest

from bot.aws.action import AwsAction
from bot.clock import SystemClock
from bot.domain.action_effects import Verdict
from bot.domain.plan import Draft
from bot.gate.catalogue import load_actions
from tests.actions import promises
from tests.actions.stage_aws import AwsStage
from tests.actions.worlds import World
from tests.actions.worlds_all import WORLDS, where_exercised
from tests.aws.recording import recorded
from tests.awsfake.cloud import running_fake
from tests.cloud import Account, plan_of, running_cloud

pytestmark = pytest.mark.slow
CATALOGUE = load_actions()
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])

OWN = [one for one in WORLDS if not one.is_shared]
each_own = pytest.mark.parametrize("world", OWN, ids=[one.name for one in OWN])
STOPPED = [one for one in WORLDS if one.name.endswith("set_reserved_concurrency")]


@pytest.fixture(scope="module")
def stages(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], AwsStage]]:
    """Return what starts each place once."""
    with ExitStack() as running:
        makers: dict[str, Callable[[], AbstractContextManager[Account]]] = {
            "ministack": lambda: running_cloud(tmp_path_factory.mktemp("cloud")),
            "checked fake": running_fake,
        }

        @cache
        def started(where: str) -> AwsStage:
            account = running.enter_context(makers[where]())
            return AwsStage(account, account.mint())

        yield started


@pytest.fixture
def stage(stages: Callable[[str], AwsStage], world: World) -> AwsStage:
    return stages(world.where)


@pytest.fixture(scope="module")
def untouched(stages: Callable[[str], AwsStage]) -> Callable[[World], Draft]:
    """Return a plan on a thing that no test changes, made once."""

    def drafted(world: World) -> Draft:
        return promises.drafted(stages(world.where), world)

    once = cache(drafted)
    return lambda world: drafted(world) if world.is_shared else once(world)


def test_every_aws_action_has_a_world() -> None:
    ours = {name for name, one in CATALOGUE.items() if isinstance(one, AwsAction)}
    names = [one.name for one in WORLDS]
    assert set(names) == ours
    assert len(names) == len(ours)


def test_of_every_action_it_is_known_where_it_is_exercised() -> None:
    assert [name for name in CATALOGUE if not where_exercised(name)] == []


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


@each_own
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


@pytest.mark.parametrize("world", STOPPED, ids=["stopped"])
def test_a_figure_afterwards_is_told_beside_as_long_a_time_before(
    stage: AwsStage, world: World
) -> None:
    draft = promises.drafted(stage, world)
    assert draft.afterwards is not None
    assert draft.afterwards.says == f"no calls of {draft.target} since, by CloudWatch."
    at = SystemClock().now().replace(second=30, microsecond=0) - timedelta(minutes=10)
    calls = {at - timedelta(minutes=2): 41, at: 3, at + timedelta(minutes=2): 0}

    def told() -> tuple[Verdict, str]:
        until = at + timedelta(minutes=5)
        found = world.action.measure(
            plan_of(draft), since=at, until=until, reader=stage.reader()
        )
        return found.verdict, found.says

    _put_calls(stage.outside, draft.target, calls)
    none = f"0 calls of {draft.target} in 4 minutes, 41 in as many before."
    assert told() == (Verdict.PASS, none)
    _put_calls(stage.outside, draft.target, {at + timedelta(minutes=3): 2})
    some = f"2 calls of {draft.target} in 4 minutes, 41 in as many before."
    assert told() == (Verdict.FAIL, some)


def _put_calls(cloud: Account, function: str, calls: Mapping[datetime, int]) -> None:
    cloud.root().client("cloudwatch").put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {
                "MetricName": "Invocations",
                "Dimensions": [{"Name": "FunctionName", "Value": function}],
                "Timestamp": when,
                "Value": count,
                "Unit": "Count",
            }
            for when, count in calls.items()
        ],
    )
