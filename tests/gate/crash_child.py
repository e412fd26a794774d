"""A gate that dies on purpose: run as a process on a folder, with a world in a file.

    python -m tests.gate.crash_child point FOLDER NAME
    python -m tests.gate.crash_child flood FOLDER [NAME]

`point` approves one plan and kills itself when its run comes to the named point.
`flood` lets six people press at once while plans run, and goes on where the process
before it was killed; with a name it kills itself there, when a plan gets to it the
second time. An effect is a line in the world's file, so it is counted from outside.
"""

import hashlib
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.domain.action_commands import ActionCommand, BeginStep, Claim, EndStep
from bot.domain.action_facts import GateFacts
from bot.domain.commands import PersonKind
from bot.domain.errors import Refusal
from bot.domain.plan import Plan, Step
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate.executor import Executor
from bot.plans.house import GateHouse
from bot.plans.journal import PlanJournal
from bot.ports.action import Effect, StepResult, Verified
from tests.core import CHANNEL
from tests.fakes.action import TurnSwitch
from tests.gate.stage import GateStage

ACTION = "test.switch.turn_off"
PLANS, PRESSES, PEOPLE = 50, 1000, 6
SEED = "tocsin"
# In the order in which a run comes to them.
POINTS = (
    "before_claim",
    "in_claim",
    "after_claim",
    "in_write_ahead",
    "after_write_ahead",
    "after_effect",
    "before_result",
    "in_verify",
)
# Who presses how, of a hundred presses.
_PRESSES = {
    "requester": 22,
    "outsider": 17,
    "guest": 17,
    "wrong_channel": 15,
    "forged": 15,
    "second": 12,
    "deny": 2,
}
_PRESS_OF = tuple(kind for kind, n in _PRESSES.items() for _ in range(n))
_WHO = {"requester": "U0ONCALL", "outsider": "U0OUTSIDE", "guest": "U0GUEST"}
PassBy = Callable[[str], None]


def die() -> None:
    """End as a crash does: no last word, nothing closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def add_line(path: Path, line: str) -> None:
    with path.open("ab") as file:
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def effects(folder: Path) -> Counter[str]:
    """Return how often each switch was turned, by its name."""
    return Counter(lines(folder / "world.txt"))


def dice(what: str, sides: int) -> int:
    """Return the same number for the same words, below `sides`."""
    rolled = hashlib.sha256(f"{SEED}/{what}".encode()).digest()
    return int.from_bytes(rolled[:8], "big") % sides


class FileSwitch(TurnSwitch):
    """Turns switches off in a file that outlives the process."""

    def __init__(self, stage: GateStage, folder: Path, pass_by: PassBy) -> None:
        super().__init__(stage.world, to=False)
        self.file = folder / "world.txt"
        self.pass_by = pass_by

    def apply(self, step: Step, effect: Effect) -> StepResult:
        add_line(self.file, dict(step.params)["switch"])
        return super().apply(step, effect)

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        self.pass_by("in_verify")
        return super().verify(plan, reader=reader)


@dataclass(frozen=True)
class PassedBy:
    """A journal that says before, inside and after each write where the run is."""

    inner: PlanJournal
    pass_by: PassBy

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def write(self, plan: str, command: ActionCommand, facts: GateFacts) -> Any:
        before, inside, after = _around(command)

        def token(of: Plan) -> str:
            # Asked for when the events are appended and not yet committed.
            self.pass_by(inside)
            return self.inner.token(of)

        self.pass_by(before)
        state = replace(self.inner, token=token).write(plan, command, facts)
        self.pass_by(after)
        return state


def _around(command: ActionCommand) -> tuple[str, str, str]:
    match command:
        case Claim():
            return "before_claim", "in_claim", "after_claim"
        case BeginStep():
            return "", "in_write_ahead", "after_write_ahead"
        case EndStep():
            return "after_effect", "before_result", ""
        case _:
            return "", "", ""


@dataclass
class Fuse:
    """Kills the process when it passes a point for the `times`-th time."""

    point: str = ""
    times: int = 1
    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, point: str) -> None:
        if not point or point != self.point:
            return
        with self.lock:
            self.passed += 1
            if self.passed == self.times:
                die()


@dataclass(frozen=True)
class Scene:
    """A stage on a folder, its executor watched, its world in a file."""

    folder: Path
    stage: GateStage
    executor: Executor
    house: GateHouse

    def plan(self, number: int) -> PlanView:
        """Return plan `number`; it is proposed and shown only once."""
        gate = self.stage.gate
        switch = f"s{number}"
        view = gate.propose(
            "INC-0001",
            ACTION,
            {"switch": switch},
            by=self.stage.people.asker("U0ONCALL", CHANNEL),
            reason=Untrusted("it leaks"),
            item=f"{number:026d}",
        )
        if not self.house.journal.state(view.plan.id).message:
            self.stage.shown(view)
        return view

    def come_back(self) -> None:
        """Do what the gate's thread does after a start: give up, sign, run."""
        self.executor.recover()
        self.house._work()


def open_scene(folder: Path, *, worker: str, pass_by: PassBy | None = None) -> Scene:
    fuse = pass_by or Fuse()
    stage = GateStage(folder)
    turned = effects(folder)
    names = [f"s{n}" for n in range(1, PLANS + 1)]
    stage.world.on = {name: not turned[name] for name in names}
    stage.people.kinds |= {"U0GUEST": PersonKind.GUEST}
    stage.people.groups["U0GUEST"] = {"oncall", "approvers"}
    stage.people.outside.add("U0OUTSIDE")
    stage.people.groups["U0OUTSIDE"] = {"oncall", "approvers"}
    stage.catalogue[ACTION] = FileSwitch(stage, folder, fuse)
    plain = stage.new_executor(worker)
    assert isinstance(plain.journal, PlanJournal)
    executor = replace(plain, journal=PassedBy(plain.journal, fuse))
    house = GateHouse(
        gatekeeper=stage.gate,
        journal=plain.journal,
        executor=executor,
        sign=stage.sign,
    )
    return Scene(folder, stage, executor, house)


def press(scene: Scene, number: int, plans: dict[int, PlanView]) -> None:
    """Press once, as the dice say; write down that it was answered."""
    kind = _PRESS_OF[dice(f"kind/{number}", len(_PRESS_OF))]
    latest = 1 + number * PLANS // PRESSES
    view = plans[max(1, latest - dice(f"plan/{number}", 5))]
    try:
        _press(scene.stage, view, kind)
    except Refusal:
        answer = "refused"
    else:
        answer = "done"
    add_line(scene.folder / "presses.txt", f"{number} {kind} {answer}")


def _press(stage: GateStage, view: PlanView, kind: str) -> None:
    who = _WHO.get(kind, "U0SECOND")
    if kind == "deny":
        stage.gate.deny(
            view.plan.id,
            by=stage.people.asker(who, CHANNEL),
            reason=Untrusted("wrong switch"),
            click=stage.click(),
        )
        return
    changes: dict[str, dict[str, Any]] = {
        "wrong_channel": {"click": stage.click(channel="C0GENERAL")},
        "forged": {"digest": "0" * 64},
    }
    stage.approve(view, who, **changes.get(kind, {}))


def flood(folder: Path, point: str) -> None:
    """Go on with the presses while the gate's thread runs what was approved."""
    scene = open_scene(folder, worker=f"w{os.getpid()}", pass_by=Fuse(point, times=2))
    house, stage, stop = scene.house, scene.stage, threading.Event()

    def cleared() -> None:
        stage.sign()
        house.woken.set()

    stage.gate = replace(stage.gate, cleared=cleared)
    plans = {n: scene.plan(n) for n in range(1, PLANS + 1)}
    answered = {int(line.split()[0]) for line in lines(folder / "presses.txt")}
    waiting = [n for n in range(PRESSES) if n not in answered]
    runner = threading.Thread(target=house.run_until, args=(stop,))
    runner.start()
    with ThreadPoolExecutor(PEOPLE) as people:
        list(people.map(lambda n: press(scene, n, plans), waiting))
    stop.set()
    house.woken.set()
    runner.join()
    stage.core.close()


def run_to(folder: Path, point: str) -> None:
    """Approve one plan and run it until the process dies."""
    scene = open_scene(folder, worker="w1", pass_by=Fuse(point))
    view = scene.plan(1)
    if point == "before_sign":
        scene.stage.gate = replace(scene.stage.gate, cleared=die)
    scene.stage.approve(view)
    scene.come_back()


def main(how: str, folder: str, point: str = "") -> None:
    {"point": run_to, "flood": flood}[how](Path(folder), point)


if __name__ == "__main__":
    main(*sys.argv[1:])
