"""Right before it runs everything is looked at once more; then step by step."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.action_commands import Claim
from bot.domain.action_events import (
    ActionCancelled,
    ActionEvent,
    ActionExpired,
    ActionRevoked,
    ActionStale,
)
from bot.domain.action_facts import GateFacts, PolicyAnswer, Standing
from bot.domain.commands import PersonKind
from bot.domain.errors import OutOfTurn, PlanChanged, TooMany
from bot.domain.freeze import Freeze
from bot.domain.gate_limits import UsedUp
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan import Level, Probe
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    ACT,
    BY_5,
    EVIDENCE,
    LEAD,
    a_plan,
    agreed,
    applying,
    approved,
    claimed,
    cleared,
    drafted,
    facts,
    given,
    pending,
    standing,
)
from tests.domain.test_action_glass import BROKEN
from tests.spec import DANA, NOON, OLU, SAM, person

NOT = "aws.iam.deactivate_access_key did not start: "
CLAIM = Claim(worker="w1", evidence=EVIDENCE)
T1 = a_plan(Level.T1)
TWO = a_plan(steps=2)
A_SECOND = timedelta(seconds=1)
FROZEN = Freeze(
    id="FZ-0001",
    until=NOON + timedelta(hours=2),
    by=LEAD.id,
    reason=Untrusted("year end."),
)


def test_one_worker_takes_an_approved_plan() -> None:
    given(*approved()).when(CLAIM).then(claimed())


def test_a_plan_that_takes_longer_is_leased_for_longer() -> None:
    slow = a_plan(draft=replace(a_plan().draft, est_seconds=90))
    lease_until = NOON + timedelta(minutes=3)
    given(*approved(slow)).when(CLAIM).then(replace(claimed(), lease_until=lease_until))


def test_the_second_worker_is_told_that_it_runs() -> None:
    given(*applying()).when(Claim(worker="w2", evidence=EVIDENCE)).refused(
        OutOfTurn,
        saying=NOT + "it has been running since 12:00 UTC. "
        "Stop everything with `/incident stop-all` if it must not go on.",
    )


def test_what_comes_after_the_window_expires() -> None:
    given(*approved()).when(CLAIM, after=timedelta(minutes=5)).then(
        ActionExpired(window="apply", at=BY_5)
    )


def test_a_stop_before_the_start_cancels() -> None:
    given(*approved()).when(CLAIM, knowing=facts(stopped=True)).then(
        ActionCancelled(because="stop_all", by="tocsin", at=NOON)
    )


def revoked(because: str, *who: str) -> ActionRevoked:
    return ActionRevoked(because=because, who=who, at=NOON)


LOST: Mapping[str, Standing] = {
    "no member any more": standing(person(SAM.id, PersonKind.DEACTIVATED)),
    "a guest now": standing(person(SAM.id, PersonKind.GUEST)),
    "left the channel": standing(SAM, in_channel=False),
    "another workspace": standing(replace(SAM, team="T0OTHER")),
    "policy says no now": standing(SAM, policy=PolicyAnswer(hash="p1")),
}


@pytest.mark.parametrize("case", LOST)
def test_an_approver_who_lost_the_right_ends_it(case: str) -> None:
    given(*approved()).when(CLAIM, knowing=facts(approvers=(LOST[case],))).then(
        revoked("approver_lost_right", SAM.id)
    )


def test_an_approver_who_was_not_read_again_ends_it() -> None:
    given(*approved()).when(CLAIM, knowing=facts(approvers=())).then(
        revoked("approver_lost_right", SAM.id)
    )


def test_an_approver_who_left_the_group_ends_it() -> None:
    rules = replace(ACT, approver_groups=frozenset({"leads"}))
    given(*approved()).when(CLAIM, rules=rules).then(
        revoked("approver_lost_right", SAM.id)
    )


def test_a_requester_among_the_approvers_ends_it() -> None:
    history = (*pending(), agreed(OLU), cleared(OLU))
    given(*history).when(CLAIM, knowing=facts(approvers=(standing(OLU),))).then(
        revoked("approver_lost_right", OLU.id)
    )


def test_fewer_people_than_the_plan_asks_for_ends_it() -> None:
    history = (*pending(T1), agreed(DANA, T1), cleared(DANA))
    given(*history).when(CLAIM).then(revoked("approver_lost_right"))


def test_another_policy_ends_it() -> None:
    known = facts(approvers=(standing(SAM, policy=PolicyAnswer(allowed=True)),))
    given(*approved()).when(CLAIM, knowing=known).then(revoked("policy_changed"))


def test_another_commander_ends_a_t1_plan() -> None:
    history = (*pending(T1), agreed(SAM, T1), agreed(DANA, T1), cleared(SAM, DANA))
    at_t1 = facts(level=Level.T1)
    given(*history).when(CLAIM, knowing=at_t1).then(claimed())
    given(*history).when(CLAIM, knowing=facts(commander=LEAD.id)).then(
        revoked("commander_changed")
    )


@pytest.mark.parametrize(
    ("found", "changed", "seen"),
    [
        (
            (Probe(id="iam.access_key.status", value="Inactive"),),
            ("iam.access_key.status",),
            ("Inactive",),
        ),
        ((), ("iam.access_key.status",), ("",)),
        (
            (
                Probe(id="iam.access_key.status", value="Active"),
                Probe(id="b", value="1"),
            ),
            ("b",),
            ("1",),
        ),
    ],
)
def test_a_world_that_is_not_the_one_people_saw_ends_it(
    found: tuple[Probe, ...], changed: tuple[str, ...], seen: tuple[str, ...]
) -> None:
    given(*approved()).when(CLAIM, knowing=facts(probes=found)).then(
        ActionStale(changed=changed, found=seen, at=NOON)
    )


LATER = "Wait: it is tried again until its time runs out."
NOT_YET: Mapping[str, tuple[GateFacts, GateRules, str]] = {
    "unread world": (
        facts(probes=None),
        ACT,
        f"the world could not be read again. {LATER}",
    ),
    "freeze": (
        facts(frozen=True),
        ACT,
        "a change freeze is on. Wait until it ends, or have it lifted.",
    ),
    "freeze of a person": (
        facts(frozen=True, freeze=FROZEN),
        ACT,
        (
            "changes are frozen until 14:00 UTC by <@U0LEAD>, because: year end. Wait "
            "until it ends, or have an approver lift it with `/incident unfreeze`; "
            "where none is there, `tocsin gate thaw` does."
        ),
    ),
    "limit": (
        facts(within_limits=False),
        ACT,
        (
            "the limit of this action is used up. "
            "Wait until a place is free; it is tried again until its time runs out."
        ),
    ),
    "proof": (
        facts(proven=False),
        ACT,
        (
            "its approval is not in a signed checkpoint yet. Wait: it is tried again "
            "until its time runs out; `tocsin log verify` tells more."
        ),
    ),
    "drill": (
        facts(drill=True),
        ACT,
        (
            "a drill and the real thing do not mix. "
            "Propose it in the incident it belongs to."
        ),
    ),
    "mode": (
        facts(),
        GateRules(mode=Mode.SUGGEST),
        "the gate is in mode suggest. Do it by hand, or set `gate.mode` to `act`.",
    ),
    "old facts": (
        facts(read_at=NOON - timedelta(seconds=61)),
        ACT,
        "what is known about people and the world is too old. Try again in a moment.",
    ),
}


def test_a_full_limit_says_when_the_next_is_possible_and_who_may_lift_it() -> None:
    full = UsedUp(
        what="it ran 3 times since 11:30 UTC, and 3 an hour is the limit",
        next_at=NOON + timedelta(minutes=4),
        setting="gate.action_per_hour",
        keeper="the platform team",
    )
    known = facts(within_limits=False, used_up=full)
    given(*approved()).when(CLAIM, knowing=known).refused(
        TooMany,
        saying=f"{NOT}it ran 3 times since 11:30 UTC, and 3 an hour is the limit. "
        "Wait: it starts by itself at 12:04 UTC; the platform team may raise it "
        "(`gate.action_per_hour`).",
    )


@pytest.mark.parametrize("case", NOT_YET)
def test_what_may_still_come_right_is_a_refusal(case: str) -> None:
    known, rules, saying = NOT_YET[case]
    given(*approved()).when(CLAIM, knowing=known, rules=rules).refused(
        OutOfTurn, saying=NOT + saying
    )


@pytest.mark.parametrize("level", [Level.T1, Level.T2])
def test_t1_and_t2_save_evidence_before(level: Level) -> None:
    plan = a_plan(level, needs_commander=False)
    both = (agreed(SAM, plan), agreed(DANA, plan), cleared(SAM, DANA))
    known = facts(level=level)
    given(*pending(plan), *both).when(Claim(worker="w1"), knowing=known).refused(
        OutOfTurn, saying=f"{NOT}no evidence was saved before. {LATER}"
    )


def test_a_plan_that_asks_fewer_than_its_level_does_not_start() -> None:
    plan = a_plan(Level.T1, quorum=1, needs_commander=False)
    given(*approved(plan)).when(CLAIM).then(revoked("group_missing"))


def test_t3_needs_no_evidence() -> None:
    known, claim = facts(level=Level.T3), Claim(worker="w1")
    given(*approved(a_plan(Level.T3))).when(claim, knowing=known).then(
        replace(claimed(), evidence="")
    )


def test_a_plan_that_was_changed_where_it_is_stored_does_not_start() -> None:
    changed = drafted(text=drafted(a_plan(channel="C0OTHER")).text)
    given(changed, *approved()[1:]).when(CLAIM).refused(
        PlanChanged,
        saying=NOT + "what is stored no longer makes the digest that was shown. "
        "Run `tocsin log verify`, then propose it again.",
    )


def test_broken_glass_starts_like_any_other() -> None:
    lead = facts(approvers=(standing(OLU),), level=Level.T1)
    given(*BROKEN).when(CLAIM, knowing=lead).then(claimed())


GLASS_WAIVES_NO: Mapping[str, tuple[GateFacts, ActionEvent]] = {
    "rights": (
        facts(approvers=(standing(OLU, policy=PolicyAnswer(hash="p1")),)),
        revoked("approver_lost_right", OLU.id),
    ),
    "drift": (
        facts(approvers=(standing(OLU),), probes=(), level=Level.T1),
        ActionStale(changed=("iam.access_key.status",), found=("",), at=NOON),
    ),
    "stop": (
        facts(approvers=(standing(OLU),), stopped=True),
        ActionCancelled(because="stop_all", by="tocsin", at=NOON),
    ),
}


@pytest.mark.parametrize("case", GLASS_WAIVES_NO)
def test_broken_glass_waives_nothing_when_it_starts(case: str) -> None:
    known, event = GLASS_WAIVES_NO[case]
    given(*BROKEN).when(CLAIM, knowing=known).then(event)
