"""Several plans at once: they are asked, and every event is judged as it comes."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from bot.domain.action import ActionState, fold
from bot.domain.action_commands import (
    ActionCommand,
)
from bot.domain.action_decisions import decide_action
from bot.domain.action_effects import (
    ActionClaimed,
    Outcome,
    StepBegan,
    StepEnded,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCleared,
    ActionDenied,
    ActionEvent,
)
from bot.domain.action_facts import GateFacts, Standing
from bot.domain.action_table import TRANSITIONS
from bot.domain.commands import Person
from bot.domain.errors import Refusal
from bot.domain.plan import Level, Plan, Probe
from tests.domain.action_spec import (
    ACT,
    ACTIVE,
    LEAD,
    facts,
    standing,
)
from tests.spec import DANA, NOON, OLU, SAM

MEMBERS = (OLU, SAM, DANA, LEAD)
GROUPS = {
    OLU.id: {"approvers", "engineering"},
    SAM.id: {"approvers", "engineering", "privacy"},
    DANA.id: {"approvers", "privacy"},
    LEAD.id: {"privacy"},
}
WINDOWS = {Level.T1: timedelta(minutes=10)} | dict.fromkeys(
    (Level.T2, Level.T3), timedelta(minutes=15)
)


class Bench:
    """The logs of several plans, the people, the world and the clock."""

    def __init__(self) -> None:
        self.now: datetime = NOON
        self.logs: dict[str, list[ActionEvent]] = {}
        self.made: dict[str, Plan] = {}
        self.heard: dict[str, datetime] = {}
        self.lost: set[str] = set()
        self.world: Probe = ACTIVE

    def reads(self, who: Person) -> Standing:
        groups = frozenset(GROUPS[who.id]) if who in MEMBERS else frozenset[str]()
        policy = replace(
            standing(who).policy,
            allowed=who.id not in self.lost,
            group_only="approvers" not in groups,
        )
        return standing(who, policy=policy, groups=groups)

    def known(self, plan: Plan, who: Person = SAM) -> GateFacts:
        return facts(
            self.reads(who),
            read_at=self.now,
            level=plan.level,
            groups=plan.groups,
            approvers=tuple(self.reads(each) for each in MEMBERS),
            probes=(self.world,),
        )

    def ask(
        self, plan: Plan, command: ActionCommand, who: Person = SAM, **more: bool
    ) -> int:
        """Ask; return how many events followed."""
        log = self.logs[plan.id]
        known = replace(self.known(plan, who), worker_gone="gone" in more)
        try:
            events = decide_action(
                fold(log), command, now=self.now, rules=ACT, facts=known
            )
        except Refusal:
            return 0
        for event in events:
            self.judge(plan, fold(log), event, who)
            log.append(event)
            if isinstance(event, ActionClaimed | StepBegan | StepEnded):
                self.heard[plan.id] = event.at
        return len(events)

    def judge(
        self, plan: Plan, before: ActionState, event: ActionEvent, who: Person
    ) -> None:
        """Judge an event where it happens, by what is so at that moment."""
        assert (before.stage, type(event)) in TRANSITIONS
        match event:
            case ActionApproved(by=by, digest=digest):
                assert by != plan.requester or plan.level is Level.T3
                assert by not in {yes.by for yes in before.approvals}
                self.may_decide(plan, who, digest)
            case ActionBrokeGlass(digest=digest):
                self.may_decide(plan, who, digest)
            case ActionCleared(approvers=approvers) if not before.glass_by:
                assert len(set(approvers)) >= plan.quorum
                others = sorted(set(approvers) - {plan.requester})
                assert any(
                    all(g in GROUPS[p] for g, p in zip(plan.groups, order, strict=True))
                    for order in permutations(others, len(plan.groups))
                )
                assert any("approvers" in GROUPS[one] for one in approvers)
                assert DANA.id in approvers or not plan.needs_commander
            case ActionClaimed() | StepBegan():
                self.judge_run(plan, before, event)
            case ActionDenied(by=by):
                assert who in MEMBERS
                assert by not in self.lost or who is DANA
            case _:
                pass

    def judge_run(self, plan: Plan, before: ActionState, event: ActionEvent) -> None:
        assert self.now < self.cleared(plan) + timedelta(minutes=5)
        if isinstance(event, StepBegan):
            made = [run.step for run in before.runs if run.outcome is Outcome.OK]
            assert ["s1", "s2"][: len(before.runs) + 1] == [*made, event.step]
            assert self.now < self.heard[plan.id] + timedelta(minutes=1)
            return
        assert not self.lost & set(before.cleared_by)
        assert self.world == ACTIVE

    def may_decide(self, plan: Plan, who: Person, digest: str) -> None:
        assert digest == plan.digest()
        assert who in MEMBERS
        assert who.id not in self.lost
        assert self.now < self.logs[plan.id][1].at + WINDOWS[plan.level]

    def cleared(self, plan: Plan) -> datetime:
        return next(
            event.at for event in self.logs[plan.id] if isinstance(event, ActionCleared)
        )
