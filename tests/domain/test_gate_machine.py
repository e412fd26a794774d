"""Random people press random buttons of several plans; the log they leave is judged.

The model check (`test_gate_model.py`) is exhaustive for one plan and few moments.
Here plans meet: a digest or a run of one is used on another, at any second.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
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
from bot.domain.action_effects import (
    ActionClaimed,
    ActionVerified,
    Outcome,
    StepBegan,
    Verdict,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
)
from bot.domain.action_table import Stage
from bot.domain.codec import decode_action, encode
from bot.domain.commands import Person
from bot.domain.plan import Level, Plan
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    ACTIVE,
    CARD,
    EVIDENCE,
    EXTERNAL,
    GUEST,
    LEAD,
    a_plan,
)
from tests.domain.gate_bench import MEMBERS, Bench
from tests.searching import examples
from tests.spec import DANA, OLU, SAM

WHY = Untrusted("Nobody answers and it cannot wait any longer.")
people = st.sampled_from([*MEMBERS, GUEST, EXTERNAL])
members = st.sampled_from(MEMBERS)
levels = st.sampled_from(Level)
needs = st.sampled_from([(), (), ("privacy",), ("engineering", "privacy")])
several = st.lists(st.sampled_from([SAM, DANA, LEAD, OLU]), min_size=1, max_size=4)
noes = st.sampled_from(
    [
        lambda by: Deny(by=by, reason=WHY),
        lambda by: Cancel(by=by),
        lambda by: Stop(by=by),
    ]
)
MOST_PLANS = 2
steps = st.sampled_from(["s1", "s2"])
outcomes = st.sampled_from([Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN])
rarely = st.sampled_from([False, False, False, True])


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
        self.bench = Bench()
        self.workers = 0

    # --- what people do ---

    @precondition(lambda self: len(self.bench.made) < MOST_PLANS)
    @rule(target=plans, level=levels, by=members, groups=needs)
    def propose(self, level: Level, by: Person, groups: tuple[str, ...]) -> object:
        number = len(self.bench.made) + 1
        quorum = max(2 if level is Level.T1 else 1, len(groups))
        plan = a_plan(level, steps=2, id=f"pl_{number}", requester=by.id)
        plan = replace(plan, groups=groups, quorum=quorum)
        self.bench.made[plan.id], self.bench.logs[plan.id] = plan, []
        draft = DraftPlan(by=by.id, plan=plan, human_initiated=True)
        if not self.bench.ask(plan, draft, by):
            return multiple()
        self.bench.ask(plan, Publish())
        self.bench.ask(plan, Show(message=CARD))
        return plan

    @rule(target=ready, plan=plans, saw=plans, who=several, mixed=rarely)
    def approve(
        self, plan: Plan, saw: Plan, who: list[Person], *, mixed: bool
    ) -> object:
        digest = (saw if mixed else plan).digest()
        typed = {Level.T1: plan.phrase, Level.T2: plan.draft.target, Level.T3: ""}
        for each in who:
            yes = Approve(
                by=each.id, digest=digest, typed=typed[plan.level], reason=WHY
            )
            self.bench.ask(plan, yes, each)
        return self.if_ready(plan)

    @rule(target=ready, plan=plans, saw=plans, who=people)
    def break_glass(self, plan: Plan, saw: Plan, who: Person) -> object:
        typed = f"break glass {plan.phrase}"
        command = BreakGlass(by=who.id, digest=saw.digest(), typed=typed, reason=WHY)
        self.bench.ask(plan, command, who)
        return self.if_ready(plan)

    def if_ready(self, plan: Plan) -> object:
        is_ready = fold(self.bench.logs[plan.id]).stage is Stage.APPROVED
        return plan if is_ready else multiple()

    @rule(plan=plans, who=people, how=noes, seriously=rarely)
    def say_no(self, plan: Plan, who: Person, how: Any, *, seriously: bool) -> None:
        if seriously:
            self.bench.ask(plan, how(who.id), who)

    @rule(plan=plans, who=people, committed=st.booleans())
    def reconcile(self, plan: Plan, who: Person, *, committed: bool) -> None:
        self.bench.ask(plan, Reconcile(by=who.id, committed=committed), who)

    @rule(lost=members, drift=rarely, some=st.booleans())
    def things_change(self, lost: Person, *, drift: bool, some: bool) -> None:
        self.bench.lost = {lost.id} if some else set()
        self.bench.world = replace(ACTIVE, value="Inactive") if drift else ACTIVE

    @rule(seconds=st.sampled_from([-1, 1, 20, 61, 290, 601]), timers=rarely)
    def time_passes(self, seconds: int, *, timers: bool) -> None:
        self.bench.now += timedelta(seconds=seconds)
        for plan in self.bench.made.values() if timers else ():
            self.bench.ask(plan, Expire())
            self.bench.ask(plan, Recover())

    # --- what workers do ---

    @rule(target=runs, plan=ready)
    def claim(self, plan: Plan) -> object:
        self.workers += 1
        worker = f"w{self.workers}"
        self.bench.ask(plan, Claim(worker=worker, evidence=EVIDENCE))
        took = fold(self.bench.logs[plan.id]).worker == worker
        return Run(plan, worker) if took else multiple()

    @rule(run=runs, step=steps, stray=rarely, foreign=rarely)
    def begin(self, run: Run, step: str, *, stray: bool, foreign: bool) -> None:
        following = fold(self.bench.logs[run.plan.id]).next_step
        chosen = step if stray else following or step
        worker = "w0" if foreign else run.worker
        command = BeginStep(worker=worker, fence=1, step=chosen)
        assert not self.bench.ask(run.plan, command) or not foreign

    @rule(run=runs, step=steps, outcome=outcomes, stray=rarely)
    def end(self, run: Run, step: str, outcome: Outcome, *, stray: bool) -> None:
        on_its_way = fold(self.bench.logs[run.plan.id]).in_flight
        chosen = step if stray else on_its_way or step
        worker = "w0" if stray else run.worker
        command = EndStep(worker=worker, fence=1, step=chosen, outcome=outcome)
        assert not self.bench.ask(run.plan, command) or not stray

    @rule(run=consumes(runs))
    def crash(self, run: Run) -> None:
        self.bench.ask(run.plan, Recover(), gone=True)

    @rule(run=runs, fence=st.integers(1, 2), verdict=st.sampled_from(Verdict))
    def verify(self, run: Run, fence: int, verdict: Verdict) -> None:
        self.bench.ask(run.plan, Verify(fence=fence, verdict=verdict))

    # --- what must hold ---

    @invariant()
    def no_call_is_made_twice(self) -> None:
        for log in self.bench.logs.values():
            begun = Counter(e.step for e in log if isinstance(e, StepBegan))
            assert set(begun.values()) <= {1}

    @invariant()
    def nothing_runs_without_enough_different_others(self) -> None:
        for plan_id, log in self.bench.logs.items():
            plan, kinds = self.bench.made[plan_id], [type(event) for event in log]
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
        for log in self.bench.logs.values():
            if any(isinstance(event, ActionVerified) for event in log):
                names = [event.name for event in log]
                every = len(fold(log).done) == 2
                assert every or "action.reconciled.v1" in names

    @invariant()
    def the_stored_log_folds_to_the_same_plans(self) -> None:
        for log in self.bench.logs.values():
            stored = (decode_action(*encode(event)) for event in log)
            assert fold(stored) == fold(log)

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for log in self.bench.logs.values():
            state, over = ActionState(), Stage.NONE
            for event in log:
                state = evolve(state, event)
                assert over in (Stage.NONE, state.stage)
                over = state.stage if state.is_over else Stage.NONE


Gates.TestCase.settings = settings(max_examples=examples(1), stateful_step_count=50)
TestGates = Gates.TestCase
