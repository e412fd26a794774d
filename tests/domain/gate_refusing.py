"""Every guard, provoked before every command: what the gate answers then.

A scene is a command at its turn with everything right. A twist makes the one thing
wrong that a guard is there for. `twisted` puts both together, so that the answers can
be pinned word for word; what nobody twists is found by the tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.domain.action import ActionState, fold
from bot.domain.action_asked import Asked
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
    Measure,
    Mirror,
    Publish,
    Reconcile,
    Recover,
    Review,
    Show,
    Stop,
    Supersede,
    Verify,
)
from bot.domain.action_effects import (
    ActionIndeterminate,
    ActionVerified,
    ActionVerifyFailed,
    Outcome,
    Verdict,
)
from bot.domain.action_events import (
    ActionBrokeGlass,
    ActionEvent,
    ActionReviewDue,
    ActionReviewed,
)
from bot.domain.action_facts import Click, Door, GateFacts, PolicyAnswer
from bot.domain.action_table import Stage
from bot.domain.commands import PersonKind
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan import Level, Plan, Probe
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    ACT,
    CARD,
    CHANNEL,
    EVIDENCE,
    LEAD,
    a_plan,
    agreed,
    applied,
    approved,
    began,
    claimed,
    cleared,
    drafted,
    facts,
    pending,
    published,
    standing,
)
from tests.spec import DANA, NOON, OLU, SAM, person

WHY = Untrusted("The key is used from two places and nobody answers.")
NO = PolicyAnswer(hash="p1")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question to the gate.

    Attributes:
        plan: As it was drafted.
        changed: What is stored was changed behind the gate's back.
    """

    plan: Plan
    history: tuple[ActionEvent, ...]
    command: ActionCommand
    facts: GateFacts
    rules: GateRules = ACT
    after: timedelta = timedelta(0)
    changed: bool = False

    @property
    def state(self) -> ActionState:
        state = fold(self.history)
        if not self.changed:
            return state
        return replace(state, text=state.text.replace("Inactive", "Deleted"))

    @property
    def asked(self) -> Asked:
        now, state = NOON + self.after, self.state
        return Asked(
            state=state,
            command=self.command,
            now=max(state.last_at or now, now),
            clock=now,
            rules=self.rules,
            facts=self.facts,
        )


# --- a command at its turn, everything right ---


def _in_doubt(plan: Plan) -> tuple[ActionEvent, ...]:
    doubt = ActionIndeterminate(because="restart", step="s1", fence=2, at=NOON)
    return (*_running(plan), began(), doubt)


def _cleared(plan: Plan) -> tuple[ActionEvent, ...]:
    if plan.level is not Level.T1:
        return approved(plan)
    return (*pending(plan), agreed(SAM, plan), agreed(DANA, plan), cleared(SAM, DANA))


def _running(plan: Plan) -> tuple[ActionEvent, ...]:
    return (*_cleared(plan), claimed())


def _broken(plan: Plan) -> tuple[ActionEvent, ...]:
    broke = ActionBrokeGlass(
        by=SAM.id, digest=plan.digest(), policy_hash="p1", at=NOON, reason=WHY
    )
    due = ActionReviewDue(due_at=NOON + timedelta(hours=24), at=NOON)
    return (*pending(plan), broke, due, cleared(SAM))


def _not_so(plan: Plan) -> tuple[ActionEvent, ...]:
    return (*applied(plan), ActionVerifyFailed(because="fail", at=NOON, says=None))


def _seen(plan: Plan) -> tuple[ActionEvent, ...]:
    return (*applied(plan), ActionVerified(at=NOON, says=None))


def typed(plan: Plan) -> str:
    return {Level.T1: plan.phrase, Level.T2: plan.draft.target}.get(plan.level, "")


Scene = Callable[[Plan], Case]


def _scene(
    history: Callable[[Plan], tuple[ActionEvent, ...]],
    command: Callable[[Plan], ActionCommand],
    **known: Any,
) -> Scene:
    def made(plan: Plan) -> Case:
        given = {"level": plan.level, **known}
        return Case(
            plan=plan,
            history=history(plan),
            command=command(plan),
            facts=facts(given.pop("asker", SAM), **given),
        )

    return made


SCENES: Mapping[type[ActionCommand], Scene] = {
    DraftPlan: _scene(
        lambda _: (),
        lambda plan: DraftPlan(by=OLU.id, plan=plan, human_initiated=True),
        asker=OLU,
    ),
    Publish: _scene(lambda plan: (drafted(plan),), lambda _: Publish()),
    Show: _scene(pending, lambda _: Show(message="1.2")),
    Approve: _scene(
        pending,
        lambda plan: Approve(
            by=SAM.id, digest=plan.digest(), typed=typed(plan), reason=WHY
        ),
    ),
    BreakGlass: _scene(
        pending,
        lambda plan: BreakGlass(
            by=SAM.id,
            digest=plan.digest(),
            typed=f"break glass {plan.phrase}",
            reason=WHY,
        ),
    ),
    Deny: _scene(pending, lambda _: Deny(by=SAM.id, reason=WHY)),
    Cancel: _scene(pending, lambda _: Cancel(by=OLU.id), asker=OLU),
    Supersede: _scene(pending, lambda _: Supersede(by=OLU.id, child="pl_2"), asker=OLU),
    Expire: _scene(pending, lambda _: Expire()),
    Claim: _scene(_cleared, lambda _: Claim(worker="w1", evidence=EVIDENCE)),
    BeginStep: _scene(_running, lambda _: BeginStep(worker="w1", fence=1, step="s1")),
    EndStep: _scene(
        lambda plan: (*_running(plan), began()),
        lambda _: EndStep(worker="w1", fence=1, step="s1", outcome=Outcome.OK),
    ),
    Recover: _scene(_running, lambda _: Recover(), worker_gone=True),
    Stop: _scene(pending, lambda _: Stop(by=SAM.id)),
    Reconcile: _scene(_in_doubt, lambda _: Reconcile(by=SAM.id, committed=True)),
    Verify: _scene(applied, lambda _: Verify(fence=1, verdict=Verdict.PASS)),
    Measure: _scene(_seen, lambda _: Measure(fence=1, verdict=Verdict.FAIL)),
    Mirror: _scene(
        _not_so,
        lambda plan: Mirror(child="pl_2", parent=plan.id, stage=Stage.APPLYING),
    ),
    Review: _scene(_broken, lambda _: Review(by=DANA.id, finding=WHY), asker=DANA),
}


# --- one thing wrong ---

Twist = Callable[[Case], Case]


def knowing(**changes: Any) -> Twist:
    return lambda case: replace(case, facts=replace(case.facts, **changes))


def asking(**changes: Any) -> Twist:
    return lambda case: replace(case, command=replace(case.command, **changes))


def clicking(**changes: Any) -> Twist:
    click = Click(channel=CHANNEL, message=CARD, mac_ok=True)
    return knowing(click=replace(click, **changes))


def being(**changes: Any) -> Twist:
    """Change what is read about the one who asks."""
    return lambda case: replace(
        case, facts=replace(case.facts, asker=replace(case.facts.asker, **changes))
    )


def as_kind(kind: PersonKind) -> Twist:
    return lambda case: being(person=person(case.asked.by, kind))(case)


def _elsewhere(case: Case) -> Case:
    return being(person=replace(case.facts.asker.person, team="T0OTHER"))(case)


def ruled(**changes: Any) -> Twist:
    return lambda case: replace(case, rules=replace(case.rules, **changes))


def after(**time: float) -> Twist:
    """Let time pass, with facts that are new."""

    def twist(case: Case) -> Case:
        later = timedelta(**time)
        return replace(
            case,
            after=later,
            facts=replace(case.facts, read_at=NOON + later),
        )

    return twist


def having(*events: ActionEvent) -> Twist:
    """Let more have happened before."""
    return lambda case: replace(case, history=(*case.history, *events))


def planned(**changes: Any) -> Twist:
    """Hand in another plan."""

    def twist(case: Case) -> Case:
        plan = replace(case.plan, **changes)
        return asking(plan=plan)(replace(case, plan=plan))

    return twist


def by(who: Any) -> Twist:
    """Let somebody else do it, about whom everything was read."""
    return lambda case: knowing(asker=standing(who))(asking(by=who.id)(case))


def at_t1(twist: Twist) -> Twist:
    """Ask it of a plan of level T1."""
    return lambda case: twist(SCENES[type(case.command)](a_plan(Level.T1)))


def _over(case: Case) -> Case:
    """Let it be verified; a figure is measured then, so that comes too early."""
    if isinstance(case.command, Measure):
        return replace(case, history=pending(case.plan))
    return replace(case, history=_seen(case.plan))


def _wrote(case: Case) -> Case:
    """Let the approver have written the message that led to the plan."""
    history = (drafted(case.plan, author=SAM.id), published)
    return replace(case, history=(*history, *case.history[2:]))


def _clock_back(case: Case) -> Case:
    return replace(case, after=timedelta(seconds=-3))


def _not_in(case: Case) -> Case:
    groups = ruled(approver_groups=frozenset({"approvers", "leads"}))
    return being(groups=frozenset())(groups(case))


def _began_twice(case: Case) -> Case:
    """Let the step have been begun and answered in a plan of two."""
    case = SCENES[BeginStep](a_plan(steps=2))
    ended = SCENES[EndStep](a_plan(steps=2)).command
    assert isinstance(ended, EndStep)
    from tests.domain.action_spec import ended as answered

    return having(began(), answered())(case)


def _late(case: Case) -> Case:
    """Let the lease last for longer than the window."""
    lease = replace(claimed(), lease_until=NOON + timedelta(hours=1))
    history = tuple(
        lease if type(each) is type(lease) else each for each in case.history
    )
    return after(minutes=6)(replace(case, history=history))


def _ungrouped(case: Case) -> Case:
    """Let the plan need a group for which nobody speaks any more."""
    return SCENES[type(case.command)](a_plan(groups=("privacy",)))


def _reviewed(case: Case) -> Case:
    return having(ActionReviewed(by=DANA.id, at=NOON, finding=WHY))(case)


TWISTS: Mapping[str, Twist] = {
    "exists": lambda case: replace(case, history=()),
    "absent": lambda case: replace(case, history=pending(case.plan)),
    "clock": _clock_back,
    "fresh": knowing(read_at=NOON - timedelta(seconds=61)),
    "stage": _over,
    "open_window": after(minutes=15),
    "not_stopped": knowing(stopped=True),
    "not_frozen": knowing(frozen=True),
    "proposals": knowing(may_propose=False),
    "may_ask": ruled(mode=Mode.OBSERVE),
    "may_act": ruled(mode=Mode.SUGGEST),
    "same_play": knowing(drill=True),
    "reviews": at_t1(knowing(overdue_reviews=1)),
    "in_slack": knowing(door=Door.ADMIN),
    "known": knowing(asker=standing(LEAD)),
    "member": as_kind(PersonKind.GUEST),
    "member_or_admin": as_kind(PersonKind.GUEST),
    "drafter": as_kind(PersonKind.GUEST),
    "team": _elsewhere,
    "in_channel": being(in_channel=False),
    "group": _not_in,
    "policy": being(policy=NO),
    "pinned": being(policy=PolicyAnswer(allowed=True, hash="p2")),
    "not_requester": by(OLU),
    "not_author": _wrote,
    "own_draft": by(SAM),
    "may_deny": being(policy=NO),
    "may_cancel": by(SAM),
    "may_edit": by(SAM),
    "may_reconcile": being(policy=NO),
    "other_eyes": by(SAM),
    "token": clicking(mac_ok=False),
    "shown": asking(digest="0" * 64),
    "body": lambda case: replace(case, changed=True),
    "channel": clicking(channel="C0OTHER"),
    "unshared": knowing(channel_shared=True),
    "card": clicking(message="1.2"),
    "typed_target": asking(typed="svc"),
    "typed_phrase": at_t1(asking(typed="svc-chat")),
    "t1_reason": at_t1(asking(reason=None)),
    "reason": lambda case: asking(
        **{"finding" if isinstance(case.command, Review) else "reason": None}
    )(case),
    "glass_phrase": asking(typed="break glass"),
    "glass_reason": asking(reason=Untrusted("It burns.")),
    "glass_limit": knowing(glass_broken=3),
    "catalogued": knowing(catalogued=False),
    "derived": knowing(level=Level.T1),
    "demanded": knowing(groups=None),
    "sound": planned(quorum=0),
    "fits": knowing(fits=False),
    "other_plan": asking(child=""),
    "lineage": asking(parent="pl_3"),
    "review_owed": _reviewed,
    "apply_window": after(minutes=5),
    "stop_cancels": knowing(stopped=True),
    "same_policies": knowing(
        approvers=(standing(SAM, policy=PolicyAnswer(allowed=True, hash="p2")),)
    ),
    "rights": knowing(approvers=()),
    "still_grouped": _ungrouped,
    "same_commander": at_t1(knowing(commander=LEAD.id)),
    "runs": knowing(runner=standing(SAM, policy=NO)),
    "looked": knowing(probes=None),
    "drift": knowing(probes=(Probe(id="iam.access_key.status", value="Inactive"),)),
    "limits": knowing(within_limits=False),
    "proof": knowing(proven=False),
    "evidence": asking(evidence=""),
    "owner": asking(worker="w2"),
    "fence": asking(fence=0),
    "idle": having(began()),
    "leased": after(seconds=60),
    "step_window": _late,
    "stop_fails": knowing(stopped=True),
    "once_begun": _began_twice,
    "in_order": asking(step="s2"),
    "on_its_way": asking(step="s2"),
    "given_up": knowing(worker_gone=False),
}
"""The one thing that is wrong, by the guard that is there for it."""

COUNTING = frozenset({"once", "quorum", "groups", "commander"})
"""Guards that count and stand before no command: they never refuse."""


def twisted(kind: type[ActionCommand], guard: str) -> Case:
    """Return a command with the one thing wrong that a guard is there for."""
    return TWISTS[guard](SCENES[kind](a_plan()))
