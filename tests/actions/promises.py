"""What every action promises, whatever world it changes; each is one function here.

Which worlds there are, and how each is stood up, is said by the tests that call them:
`test_every_action.py` for AWS, `test_every_gateway_action.py` for services over HTTP,
`test_every_kubernetes_action.py` for a cluster.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Protocol

import orjson
import pytest

from bot.acting.action import DataAction
from bot.clock import SystemClock
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Afterwards, Draft, Plan, Step, canonical
from bot.ports.action import Action, Effect, Measuring, StepResult
from tests.cloud import plan_of

Params = dict[str, str]


class Stage(Protocol):
    """Where actions are walked, stood up for a test.

    Attributes:
        outside: What furnishes and changes the world behind the bot's back.
        catalogue: The actions there are.
    """

    @property
    def outside(self) -> Any: ...
    @property
    def catalogue(self) -> Mapping[str, Action]: ...

    def reader(self) -> Any:
        """Return a session that can only read."""
        ...

    def session(self, plan: Plan, action: Any) -> Any:
        """Return what an approved plan acts with."""
        ...


class World(Protocol):
    """One action, and a thing of its own for it.

    Attributes:
        make: Makes a thing and returns the parameters of a plan on it.
        move: Changes the thing so that the plan is not true any more.
        also: Calls that this walk cannot make.
    """

    @property
    def action(self) -> DataAction: ...
    @property
    def make(self) -> Callable[[Any], Params]: ...
    @property
    def move(self) -> Callable[[Any, Params], Any]: ...
    @property
    def also(self) -> Collection[str]: ...


def drafted(stage: Stage, world: World) -> Draft:
    return world.action.plan(world.make(stage.outside), reader=stage.reader())


def ran(action: Action, draft: Draft, session: Any) -> StepResult:
    """Run the steps of a plan in order, until one is not done; return the last."""
    result = StepResult(outcome=Outcome.FAILED, says="There is no step.")
    for step in draft.steps:
        result = _made(action, step, session)
        if result.outcome is not Outcome.OK:
            break
    return result


def _made(action: Action, step: Step, session: Any) -> StepResult:
    return action.apply(
        step, Effect(session=session, idempotency_key=secrets.token_hex(32))
    )


def approved(stage: Stage, action: Action, draft: Draft) -> StepResult:
    """Run a plan's steps as the gate would, with a session of its own."""
    return ran(action, draft, stage.session(plan_of(draft), action))


def works_once_is_seen_and_is_undone(stage: Stage, world: World) -> None:
    action = world.action
    done = drafted(stage, world)
    # Nothing happened yet: it has failed, or it is too early to tell.
    early = action.verify(plan_of(done), reader=stage.reader())
    assert early.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)
    result = approved(stage, action, done)
    assert result.outcome is Outcome.OK, result.says
    found = action.verify(plan_of(done), reader=stage.reader())
    assert found.verdict is Verdict.PASS, found.says
    with pytest.raises(BadRequest, match=f"{action.PLACE} is already as it would make"):
        action.plan(dict(done.params), reader=stage.reader())

    if done.irreversible_because:
        assert action.rollback(done) is None
        return
    back = stage.catalogue[done.rollback]
    undo = back.plan(action.rollback(done) or {}, reader=stage.reader())
    assert [(one.before, one.after) for one in undo.changes] == [
        (one.after, one.before) for one in done.changes
    ]
    assert approved(stage, back, undo).outcome is Outcome.OK
    assert back.verify(plan_of(undo), reader=stage.reader()).verdict is Verdict.PASS


def same_world_same_digest(stage: Stage, world: World, first: Draft) -> None:
    second = world.action.plan(dict(first.params), reader=stage.reader())
    assert plan_of(first, id="pl_1").digest() == plan_of(second, id="pl_1").digest()


def moved_world_is_left_alone(stage: Stage, world: World) -> None:
    params = world.make(stage.outside)
    draft = world.action.plan(params, reader=stage.reader())
    world.move(stage.outside, params)
    moved = world.action.probe(draft, reader=stage.reader())
    assert moved != draft.preconditions
    result = approved(stage, world.action, draft)
    assert result.outcome is Outcome.FAILED
    assert "did not happen: the world is not as planned" in result.says
    assert world.action.probe(draft, reader=stage.reader()) == moved


def session_of_another_plan_cannot_touch_it(stage: Stage, world: World) -> None:
    action = world.action
    mine, foreign = drafted(stage, world), drafted(stage, world)
    session = stage.session(plan_of(foreign), action)
    assert ran(action, mine, session).outcome is Outcome.FAILED
    assert action.probe(mine, reader=stage.reader()) == mine.preconditions


def slipped_in_before_the_write_is_a_conflict(
    stage: Stage, world: World, *, touch: Callable[[str, Mapping[str, str]], object]
) -> None:
    """The world moves after the comparison, and the world itself refuses the write.

    Only where it compares and sets by itself.

    Args:
        touch: Writes, as somebody else, the thing that a call is about to write.
    """
    draft = drafted(stage, world)
    session = stage.session(plan_of(draft), world.action)
    written = session.write
    touched: list[object] = []

    def slow(call: str, texts: Mapping[str, str], body: Any) -> StepResult:
        if not touched:
            touched.append(touch(call, texts))
        result: StepResult = written(call, texts, body)
        return result

    session.write = slow
    result = ran(world.action, draft, session)
    assert result.outcome is Outcome.FAILED
    assert "did not happen: the world is not as planned" in result.says


def nothing_hidden_is_shown_or_kept(
    stage: Stage, world: World, hidden: Collection[str]
) -> None:
    draft = drafted(stage, world)
    kept = world.action.snapshot(draft, reader=stage.reader())
    held = (orjson.dumps(kept) + canonical(asdict(draft))).decode()
    assert [one for one in hidden if one in held] == []


def manifest_names_what_is_called_and_kept(
    stage: Stage,
    world: World,
    *,
    record: Callable[[], set[str]],
    beside: Collection[str] = (),
) -> None:
    """Walk it whole.

    Args:
        record: Returns a set that fills with what is called from then on.
        beside: Calls that are made and are not the action's.
    """
    action = world.action
    params = world.make(stage.outside)
    calls = record()
    draft = action.plan(params, reader=stage.reader())
    action.probe(draft, reader=stage.reader())
    kept = action.snapshot(draft, reader=stage.reader())
    approved(stage, action, draft)
    action.verify(plan_of(draft), reader=stage.reader())
    if draft.afterwards:
        _measured(stage, action, draft, draft.afterwards)
    undo = action.rollback(draft) or {}
    if action.MANIFEST.rollback == action.MANIFEST.name:
        approved(stage, action, action.plan(undo, reader=stage.reader()))
    assert (calls - set(beside)) | set(world.also) == set(action.MANIFEST.calls)
    assert set(kept) == set(action.MANIFEST.evidence)
    assert orjson.dumps(kept)


def _measured(
    stage: Stage, action: DataAction, draft: Draft, promised: Afterwards
) -> None:
    assert isinstance(action, Measuring)
    now = SystemClock().now()
    since = now - timedelta(seconds=promised.after_s)
    found = action.measure(
        plan_of(draft), since=since, until=now, reader=stage.reader()
    )
    assert found.says


def drill_can_play_it(stage: Stage, world: World, draft: Draft) -> None:
    params = dict(draft.params)
    sketch = world.action.sketch(params)
    change, step = draft.changes[0], draft.steps[0]
    assert (sketch.what, sketch.after) == (change.what, change.after)
    assert sketch.call == step.call
    assert sketch.arguments.items() <= dict(step.params).items()
    if draft.irreversible_because:
        assert sketch.usual != sketch.after
        return
    back = stage.catalogue[draft.rollback]
    assert isinstance(back, DataAction)
    # What is a way back changes nothing until somebody has gone the way.
    there = back.sketch(world.action.rollback(draft) or {})
    assert sketch.usual != sketch.after or there.usual != there.after
    assert there.thing == sketch.thing
