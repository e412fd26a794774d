"""An executor over a journal in memory and a world of switches: without a store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.action_commands import ActionCommand
from bot.domain.action_effects import StepEnded
from bot.domain.action_events import ActionEvent
from bot.domain.plan import Draft, Plan, Probe, Step
from bot.gate.executor import Executor
from bot.ports.action import Action, Effect, StepResult, Verified
from tests.domain.action_spec import a_plan, approved
from tests.fakes.action import TurnSwitch, World
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.spec import NOON

OFF = "test.switch.turn_off"
READER = "reads, and nothing else"


class Watched(TurnSwitch):
    """Turns a switch off in some steps; remembers who asked what of it.

    Attributes:
        during: What happens during the call of a step.
        breaks: What each look at the world raises, by the name of the look.
        rested: The steps before which it was asked whether the world rests.
    """

    def __init__(self, world: World, *, steps: int = 1) -> None:
        super().__init__(world, to=False)
        self.count = steps
        self.readers: list[tuple[str, Any]] = []
        self.effects: list[tuple[str, Effect]] = []
        self.rested: list[tuple[str, Any]] = []
        self.during: dict[str, Any] = {}
        self.breaks: dict[str, Exception] = {}
        self.evidence: Mapping[str, Any] | None = None

    def _looked(self, what: str, reader: Any) -> None:
        self.readers.append((what, reader))
        if what in self.breaks:
            raise self.breaks[what]

    def plan(self, params: Mapping[str, str], *, reader: Any) -> Draft:
        draft = super().plan(params, reader=reader)
        steps = tuple(
            Step(id=f"s{n}", call="test.Turn", params=draft.params)
            for n in range(1, self.count + 1)
        )
        return replace(draft, steps=steps)

    def probe(self, draft: Draft, *, reader: Any) -> tuple[Probe, ...]:
        self._looked("probe", reader)
        return super().probe(draft, reader=reader)

    def snapshot(self, draft: Draft, *, reader: Any) -> Mapping[str, Any]:
        self._looked("snapshot", reader)
        return self.evidence or super().snapshot(draft, reader=reader)

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        self._looked("verify", reader)
        return super().verify(plan, reader=reader)

    def measure(self, plan: Plan, *, reader: Any, **when: Any) -> Verified:
        self._looked("measure", reader)
        return super().measure(plan, reader=reader, **when)

    def rests(self, step: Step, session: Any) -> bool:
        self.rested.append((step.id, session))
        return True

    def apply(self, step: Step, effect: Effect) -> StepResult:
        self.effects.append((step.id, effect))
        result = super().apply(step, effect)
        self.during.get(step.id, lambda: None)()
        return replace(result, request_id=f"req-{step.id}")


@dataclass
class Bench:
    """An executor, and everything around it.

    Attributes:
        minted: Plan, action and approvers of each session that was asked for.
        saved: Evidence by plan.
    """

    steps: int = 1
    world: World = field(default_factory=World)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    minted: list[tuple[str, Action, tuple[str, ...]]] = field(default_factory=list)
    saved: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.journal = FakeJournal(self.clock)
        self.action = Watched(self.world, steps=self.steps)
        self.executor = Executor(
            worker="w1",
            journal=self.journal,
            catalogue={OFF: self.action},
            reader=lambda action: (READER, action),
            mint=self._minted,
            keep_evidence=self.saved.__setitem__,
        )

    def _minted(self, plan: Plan, action: Action, approvers: tuple[str, ...]) -> str:
        self.minted.append((plan.id, action, approvers))
        return f"session of {plan.id}"

    @property
    def reader(self) -> Any:
        """With what the world may be read."""
        return (READER, self.action)

    def approved(self, plan_id: str = "pl_1", switch: str = "s1", **more: Any) -> Plan:
        """Put a plan into the journal that people agreed to."""
        self.world.on.setdefault(switch, True)
        draft = self.action.plan({"switch": switch}, reader=None)
        plan = a_plan(draft=draft, id=plan_id, **more)
        self.happened(plan, approved(plan))
        return plan

    def happened(self, plan: Plan, events: Sequence[ActionEvent]) -> None:
        """Put what happened to a plan into the journal."""
        self.journal.streams[plan.id] = list(events)

    def stage(self, plan: str = "pl_1") -> str:
        """Return where a plan stands."""
        return self.journal.state(plan).stage.value

    def ended(self, plan: str = "pl_1") -> list[StepEnded]:
        """Return what became of each call."""
        events = self.journal.streams[plan]
        return [one for one in events if isinstance(one, StepEnded)]

    def asked(self, kind: type[ActionCommand]) -> list[Any]:
        """Return the commands of a kind."""
        return [one for one in self.journal.asked if isinstance(one, kind)]
