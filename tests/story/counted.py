"""`tocsin` with one more action, whose effects are lines in a file.

    TOCSIN_HOME=HOME python -m tests.story.counted run

Everything else is the bot as it is. The file lies beside the home and outlives every
kill, so that effects are counted from outside: one line each, the key of the call.
Where a file `die.txt` lies there too, the process kills itself once, ``before`` or
``after`` the effect, as the file says.
"""

import os
import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import wire_gate
from bot.aws.door import AwsDoor
from bot.cli import main
from bot.domain.plan import Draft, Plan, Probe, Step
from bot.gate.catalogue import catalogue, load_actions
from bot.ports.action import Action, Effect, StepResult, Verified
from tests.fakes.action import TurnSwitch, World

SWITCHES = 50


def effects(home: Path) -> Counter[str]:
    """Return how often each call was made, by its idempotency key."""
    return Counter(key for _, key in _lines(home))


def _lines(home: Path) -> list[list[str]]:
    file = home.parent / "world.txt"
    return (
        [one.split() for one in file.read_text().splitlines()] if file.exists() else []
    )


class CountedSwitch(TurnSwitch):
    """Turns switches in the file; the file is read again at each look."""

    def __init__(self, home: Path, *, to: bool) -> None:
        super().__init__(World(), to=to)
        self.home = home

    def plan(self, params: Mapping[str, str], *, reader: Any) -> Draft:
        self._look()
        return super().plan(params, reader=reader)

    def probe(self, draft: Draft, *, reader: Any) -> tuple[Probe, ...]:
        self._look()
        return super().probe(draft, reader=reader)

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        self._look()
        return super().verify(plan, reader=reader)

    def apply(self, step: Step, effect: Effect) -> StepResult:
        self._die("before")
        line = f"{dict(step.params)['switch']} {effect.idempotency_key}\n"
        with (self.home.parent / "world.txt").open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        self._die("after")
        return super().apply(step, effect)

    def _die(self, when: str) -> None:
        told = self.home.parent / "die.txt"
        if told.exists() and told.read_text() == when:
            told.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    def _look(self) -> None:
        turned = {name for name, _ in _lines(self.home)}
        names = [f"s{n}" for n in range(SWITCHES)]
        self.world.on = {name: name not in turned for name in names}


def _actions() -> Mapping[str, Action]:
    home = Path(os.environ["TOCSIN_HOME"])  # noqa: TID251 - the child's own
    ours = [CountedSwitch(home, to=False), CountedSwitch(home, to=True)]
    return catalogue([*load_actions().values(), *ours])


def _nobody_reads(door: AwsDoor) -> None:
    """Stand in for an account: the switches are read from the file."""


if __name__ == "__main__":
    wire_gate.load_actions = _actions  # type: ignore[attr-defined]
    AwsDoor.reader = _nobody_reads  # type: ignore[method-assign, assignment]
    main()
