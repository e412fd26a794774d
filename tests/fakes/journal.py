"""The executor's journal in memory: the domain decides, and nothing is stored."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.action import ActionState, fold
from bot.domain.action_commands import ActionCommand
from bot.domain.action_decisions import decide_action
from bot.domain.action_events import ActionEvent
from bot.domain.action_facts import GateFacts
from bot.domain.action_table import Stage
from bot.domain.plan import Plan, Probe
from tests.domain.action_spec import ACT, facts
from tests.fakes.clock import FakeClock


class FakeJournal:
    """Keeps `bot.gate.executor.Journal`.

    Attributes:
        streams: What happened, by plan.
        asked: Every command, in order.
        probed: What each claim was told of the world.
        stopped: The kill switch is on.
        proven: The approvals are in a signed checkpoint.
        after: What happens right after the next command of a kind was written, once.
        said: A plan as it is said to be, whatever its stream says.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.streams: dict[str, list[ActionEvent]] = {}
        self.asked: list[ActionCommand] = []
        self.probed: list[tuple[Probe, ...] | None] = []
        self.stopped = False
        self.proven = True
        self.after: dict[type[ActionCommand], Callable[[], object]] = {}
        self.said: dict[str, ActionState] = {}

    def state(self, plan: str) -> ActionState:
        """Return a plan as it is now."""
        return self.said.get(plan) or fold(self.streams[plan])

    def in_stage(self, stage: Stage) -> tuple[str, ...]:
        """Return the plans in a stage, oldest first."""
        return tuple(one for one in self.streams if self.state(one).stage is stage)

    def ready(self) -> tuple[str, ...]:
        """Return the approved plans: nothing holds one back here."""
        return self.in_stage(Stage.APPROVED)

    def write(self, plan: str, command: ActionCommand, facts: GateFacts) -> ActionState:
        """Decide and append."""
        self.asked.append(command)
        now = self.clock.now()
        known = self.state(plan)
        events = decide_action(known, command, now=now, rules=ACT, facts=facts)
        self.streams[plan].extend(events)
        state = self.state(plan)
        if (happens := self.after.pop(type(command), None)) is not None:
            happens()
        return state

    def claim_facts(
        self, plan: Plan, state: ActionState, probes: tuple[Probe, ...] | None
    ) -> GateFacts:
        """Return that everything is well."""
        del state
        self.probed.append(probes)
        known = replace(self.facts(), probes=probes, proven=self.proven)
        return replace(known, level=plan.level, drill=plan.drill)

    def facts(self) -> GateFacts:
        """Return that everything is well but for the switch."""
        now = self.clock.now()
        return replace(facts(), read_at=now, stopped=self.stopped)
