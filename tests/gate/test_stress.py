"""A thousand presses on fifty plans, and a `kill -9` again and again."""

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.action import ActionState
from bot.store.verify import verify_store
from tests.gate.crash_child import (
    PLANS,
    POINTS,
    PRESSES,
    Scene,
    dice,
    effects,
    lines,
    open_scene,
)
from tests.preloaded import Started, started

pytestmark = pytest.mark.slow

LIVES = 12
LIMIT_S = 60


@dataclass(frozen=True)
class Plan:
    """What the log and the world say of one plan afterwards."""

    state: ActionState
    kinds: tuple[str, ...]
    approvers: frozenset[str]
    effects: int


@dataclass(frozen=True)
class Aftermath:
    kills: int
    scene: Scene
    plans: tuple[Plan, ...]


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("stress")
    kills = sum(lived(folder, life) for life in range(LIVES))
    assert not lived(folder, LIVES, last=True)
    scene = open_scene(folder, worker="last")
    scene.come_back()
    found = tuple(plan_of(scene, n) for n in range(1, PLANS + 1))
    yield Aftermath(kills, scene, found)
    scene.stage.core.close()


def lived(folder: Path, life: int, *, last: bool = False) -> bool:
    """Run one process on the folder; tell whether it was killed.

    Every other one dies at a point of a plan's run, the rest whenever the signal
    comes, some presses later.
    """
    point = "" if last or life % 2 else POINTS[life // 2 % len(POINTS)]
    words = ("flood", str(folder), point)
    with (folder / "stderr.txt").open("ab") as errors:
        child = started("tests.gate.crash_child", *words, out=errors, errors=errors)
        if not last and not point:
            _kill_later(child, folder, presses=20 + dice(f"life/{life}", 40))
        status = child.wait(LIMIT_S)
    said = (folder / "stderr.txt").read_text()
    assert status in (0, -signal.SIGKILL), said
    return status == -signal.SIGKILL


def _kill_later(child: Started, folder: Path, *, presses: int) -> None:
    wanted = len(lines(folder / "presses.txt")) + presses
    while len(lines(folder / "presses.txt")) < wanted:
        try:
            child.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        return
    child.kill()


def plan_of(scene: Scene, number: int) -> Plan:
    name = f"pl_{number:026d}"
    entries = scene.stage.core.store.read(lambda tx: tx.log.load(f"action/{name}"))
    short = [e.kind.removeprefix("action.").removesuffix(".v1") for e in entries]
    agreed = (
        e.actor for e, kind in zip(entries, short, strict=True) if kind == "approved"
    )
    return Plan(
        state=scene.house.journal.state(name),
        kinds=tuple(short),
        approvers=frozenset(agreed),
        effects=effects(scene.folder)[f"s{number}"],
    )


def test_it_was_killed_often_and_every_press_was_answered(aftermath: Aftermath) -> None:
    presses = [line.split() for line in lines(aftermath.scene.folder / "presses.txt")]
    assert aftermath.kills >= 10
    assert {int(press[0]) for press in presses} == set(range(PRESSES))
    assert {kind for _, kind, answer in presses if answer == "done"} <= {
        "second",
        "deny",
    }


def test_no_plan_makes_a_second_effect(aftermath: Aftermath) -> None:
    assert max(plan.effects for plan in aftermath.plans) == 1
    for plan in aftermath.plans:
        assert plan.kinds.count("claimed") <= 1
        assert plan.kinds.count("step_began") <= 1


def test_no_plan_without_its_quorum_makes_an_effect(aftermath: Aftermath) -> None:
    waiting = [plan for plan in aftermath.plans if "cleared" not in plan.kinds]
    assert waiting
    assert sum(plan.effects for plan in waiting) == 0


def test_nobody_approved_who_may_not(aftermath: Aftermath) -> None:
    agreed = frozenset[str]().union(*(plan.approvers for plan in aftermath.plans))
    assert agreed == {"U0SECOND"}


def test_what_was_interrupted_waits_for_a_person(aftermath: Aftermath) -> None:
    claimed = [plan for plan in aftermath.plans if "claimed" in plan.kinds]
    cut_off = [plan for plan in claimed if "step_ended" not in plan.kinds]
    assert cut_off
    assert {plan.state.stage.value for plan in cut_off} == {"indeterminate"}
    whole = [plan for plan in claimed if "step_ended" in plan.kinds]
    assert {(p.state.stage.value, p.effects) for p in whole} == {("verified", 1)}


def test_every_effect_was_written_down_before(aftermath: Aftermath) -> None:
    for plan in aftermath.plans:
        assert plan.effects <= plan.kinds.count("step_began")


def test_the_log_verifies(aftermath: Aftermath) -> None:
    core = aftermath.scene.stage.core
    aftermath.scene.stage.sign()
    report = core.store.read(lambda tx: verify_store(tx, core.keys))
    assert report.checkpoint_size > 0
