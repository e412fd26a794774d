"""A stage that many cases share, each with a switch and plans of its own.

How often each switch was turned is counted, and a case may say what happens around
the effect: a worker that dies, another that comes, an answer that does not.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.domain.action_effects import Outcome
from bot.domain.errors import Refusal
from bot.domain.plan import Level, Step
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.ports.action import Effect, StepResult
from tests.core import CHANNEL
from tests.fakes.action import TurnSwitch
from tests.gate.stage import GateStage

OFF, ON, BURN = "test.switch.turn_off", "test.switch.turn_on", "test.switch.burn"
During = Callable[[], object]


@dataclass
class Told:
    """What happens around the effect of one switch, and what it answers."""

    before: During = lambda: None
    after: During = lambda: None
    answer: Outcome = Outcome.OK


class Tallied(TurnSwitch):
    """Turns switches and counts how often each was turned."""

    def __init__(self, stage: GateStage, *, to: bool, level: Level = Level.T2) -> None:
        super().__init__(stage.world, to=to, level=level)
        self.turned: Counter[str] = Counter()
        self.told: dict[str, Told] = {}

    def apply(self, step: Step, effect: Effect) -> StepResult:
        switch = dict(step.params)["switch"]
        told = self.told.get(switch, Told())
        told.before()
        self.turned[switch] += 1
        super().apply(step, effect)
        told.after()
        return StepResult(outcome=told.answer, says="turned")


@dataclass
class Case:
    """One case on a shared stage: a switch and plans of its own."""

    stage: GateStage
    off: Tallied
    on: Tallied
    switches: "itertools.count[int]"
    switch: str = field(init=False)

    def __post_init__(self) -> None:
        self.switch = self.new_switch()

    def new_switch(self) -> str:
        name = f"s{next(self.switches)}"
        self.stage.world.on[name] = True
        return name

    def ask(self, action: str = OFF, *, by: str = "U0ONCALL", **more: Any) -> PlanView:
        given: dict[str, Any] = {
            "params": {"switch": self.switch},
            "reason": Untrusted("it leaks"),
        }
        view = self.stage.gate.propose(
            "INC-0001",
            action,
            by=self.stage.people.asker(by, CHANNEL),
            **(given | more),
        )
        self.stage.shown(view)
        return view

    def approved(self, action: str = OFF) -> PlanView:
        view = self.ask(action)
        self.stage.approve(view)
        return view

    def edit(self, view: PlanView, **params: str) -> PlanView:
        made = self.stage.gate.edit(
            view.plan.id,
            params,
            by=self.stage.people.asker("U0ONCALL", CHANNEL),
            reason=Untrusted("the other one leaks"),
        )
        self.stage.shown(made)
        return made

    def deny(self, view: PlanView) -> None:
        self.stage.gate.deny(
            view.plan.id,
            by=self.stage.people.asker("U0SECOND", CHANNEL),
            reason=Untrusted("wrong switch"),
            click=self.stage.click(),
        )

    def settle(self, view: PlanView, *, committed: bool) -> None:
        self.stage.gate.reconcile(
            view.plan.id,
            by=self.stage.people.asker("U0SECOND", CHANNEL),
            committed=committed,
            reason=Untrusted("looked at the switch"),
        )

    def tells(self, **told: Any) -> None:
        self.off.told[self.switch] = Told(**told)

    def run(self, worker: str = "w1") -> None:
        self.stage.new_executor(worker).step()

    def come_back(self, worker: str = "w2") -> None:
        executor = self.stage.new_executor(worker)
        executor.recover()
        executor.step()

    def ends(self, view: PlanView, stage: str, *, effects: int) -> None:
        """Whatever is tried from here on, the plan and the world stay as they are."""
        assert (self.stage.stage(view), self.effects(view)) == (stage, effects)
        self.come_back("w9")
        assert self.effects(view) == effects

    def effects(self, view: PlanView) -> int:
        return self.off.turned[view.plan.draft.target]


def told(attempt: Callable[[], object], kind: type[Refusal]) -> str:
    """Return why an attempt was refused."""
    with pytest.raises(Refusal) as no:
        attempt()
    assert (type(no.value), bool(no.value.next_move)) == (kind, True)
    return no.value.because
