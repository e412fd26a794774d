"""`kill -9` at every point of a plan's run: at most one effect, and never a guess."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.domain.errors import Refusal
from bot.domain.untrusted import Untrusted
from bot.store.verify import verify_store
from tests.core import CHANNEL
from tests.gate.crash_child import POINTS, Scene, effects, open_scene
from tests.preloaded import run

pytestmark = pytest.mark.slow

PLAN = f"pl_{1:026d}"
# Point of the crash: what it comes to, and how often the switch was turned by then.
BECOMES = {
    "before_sign": ("verified", 1),
    "before_claim": ("verified", 1),
    "in_claim": ("verified", 1),
    "after_claim": ("indeterminate", 0),
    "in_write_ahead": ("indeterminate", 0),
    "after_write_ahead": ("indeterminate", 0),
    "after_effect": ("indeterminate", 1),
    "before_result": ("indeterminate", 1),
    "in_verify": ("verified", 1),
}
LOST = [point for point, (stage, _) in BECOMES.items() if stage == "indeterminate"]
Crash = Callable[[str], Scene]


@pytest.fixture
def crash(tmp_path: Path) -> Iterator[Crash]:
    """Let a process die at a point, and come back in this one."""
    opened: list[Scene] = []

    def crashed(point: str) -> Scene:
        died = run("tests.gate.crash_child", "point", str(tmp_path), point)
        assert died.returncode == -signal.SIGKILL, died.stderr
        scene = open_scene(tmp_path, worker="w2")
        opened.append(scene)
        scene.come_back()
        return scene

    yield crashed
    for scene in opened:
        scene.stage.core.close()


def stage_of(scene: Scene) -> str:
    return scene.house.journal.state(PLAN).stage.value


def card(scene: Scene) -> str:
    return scene.stage.core.outbox()[f"plan/{PLAN}"]


def turned(scene: Scene) -> int:
    return effects(scene.folder).total()


def kinds(scene: Scene) -> list[str]:
    entries = scene.stage.core.store.read(lambda tx: tx.log.load(f"action/{PLAN}"))
    return [e.kind.removeprefix("action.").removesuffix(".v1") for e in entries]


def check_log(scene: Scene) -> None:
    scene.stage.sign()
    core = scene.stage.core
    report = core.store.read(lambda tx: verify_store(tx, core.keys))
    assert report.checkpoint_size > 0


def settle(scene: Scene, *, committed: bool, who: str = "U0SECOND") -> None:
    scene.stage.gate.reconcile(
        PLAN,
        by=scene.stage.people.asker(who, CHANNEL),
        committed=committed,
        reason=Untrusted("looked at the switch"),
    )


def test_every_point_of_a_run_is_in_the_matrix() -> None:
    assert set(BECOMES) == {*POINTS, "before_sign"}


@pytest.mark.parametrize("point", BECOMES)
def test_a_crash_at_any_point_makes_at_most_one_effect(
    crash: Crash, point: str
) -> None:
    scene = crash(point)
    assert (stage_of(scene), turned(scene)) == BECOMES[point]
    assert kinds(scene).count("claimed") == 1
    assert kinds(scene).count("step_began") <= 1
    assert f"{PLAN} {BECOMES[point][0]}" in card(scene)
    check_log(scene)


@pytest.mark.parametrize("point", LOST)
def test_what_was_interrupted_is_never_taken_up_again(crash: Crash, point: str) -> None:
    scene = crash(point)
    before = kinds(scene)
    for _ in range(3):
        scene.come_back()
    assert kinds(scene) == before
    assert (stage_of(scene), turned(scene)) == BECOMES[point]


@pytest.mark.parametrize("point", ["after_effect", "before_result"])
def test_a_person_who_saw_the_effect_lets_it_be_verified(
    crash: Crash, point: str
) -> None:
    scene = crash(point)
    settle(scene, committed=True)
    assert stage_of(scene) == "applied"
    scene.house._work()
    assert (stage_of(scene), turned(scene)) == ("verified", 1)
    assert f"{PLAN} verified" in card(scene)
    check_log(scene)


@pytest.mark.parametrize(
    "point", ["after_claim", "in_write_ahead", "after_write_ahead"]
)
def test_a_person_who_saw_no_effect_ends_it_as_failed(crash: Crash, point: str) -> None:
    scene = crash(point)
    settle(scene, committed=False)
    scene.come_back()
    assert (stage_of(scene), turned(scene)) == ("failed", 0)
    assert f"{PLAN} failed" in card(scene)
    check_log(scene)


def test_a_wrong_word_about_an_effect_is_found_by_looking(crash: Crash) -> None:
    scene = crash("after_write_ahead")
    settle(scene, committed=True)
    scene.house._work()
    assert (stage_of(scene), turned(scene)) == ("verify_failed", 0)


@pytest.mark.parametrize("who", ["U0GUEST", "U0STRANGER"])
def test_only_responders_settle_it(crash: Crash, who: str) -> None:
    scene = crash("after_effect")
    with pytest.raises(Refusal):
        settle(scene, committed=True, who=who)
    assert stage_of(scene) == "indeterminate"


def test_it_is_settled_once(crash: Crash) -> None:
    scene = crash("after_effect")
    settle(scene, committed=True)
    with pytest.raises(Refusal):
        settle(scene, committed=False)
    scene.house._work()
    assert (stage_of(scene), turned(scene)) == ("verified", 1)
