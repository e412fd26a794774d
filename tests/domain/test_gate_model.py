"""Every reachable state of the gate, and what each guard is there for.

The real table and the real decisions are walked from an empty stream: all people,
all moments, everything right or one thing wrong, crashes included. Then each guard
is taken out by name, and something must go wrong that did not before.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import pytest

from bot.domain import action_guards
from bot.domain.action import ActionState, evolve
from bot.domain.action_asked import Guard
from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BeginStep,
    BreakGlass,
    EndStep,
)
from bot.domain.action_decisions import decide_action
from bot.domain.action_effects import (
    ActionRollbackFailed,
    ActionRollingBack,
    ActionVerifyFailed,
)
from bot.domain.action_events import ActionEvent
from bot.domain.action_guards import CHECKS, GUARDS
from bot.domain.action_table import MOVES, TERMINAL, Stage
from bot.domain.errors import Refusal, TocsinError
from tests.domain.gate_promises import PROMISES, judge
from tests.domain.gate_truth import Seen, Truth, remember
from tests.domain.gate_twists import MOMENTS, Move
from tests.domain.gate_world import PLAYS, Play, moves

# Where a guard is covered by another one of the same command.
PAIRS: Mapping[tuple[type[ActionCommand], str], str] = {
    (BeginStep, "once_begun"): "in_order",
    (EndStep, "stage"): "owner",
    (BreakGlass, "body"): "glass_phrase",
}
# Stages in which time matters.
WAITS = (Stage.PENDING, Stage.APPROVED, Stage.APPLYING)
NEW, NOTHING = ActionState(), Truth()

pytestmark = pytest.mark.slow  # every reachable state, once per guard


@dataclass(frozen=True)
class World:
    """A plan, a moment, and what is really so."""

    state: ActionState = NEW
    tick: int = 0
    truth: Truth = NOTHING

    @property
    def key(self) -> object:
        """The same for worlds in which nothing can go differently."""
        state, truth, tick = self.state, self.truth, self.tick
        approved = frozenset(each.by for each in state.approvals)
        if state.cleared_by:
            approved, truth = frozenset(), replace(truth, yes=frozenset())
        if state.stage not in WAITS:
            tick, truth = 0, replace(truth, cleared=0, heard=0)
        if state.stage not in (*WAITS, Stage.INDETERMINATE):
            truth = replace(truth, begun=(), ended=(), made=(), stop=False, claims=0)
        cleared_by = frozenset(state.cleared_by)
        return (
            *(state.stage, state.message, approved, state.looks, state.rollback),
            *(cleared_by if state.stage is Stage.APPROVED else (), tick, truth),
        )


@dataclass(frozen=True)
class Step:
    """How a world was reached: from where, by what; no move is time passing."""

    came_from: World
    move: Move | None


Graph = dict[object, tuple[World, Step | None]]


@cache
def _moves(name: str, tick: int, stage: Stage) -> tuple[Move, ...]:
    return moves(PLAYS[name], tick, stage)


def ask(world: World, move: Move) -> tuple[ActionEvent, ...]:
    """Ask the real gate; a refusal is an answer without events."""
    state = world.state
    if move.changed:
        state = replace(state, text=state.text.replace("Inactive", "Deleted"))
    try:
        return decide_action(
            state, move.command, now=move.clock, rules=move.rules, facts=move.facts
        )
    except Refusal:
        return ()


def step(play: Play, world: World, move: Move) -> tuple[World, str]:
    """Return the world after a move, and the promise it breaks, "" if none."""
    try:
        events = ask(world, move)
    except TocsinError:
        return world, "every question gets an answer"
    state, truth = world.state, world.truth
    for event in events:
        seen = Seen(play, world.tick, move, state, truth)
        broken = judge(seen, event)
        if broken:
            return world, broken
        state, truth = evolve(state, event), remember(truth, seen, event)
    return World(state, world.tick, truth), ""


def passing(world: World) -> Iterator[World]:
    """Time passes once the plan is before people; what is over has time."""
    if world.state.stage in WAITS and world.tick + 1 < len(MOMENTS):
        yield replace(world, tick=world.tick + 1)


@cache
def explore(name: str) -> tuple[Graph, tuple[str, ...], frozenset[tuple[object, ...]]]:
    """Walk everything; return the worlds, the broken promises and the moves seen."""
    play, start = PLAYS[name], World()
    graph: Graph = {start.key: (start, None)}
    broken: list[str] = []
    walked: set[tuple[object, ...]] = set()
    queue = deque([start])

    def visit(world: World, came: Step) -> None:
        if world.key not in graph:
            graph[world.key] = (world, came)
            queue.append(world)

    while queue:
        world = queue.popleft()
        for later in passing(world):
            visit(later, Step(world, None))
        for move in _moves(name, world.tick, world.state.stage):
            after, promise = step(play, world, move)
            if promise:
                broken.append(f"{promise}: {world.state.stage}, {move}")
            elif after.state is not world.state:
                walked.add((world.state.stage, after.state.stage))
                visit(after, Step(world, move))
    return graph, tuple(broken), frozenset(walked)


def path(graph: Graph, world: World) -> list[Step]:
    """Return how a world was reached, from the start on."""
    way: list[Step] = []
    came = graph[world.key][1]
    while came is not None:
        way.append(came)
        came = graph[came.came_from.key][1]
    return way[::-1]


def walks(name: str, way: list[Step], end: World) -> bool:
    """Tell whether the gate as it is now still goes this way."""
    goals = [*[each.came_from for each in way], end][1:]
    for each, goal in zip(way, goals, strict=True):
        if each.move is None:
            continue
        after, promise = step(PLAYS[name], each.came_from, each.move)
        if promise or after.key != goal.key:
            return False
    return True


def breaks(name: str, kinds: set[type[ActionCommand]]) -> str:
    """Return the promise that the gate breaks now, after which way; "" if none."""
    graph, _, _ = explore(name)
    for world, _ in graph.values():
        for move in _moves(name, world.tick, world.state.stage):
            if type(move.command) not in kinds:
                continue
            _, promise = step(PLAYS[name], world, move)
            way = path(graph, world) if promise else []
            if promise and walks(name, way, world):
                return f"{promise}: {[str(each.move) for each in way]}, {move}"
    return ""


def explored() -> None:
    """Walk everything while no guard is missing."""
    for name in PLAYS:
        explore(name)


def take_away(
    monkeypatch: pytest.MonkeyPatch, kind: type[ActionCommand], *names: str
) -> None:
    """Take guards away from one command."""
    explored()
    left = tuple(name for name in CHECKS[kind] if name not in names)
    monkeypatch.setattr(action_guards, "CHECKS", {**CHECKS, kind: left})


@pytest.mark.parametrize("name", PLAYS)
def test_no_promise_is_broken_in_any_reachable_state(name: str) -> None:
    _, broken, _ = explore(name)
    assert broken[:5] == ()


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_a_promise_is_broken(
    guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    explored()
    pair = {other for (_, name), other in PAIRS.items() if name == guard}
    out: dict[str, Guard] = {name: lambda _: None for name in {guard} | pair}
    monkeypatch.setattr(action_guards, "GUARDS", {**GUARDS, **out})
    kinds = {kind for kind, names in CHECKS.items() if guard in names} or {Approve}
    assert any(breaks(name, kinds) for name in PLAYS)


@pytest.mark.parametrize(
    ("kind", "guard"),
    [
        pytest.param(kind, guard, id=f"{kind.__name__}-{guard}")
        for kind, names in CHECKS.items()
        for guard in names
    ],
)
def test_no_guard_stands_before_a_command_in_vain(
    kind: type[ActionCommand], guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away(monkeypatch, kind, guard, PAIRS.get((kind, guard), guard))
    assert any(breaks(name, {kind}) for name in PLAYS)


@pytest.mark.parametrize(("kind", "guard"), PAIRS)
def test_the_second_guard_of_a_pair_covers_for_the_first(
    kind: type[ActionCommand], guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away(monkeypatch, kind, guard)
    assert [breaks(name, {kind}) for name in PLAYS] == [""] * len(PLAYS)


def test_the_model_goes_every_way_of_the_table() -> None:
    walked = {pair for name in PLAYS for pair in explore(name)[2]}
    ways = {(came, went) for (came, _), went in MOVES.items()}
    assert ways <= walked


def test_every_stage_is_reached_and_nothing_leaves_the_terminal_ones() -> None:
    reached = {world.state.stage for world, _ in explore("T1")[0].values()}
    assert reached == set(Stage)
    walked = {pair for name in PLAYS for pair in explore(name)[2]}
    assert not {came for came, went in walked if came in TERMINAL and went is not came}


def test_a_plan_is_called_at_most_once_a_step_in_every_world() -> None:
    for name, play in PLAYS.items():
        steps = tuple(each.id for each in play.plan.draft.steps)
        for world, _ in explore(name)[0].values():
            begun = tuple(run.step for run in world.state.runs)
            assert begun == steps[: len(begun)]
            assert len(set(begun)) == len(begun)


def test_the_model_judges_every_event_that_moves_a_plan() -> None:
    judged = set(PROMISES) | {ActionVerifyFailed}
    judged |= {ActionRollingBack, ActionRollbackFailed}
    assert {kind for _, kind in MOVES} <= judged
