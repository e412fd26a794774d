"""Random people press random buttons of several plans; the log they leave is judged.

The model check (`test_gate_model.py`) is exhaustive for one plan and few moments.
Here plans meet: a digest or a run of one is used on another, at any second.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from bot.domain.action import ActionState, evolve, fold
from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BeginStep,
    BreakGlass,
    Cancel,
    Claim,
    Deny,
    DraftPlan,
    EndStep,
    Expire,
    Publish,
    Reconcile,
    Recover,
    Show,
    Stop,
    Verify,
)
from bot.domain.action_decisions import decide_action
from bot.domain.action_effects import (
    ActionClaimed,
    ActionVerified,
    Outcome,
    StepBegan,
    StepEnded,
    Verdict,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCleared,
    ActionDenied,
    ActionEvent,
)
from bot.domain.action_facts import GateFacts, Standing
from bot.domain.action_table import TRANSITIONS, Stage
from bot.domain.codec import decode_action, encode
from bot.domain.commands import Person
from bot.domain.errors import Refusal
from bot.domain.plan import Level, Plan, Probe
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    ACT,
    ACTIVE,
    CARD,
    EVIDENCE,
    EXTERNAL,
    GUEST,
    LEAD,
    a_plan,
    facts,
    standing,
)
from tests.spec import DANA, NOON, OLU, SAM

MEMBERS = (OLU, SAM, DANA, LEAD)
people = st.sampled_from([*MEMBERS, GUEST, EXTERNAL])
members = st.sampled_from(MEMBERS)
levels = st.sampled_from(Level)
several = st.lists(st.sampled_from([SAM, DANA, LEAD, OLU, GUEST]), min_size=1)
MOST_PLANS = 2
steps = st.sampled_from(["s1", "s2"])
outcomes = st.sampled_from([Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN])
rarely = st.sampled_from([False, False, False, True])
WINDOWS = {Level.T1: timedelta(minutes=10)} | dict.fromkeys(
    (Level.T2, Level.T3), timedelta(minutes=15)
)
WHY = Untrusted("Nobody answers and it cannot wait any longer.")


@dataclass(frozen=True)
class Run:
    """A worker that took a plan."""

    plan: Plan
    worker: str


class Gates(RuleBasedStateMachine):
    plans = Bundle("plans")
    ready = Bundle("ready")
    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.logs: dict[str, list[ActionEvent]] = {}
        self.made: dict[str, Plan] = {}
        self.heard: dict[str, datetime] = {}
        self.lost: set[str] = set()
        self.world: Probe = ACTIVE
        self.workers = 0

    # --- asking ---

    def reads(self, who: Person) -> Standing:
        policy = replace(standing(who).policy, allowed=who.id not in self.lost)
        return standing(who, policy=policy)

    def known(self, plan: Plan, who: Person = SAM) -> GateFacts:
        return facts(
            self.reads(who),
            read_at=self.now,
            level=plan.level,
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
            case ActionClaimed():
                assert not self.lost & set(before.cleared_by)
                assert self.world == ACTIVE
                assert self.now < self.cleared(plan) + timedelta(minutes=5)
            case StepBegan(step=step):
                made = [run.step for run in before.runs if run.outcome is Outcome.OK]
                assert ["s1", "s2"][: len(before.runs) + 1] == [*made, step]
                assert self.now < self.cleared(plan) + timedelta(minutes=5)
                assert self.now < self.heard[plan.id] + timedelta(minutes=1)
            case ActionDenied(by=by):
                assert who in MEMBERS
                assert by not in self.lost or who is DANA
            case _:
                pass

    def may_decide(self, plan: Plan, who: Person, digest: str) -> None:
        assert digest == plan.digest()
        assert who in MEMBERS
        assert who.id not in self.lost
        assert self.now < self.logs[plan.id][1].at + WINDOWS[plan.level]

    def cleared(self, plan: Plan) -> datetime:
        return next(
            event.at for event in self.logs[plan.id] if isinstance(event, ActionCleared)
        )

    # --- what people do ---

    @precondition(lambda self: len(self.made) < MOST_PLANS)
    @rule(target=plans, level=levels, by=members)
    def propose(self, level: Level, by: Person) -> object:
        number = len(self.made) + 1
        plan = a_plan(level, steps=2, id=f"pl_{number}", requester=by.id)
        self.made[plan.id], self.logs[plan.id] = plan, []
        draft = DraftPlan(by=by.id, plan=plan, human_initiated=True)
        if not self.ask(plan, draft, by):
            return multiple()
        self.ask(plan, Publish())
        self.ask(plan, Show(message=CARD))
        return plan

    @rule(target=ready, plan=plans, saw=plans, who=several, mixed=rarely)
    def approve(
        self, plan: Plan, saw: Plan, who: list[Person], *, mixed: bool
    ) -> object:
        digest = (saw if mixed else plan).digest()
        typed = {Level.T1: plan.phrase, Level.T2: plan.draft.target, Level.T3: ""}
        for each in who:
            command = Approve(
                by=each.id, digest=digest, typed=typed[plan.level], reason=WHY
            )
            self.ask(plan, command, each)
        return self.if_ready(plan)

    @rule(target=ready, plan=plans, saw=plans, who=people)
    def break_glass(self, plan: Plan, saw: Plan, who: Person) -> object:
        typed = f"break glass {plan.phrase}"
        command = BreakGlass(by=who.id, digest=saw.digest(), typed=typed, reason=WHY)
        self.ask(plan, command, who)
        return self.if_ready(plan)

    def if_ready(self, plan: Plan) -> object:
        is_ready = fold(self.logs[plan.id]).stage is Stage.APPROVED
        return plan if is_ready else multiple()

    @rule(plan=plans, who=people, how=st.sampled_from([Deny, Cancel, Stop, None, None]))
    def say_no(self, plan: Plan, who: Person, how: Any) -> None:
        if how is not None:
            reason = {} if how is Stop else {"reason": WHY}
            self.ask(plan, how(by=who.id, **reason), who)

    @rule(plan=plans, who=people, committed=st.booleans())
    def reconcile(self, plan: Plan, who: Person, *, committed: bool) -> None:
        self.ask(plan, Reconcile(by=who.id, committed=committed), who)

    @rule(lost=st.sampled_from(MEMBERS), drift=rarely, some=rarely)
    def things_change(self, lost: Person, *, drift: bool, some: bool) -> None:
        self.lost = {lost.id} if some else set()
        self.world = replace(ACTIVE, value="Inactive") if drift else ACTIVE

    @rule(seconds=st.sampled_from([-1, 1, 20, 20, 61, 299, 601]), timers=rarely)
    def time_passes(self, seconds: int, *, timers: bool) -> None:
        self.now += timedelta(seconds=seconds)
        for plan in self.made.values() if timers else ():
            self.ask(plan, Expire())
            self.ask(plan, Recover())

    # --- what workers do ---

    @rule(target=runs, plan=ready)
    def claim(self, plan: Plan) -> object:
        self.workers += 1
        worker = f"w{self.workers}"
        self.ask(plan, Claim(worker=worker, evidence=EVIDENCE))
        took = fold(self.logs[plan.id]).worker == worker
        return Run(plan, worker) if took else multiple()

    @rule(run=runs, other=plans, step=steps, stray=rarely)
    def begin(self, run: Run, other: Plan, step: str, *, stray: bool) -> None:
        plan = other if stray else run.plan
        following = fold(self.logs[plan.id]).next_step
        chosen = step if stray else following or step
        self.ask(plan, BeginStep(worker=run.worker, fence=1, step=chosen))

    @rule(run=runs, step=steps, outcome=outcomes, stray=rarely)
    def end(self, run: Run, step: str, outcome: Outcome, *, stray: bool) -> None:
        on_its_way = fold(self.logs[run.plan.id]).in_flight
        chosen = step if stray else on_its_way or step
        worker = "w0" if stray else run.worker
        command = EndStep(worker=worker, fence=1, step=chosen, outcome=outcome)
        self.ask(run.plan, command)

    @rule(run=consumes(runs))
    def crash(self, run: Run) -> None:
        self.ask(run.plan, Recover(), gone=True)

    @rule(run=runs, fence=st.integers(1, 2), verdict=st.sampled_from(Verdict))
    def verify(self, run: Run, fence: int, verdict: Verdict) -> None:
        self.ask(run.plan, Verify(fence=fence, verdict=verdict))

    # --- what must hold ---

    @invariant()
    def no_call_is_made_twice(self) -> None:
        for log in self.logs.values():
            begun = Counter(e.step for e in log if isinstance(e, StepBegan))
            assert set(begun.values()) <= {1}

    @invariant()
    def nothing_runs_without_enough_different_others(self) -> None:
        for plan_id, log in self.logs.items():
            plan, kinds = self.made[plan_id], [type(event) for event in log]
            assert kinds.count(ActionClaimed) <= 1
            if ActionClaimed not in kinds or ActionBrokeGlass in kinds:
                continue
            before = log[: kinds.index(ActionClaimed)]
            agreed = {e.by for e in before if isinstance(e, ActionApproved)}
            if plan.level is not Level.T3:
                agreed -= {plan.requester}
            assert len(agreed) >= plan.quorum
            assert DANA.id in agreed or not plan.needs_commander

    @invariant()
    def what_is_verified_ran_as_a_whole_or_a_person_said_so(self) -> None:
        for log in self.logs.values():
            if any(isinstance(event, ActionVerified) for event in log):
                names = [event.name for event in log]
                every = len(fold(log).done) == 2
                assert every or "action.reconciled.v1" in names

    @invariant()
    def the_stored_log_folds_to_the_same_plans(self) -> None:
        for log in self.logs.values():
            stored = (decode_action(*encode(event)) for event in log)
            assert fold(stored) == fold(log)

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for log in self.logs.values():
            state, over = ActionState(), Stage.NONE
            for event in log:
                state = evolve(state, event)
                assert over in (Stage.NONE, state.stage)
                over = state.stage if state.is_over else Stage.NONE


Gates.TestCase.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None
)
TestGates = Gates.TestCase
