"""What every Kubernetes action promises, as walks: one cluster, one action's world."""

from dataclasses import asdict, dataclass
from typing import Any

import orjson
import pytest

from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Draft, canonical
from bot.gate.catalogue import load_actions
from bot.outside.k8s.calls import CALLS
from bot.outside.k8s.door import KubernetesDoor
from bot.outside.k8s.session import KubeSession, Reach
from bot.ports.action import Effect, StepResult
from tests.actions.worlds_kubernetes import HIDDEN, World
from tests.cloud import APPROVERS, plan_of
from tests.fakes.kube import ACCOUNTS, SPACES, FakeCluster, Request

CATALOGUE = load_actions()


@dataclass
class Stage:
    """A cluster, and the door to it."""

    cluster: FakeCluster

    def door(self, **changed: Any) -> KubernetesDoor:
        reach = Reach(namespaces=frozenset(SPACES), nodes=True)
        base = self.cluster.base()
        given: dict[str, Any] = {"reach": reach, "opened": lambda _now: base}
        return KubernetesDoor(
            clock=self.cluster.clock, space=ACCOUNTS, **{**given, **changed}
        )

    def reader(self) -> KubeSession:
        return self.door().reader()

    def session(self, action: Any, draft: Draft) -> KubeSession:
        return self.door().for_plan(plan_of(draft), action, APPROVERS)

    def apply(self, action: Any, draft: Draft, session: Any = None) -> StepResult:
        """Run a plan's steps as the gate would; return the last result."""
        session = session or self.session(action, draft)
        effect = Effect(session=session, idempotency_key="0" * 64)
        results = [StepResult(outcome=Outcome.OK, says="nothing was done")]
        for step in draft.steps:
            results.append(action.apply(step, effect))
            if results[-1].outcome is not Outcome.OK:
                break
        return results[-1]

    def drafted(self, world: World) -> Draft:
        return world.action.plan(world.make(self.cluster), reader=self.reader())


def works_and_is_undone(stage: Stage, world: World) -> None:
    action, reader = world.action, stage.reader()
    done = stage.drafted(world)
    assert action.verify(plan_of(done), reader=reader).verdict is Verdict.FAIL
    result = stage.apply(action, done)
    assert result.outcome is Outcome.OK, result.says
    assert result.request_id == "5d1f-audit"
    found = action.verify(plan_of(done), reader=reader)
    assert found.verdict is Verdict.PASS, found.says
    with pytest.raises(BadRequest, match="Kubernetes is already as it would make it"):
        action.plan(dict(done.params), reader=reader)
    if done.irreversible_because:
        assert action.rollback(done) is None
        return
    back = CATALOGUE[done.rollback]
    undo = back.plan(action.rollback(done) or {}, reader=reader)
    assert [(one.before, one.after) for one in undo.changes] == [
        (one.after, one.before) for one in done.changes
    ]
    assert stage.apply(back, undo).outcome is Outcome.OK
    assert back.verify(plan_of(undo), reader=reader).verdict is Verdict.PASS


def same_digest(stage: Stage, world: World) -> None:
    first = stage.drafted(world)
    second = world.action.plan(dict(first.params), reader=stage.reader())
    assert plan_of(first, id="pl_1").digest() == plan_of(second, id="pl_1").digest()


def left_alone(stage: Stage, world: World) -> None:
    params, reader = world.make(stage.cluster), stage.reader()
    draft = world.action.plan(params, reader=reader)
    world.move(stage.cluster, params)
    moved = world.action.probe(draft, reader=reader)
    assert moved != draft.preconditions
    result = stage.apply(world.action, draft)
    assert result.outcome is Outcome.FAILED
    assert "did not happen: the world is not as planned" in result.says
    assert world.action.probe(draft, reader=reader) == moved


def conflict(stage: Stage, world: World) -> None:
    """The world moves after the comparison, and before the write."""
    params = world.make(stage.cluster)
    draft = world.action.plan(params, reader=stage.reader())
    session = stage.session(world.action, draft)
    written = session.write
    touched: list[bool] = []

    def slow_write(call: str, texts: Any, body: Any) -> StepResult:
        if not touched:
            touched.append(_touched(stage.cluster, call, texts))
        return written(call, texts, body)

    session.write = slow_write  # type: ignore[method-assign]
    result = stage.apply(world.action, draft, session)
    assert result.outcome is Outcome.FAILED
    assert "did not happen: the world is not as planned" in result.says


def _touched(cluster: FakeCluster, call: str, texts: Any) -> bool:
    """Have somebody else write the very thing first."""
    known = CALLS[call]
    place = (known.resource, texts.get("namespace", ""), texts["name"])
    old = cluster.objects.get(place) or {
        "metadata": {"name": texts["name"]},
        "spec": {},
    }
    cluster.put(place[0], place[1], old)
    return True


def another_plans_session(stage: Stage, world: World) -> None:
    mine, foreign = stage.drafted(world), stage.drafted(world)
    session = stage.session(world.action, foreign)
    result = stage.apply(world.action, mine, session)
    assert result.outcome is Outcome.FAILED
    assert "no step of the plan that this session is for" in result.says
    again = world.action.probe(mine, reader=stage.reader())
    assert again == mine.preconditions


def calls_and_evidence(stage: Stage, world: World) -> None:
    action, reader = world.action, stage.reader()
    params = world.make(stage.cluster)
    begun = len(stage.cluster.asked)
    draft = action.plan(params, reader=reader)
    action.probe(draft, reader=reader)
    kept = action.snapshot(draft, reader=reader)
    assert stage.apply(action, draft).outcome is Outcome.OK
    action.verify(plan_of(draft), reader=reader)
    seen = {_named(one) for one in stage.cluster.asked[begun:] if one.part != "token"}
    assert seen == set(action.MANIFEST.calls)
    assert set(kept) == set(action.MANIFEST.evidence)
    assert orjson.dumps(kept)


def _named(request: Request) -> str:
    (name,) = (
        name
        for name, one in CALLS.items()
        if one.right == request.right and one.everywhere == (not request.space)
    )
    return name


def nothing_hidden(stage: Stage, world: World) -> None:
    draft = stage.drafted(world)
    kept = world.action.snapshot(draft, reader=stage.reader())
    held = orjson.dumps(kept) + canonical(asdict(draft))
    assert HIDDEN.encode() not in held


def playable(stage: Stage, world: World) -> None:
    draft = stage.drafted(world)
    sketch = world.action.sketch(dict(draft.params))
    change, step = draft.changes[0], draft.steps[0]
    assert (sketch.what, sketch.after) == (change.what, change.after)
    assert sketch.call == step.call
    assert sketch.arguments.items() <= dict(step.params).items()
    if draft.irreversible_because:
        assert sketch.usual != sketch.after
        return
    back: Any = CATALOGUE[draft.rollback]
    there = back.sketch(world.action.rollback(draft) or {})
    assert sketch.usual != sketch.after or there.usual != there.after
    assert there.thing == sketch.thing
