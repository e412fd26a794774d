"""What every AWS action promises, walked where IAM is enforced.

That is the practice cloud, or the checked fake for what no emulator has. A new action
is under this contract with one entry in `worlds.py` or `worlds_fake.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from functools import cache

import orjson
import pytest

from bot.aws.action import AwsAction
from bot.aws.mint import Mint
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Draft
from bot.gate.catalogue import load_actions
from bot.wire_ground import SystemClock
from tests.actions.worlds import World
from tests.actions.worlds_all import WORLDS, where_exercised
from tests.aws.recording import recorded
from tests.awsfake.cloud import running_fake
from tests.cloud import APPROVERS, Account, applied, plan_of, running_cloud

pytestmark = pytest.mark.slow
CATALOGUE = load_actions()
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])

OWN = [one for one in WORLDS if not one.is_shared]
each_own = pytest.mark.parametrize("world", OWN, ids=[one.name for one in OWN])


Place = tuple[Account, Mint]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Place]]:
    """Return what starts each place once, and one mint for all that is tried there.

    Making clients takes longer than their calls.
    """
    with ExitStack() as running:
        makers: dict[str, Callable[[], AbstractContextManager[Account]]] = {
            "ministack": lambda: running_cloud(tmp_path_factory.mktemp("cloud")),
            "checked fake": running_fake,
        }

        @cache
        def started(where: str) -> Place:
            account = running.enter_context(makers[where]())
            return account, account.mint()

        yield started


@pytest.fixture
def cloud(places: Callable[..., Place], world: World) -> Account:
    return places(world.where)[0]


@pytest.fixture
def mint(places: Callable[..., Place], world: World) -> Mint:
    return places(world.where)[1]


def _drafted(cloud: Account, world: World, mint: Mint) -> Draft:
    return world.action.plan(world.make(cloud), reader=mint.reader())


@pytest.fixture(scope="module")
def untouched(places: Callable[..., Place]) -> Callable[[World], Draft]:
    """Return a plan on a thing that no test changes, made once."""

    def drafted(world: World) -> Draft:
        cloud, mint = places(world.where)
        return _drafted(cloud, world, mint)

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
    cloud: Account, mint: Mint, world: World
) -> None:
    action = world.action
    done = _drafted(cloud, world, mint)
    assert action.verify(plan_of(done), reader=mint.reader()).verdict is Verdict.FAIL
    assert cloud.apply(action, done, mint).outcome is Outcome.OK
    assert action.verify(plan_of(done), reader=mint.reader()).verdict is Verdict.PASS
    with pytest.raises(BadRequest, match="AWS is already as it would make it"):
        action.plan(dict(done.params), reader=mint.reader())

    if done.irreversible_because:
        assert action.rollback(done) is None
        return
    back = CATALOGUE[done.rollback]
    undo = back.plan(action.rollback(done) or {}, reader=mint.reader())
    assert [(one.before, one.after) for one in undo.changes] == [
        (one.after, one.before) for one in done.changes
    ]
    assert cloud.apply(back, undo, mint).outcome is Outcome.OK
    assert back.verify(plan_of(undo), reader=mint.reader()).verdict is Verdict.PASS


@each
def test_the_same_world_gives_the_same_digest(
    untouched: Callable[[World], Draft], mint: Mint, world: World
) -> None:
    first = untouched(world)
    second = world.action.plan(dict(first.params), reader=mint.reader())
    assert plan_of(first, id="pl_1").digest() == plan_of(second, id="pl_1").digest()


@each
def test_a_world_that_moved_is_left_alone(
    cloud: Account, mint: Mint, world: World
) -> None:
    params = world.make(cloud)
    draft = world.action.plan(params, reader=mint.reader())
    world.move(cloud, params)
    moved = world.action.probe(draft, reader=mint.reader())
    assert moved != draft.preconditions
    result = cloud.apply(world.action, draft, mint)
    assert result.outcome is Outcome.FAILED
    assert "did not happen: the world is not as planned" in result.says
    assert world.action.probe(draft, reader=mint.reader()) == moved


@each_own
def test_a_session_of_another_plan_cannot_touch_it(
    cloud: Account, mint: Mint, world: World
) -> None:
    action = world.action
    mine, foreign = _drafted(cloud, world, mint), _drafted(cloud, world, mint)
    session = mint.mint(plan_of(foreign), action.grant(foreign), approvers=APPROVERS)
    assert applied(action, mine, session).outcome is Outcome.FAILED
    assert action.probe(mine, reader=mint.reader()) == mine.preconditions


@each
def test_the_manifest_names_exactly_what_is_called_and_kept(
    cloud: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mint, action = cloud.mint(), world.action
    params = world.make(cloud)
    calls = recorded(monkeypatch)
    draft = action.plan(params, reader=mint.reader())
    action.probe(draft, reader=mint.reader())
    kept = action.snapshot(draft, reader=mint.reader())
    cloud.apply(action, draft, mint)
    action.verify(plan_of(draft), reader=mint.reader())
    if draft.afterwards:
        now = SystemClock().now()
        since = now - timedelta(seconds=draft.afterwards.after_s)
        found = action.measure(
            plan_of(draft), since=since, until=now, reader=mint.reader()
        )
        assert "in as many before" in found.says
    undo = action.rollback(draft) or {}
    if action.MANIFEST.rollback == action.MANIFEST.name:
        cloud.apply(action, action.plan(undo, reader=mint.reader()), mint)
    seen = calls - {"sts.AssumeRole", "sts.GetCallerIdentity"}
    assert seen | world.also == set(action.MANIFEST.calls)
    assert set(kept) == set(action.MANIFEST.evidence)
    assert orjson.dumps(kept)


@each
def test_a_drill_can_play_it(untouched: Callable[[World], Draft], world: World) -> None:
    draft = untouched(world)
    params = dict(draft.params)
    sketch = world.action.sketch(params)
    change, step = draft.changes[0], draft.steps[0]
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


STOPPED = [one for one in WORLDS if one.name.endswith("set_reserved_concurrency")]


@pytest.mark.parametrize("world", STOPPED, ids=["stopped"])
def test_a_figure_afterwards_is_told_beside_as_long_a_time_before(
    cloud: Account, mint: Mint, world: World
) -> None:
    action, params = world.action, world.make(cloud)
    draft = action.plan(params, reader=mint.reader())
    assert draft.afterwards is not None
    assert draft.afterwards.says == f"no calls of {draft.target} since, by CloudWatch."
    at = SystemClock().now().replace(second=30, microsecond=0) - timedelta(minutes=10)
    calls = {at - timedelta(minutes=2): 41, at: 3, at + timedelta(minutes=2): 0}

    def told() -> tuple[Verdict, str]:
        until = at + timedelta(minutes=5)
        reader = mint.reader()
        found = action.measure(plan_of(draft), since=at, until=until, reader=reader)
        return found.verdict, found.says

    _put_calls(cloud, draft.target, calls)
    none = f"0 calls of {draft.target} in 4 minutes, 41 in as many before."
    assert told() == (Verdict.PASS, none)
    _put_calls(cloud, draft.target, {at + timedelta(minutes=3): 2})
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
