"""The world of the model check: people, moments, and everything one could ask."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

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
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.action_facts import Door, GateFacts, Standing
from bot.domain.action_table import Stage
from bot.domain.commands import Person
from bot.domain.plan import Level, Plan
from tests.domain.action_spec import (
    CARD,
    EVIDENCE,
    EXTERNAL,
    GUEST,
    LEAD,
    a_plan,
    facts,
    standing,
)
from tests.domain.gate_twists import (
    APPROVE,
    CHANGED,
    CLAIM,
    CLOCK,
    DRAFT,
    GLASS,
    HUMAN,
    MOMENTS,
    NO,
    OLD,
    POLICY,
    STEP,
    STOPPED,
    WHY,
    Move,
    Twists,
    asker,
    asking,
    knowing,
)
from tests.spec import DANA, OLU, SAM, person

AUTHOR = person("U0AUTHOR")
PEOPLE = (OLU, SAM, DANA, LEAD, AUTHOR, GUEST, EXTERNAL)
T1 = a_plan(Level.T1, steps=2)
T2 = a_plan(Level.T2, draft=replace(a_plan(steps=2).draft, est_seconds=600))
T3 = a_plan(Level.T3)
GROUPED = replace(T3, groups=("engineering", "privacy"), quorum=2)
# Who is in which group; LEAD speaks for privacy and counts for nothing else.
IN_GROUPS = {
    OLU.id: {"approvers", "engineering", "privacy"},
    SAM.id: {"approvers", "engineering"},
    DANA.id: {"approvers", "engineering"},
    LEAD.id: {"privacy"},
}


@dataclass(frozen=True)
class Play:
    """One plan to be played through."""

    plan: Plan
    human_initiated: bool = True


PLAYS: Mapping[str, Play] = {
    "T1": Play(T1),
    "T2": Play(T2),
    "T3": Play(T3),
    "T3 suggested": Play(T3, human_initiated=False),
    "T3 grouped": Play(GROUPED),
}


# Where a question may have an answer; one thing wrong with it is tried there. The
# question itself is asked everywhere.
HOME: Mapping[type[ActionCommand], frozenset[Stage]] = {
    DraftPlan: frozenset({Stage.NONE}),
    Publish: frozenset({Stage.DRAFT}),
    Approve: frozenset({Stage.PENDING}),
    BreakGlass: frozenset({Stage.PENDING}),
    Deny: frozenset({Stage.PENDING, Stage.APPROVED}),
    Cancel: frozenset({Stage.DRAFT, Stage.PENDING, Stage.APPROVED}),
    Supersede: frozenset({Stage.PENDING}),
    Claim: frozenset({Stage.APPROVED}),
    BeginStep: frozenset({Stage.APPLYING}),
    EndStep: frozenset({Stage.APPLYING}),
    Reconcile: frozenset({Stage.INDETERMINATE}),
}


def moves(play: Play, tick: int, stage: Stage) -> tuple[Move, ...]:
    """Return everything that is asked at one moment of a plan in one stage."""
    return tuple(
        move
        for move in _all(play, MOMENTS[tick])
        if not move.wrong or stage in HOME.get(type(move.command), frozenset(Stage))
    )


def _all(play: Play, now: datetime) -> Iterator[Move]:
    for who in PEOPLE:
        yield from _of_a_person(play, who, now)
    known = _facts(play, SAM, now)
    for command, twists in _of_the_house(play):
        yield from _twisted(Move(command, known, now), twists)
    gone = replace(known, worker_gone=True)
    yield Move(Recover(), gone, now, wrong="worker gone")


def _facts(play: Play, who: Person, now: datetime) -> GateFacts:
    return facts(
        _stands(play, who),
        read_at=now,
        level=play.plan.level,
        groups=play.plan.groups,
        author=AUTHOR.id,
        approvers=tuple(_stands(play, each) for each in PEOPLE),
    )


def _stands(play: Play, who: Person) -> Standing:
    found = standing(who)
    if not play.plan.groups or who.id not in IN_GROUPS:
        return found
    names = frozenset(IN_GROUPS[who.id])
    policy = replace(found.policy, group_only="approvers" not in names)
    return replace(found, groups=names, policy=policy)


def _twisted(move: Move, twists: Twists) -> Iterator[Move]:
    yield move
    for wrong, twist in twists.items():
        yield replace(twist(move), wrong=wrong)


def _of_a_person(play: Play, who: Person, now: datetime) -> Iterator[Move]:
    plan, known = play.plan, _facts(play, who, now)
    typed = {Level.T1: plan.phrase, Level.T2: plan.draft.target, Level.T3: ""}
    seen = plan.digest()
    human = HUMAN | CLOCK
    yes = Approve(by=who.id, digest=seen, typed=typed[plan.level], reason=WHY)
    edit = Supersede(by=who.id, child="pl_2")
    for command, twists in (
        (yes, APPROVE),
        (Deny(by=who.id, reason=WHY), human | {"reason": asking(reason=None)}),
        (Deny(by=who.id, reason=WHY), {"policy": asker(policy=NO)}),
        (Cancel(by=who.id), human | {"admin": knowing(door=Door.ADMIN)}),
        (edit, human | {"same": asking(child=plan.id)}),
        (Stop(by=who.id), HUMAN),
        (Reconcile(by=who.id, committed=True), human | POLICY),
        (Reconcile(by=who.id, committed=False), human),
        (Review(by=who.id, finding=WHY), human | POLICY),
        (Review(by=who.id, finding=None), {}),
    ):
        yield from _twisted(Move(command, known, now, who), twists)
    if who in (OLU, GUEST, EXTERNAL):
        phrase = f"break glass {plan.phrase}"
        glass = BreakGlass(by=who.id, digest=seen, typed=phrase, reason=WHY)
        yield from _twisted(Move(glass, known, now, who), GLASS)
    plan = replace(plan, requester=who.id)
    draft = DraftPlan(by=who.id, plan=plan, human_initiated=play.human_initiated)
    yield from _twisted(Move(draft, known, now, who), DRAFT if who is OLU else {})


def _of_the_house(
    play: Play,
) -> Iterator[tuple[ActionCommand, Twists]]:
    twists = OLD | CLOCK | STOPPED | CHANGED
    yield Publish(), twists | {"fits": knowing(fits=False)}
    yield Show(message=CARD), CLOCK
    yield Expire(), CLOCK
    yield Claim(worker="w1", evidence=EVIDENCE), CLAIM
    for step in play.plan.draft.steps:
        yield BeginStep(worker="w1", fence=1, step=step.id), STEP
        for outcome in Outcome:
            end = EndStep(worker="w1", fence=1, step=step.id, outcome=outcome)
            yield end, {"worker": asking(worker="w2")}
    yield Recover(), CLOCK
    for verdict in Verdict:
        for fence in (1, 2):
            yield Verify(fence=fence, verdict=verdict), CLOCK
    # A figure moves nothing: one play of it is enough.
    for fence in (1, 2) if play.plan.level is Level.T2 else ():
        yield Measure(fence=fence, verdict=Verdict.FAIL), CLOCK
    for stage in (Stage.APPLYING, Stage.VERIFIED, Stage.FAILED, Stage.DENIED):
        for child in ("pl_2", "pl_3"):
            mirror = Mirror(child=child, parent=play.plan.id, stage=stage)
            yield mirror, CLOCK | {"lineage": asking(parent="pl_9")}
