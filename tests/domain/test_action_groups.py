"""Plans that need groups: who counts for what, and the words when it cannot be."""

from dataclasses import replace

import pytest

from bot.domain.action_commands import Approve, Claim
from bot.domain.action_events import ActionApproved, ActionRevoked
from bot.domain.action_facts import GateFacts, PolicyAnswer, Standing
from bot.domain.commands import Person
from bot.domain.plan import Level, Plan
from tests.domain.action_spec import (
    ALLOWED,
    EVIDENCE,
    LEAD,
    a_plan,
    agreed,
    cleared,
    facts,
    given,
    pending,
    standing,
)
from tests.spec import DANA, NOON, OLU, SAM

BOTH = ("engineering", "privacy")
PLAN = a_plan(groups=BOTH, quorum=2)
FOR_A_GROUP = PolicyAnswer(
    allowed=True, reasons=("needed-group-approves",), hash="p1", group_only=True
)


def speaking(who: Person, *groups: str, policy: PolicyAnswer = ALLOWED) -> Standing:
    return standing(who, groups=frozenset(groups), policy=policy)


def yes(who: Person, plan: Plan = PLAN) -> Approve:
    typed = "" if plan.level is Level.T3 else plan.draft.target
    return Approve(by=who.id, digest=plan.digest(), typed=typed)


def said(
    who: Person, *groups: str, plan: Plan = PLAN, only: bool = False
) -> ActionApproved:
    return agreed(who, plan, groups=groups, group_only=only)


def knowing(asker: Standing, plan: Plan = PLAN) -> GateFacts:
    return facts(asker, groups=plan.groups, level=plan.level)


def test_the_last_group_lets_it_run() -> None:
    before = (*pending(PLAN), said(SAM, "engineering"))
    lead = speaking(LEAD, "privacy", policy=FOR_A_GROUP)
    given(*before).when(yes(LEAD), knowing=knowing(lead)).then(
        said(LEAD, "privacy", only=True), cleared(SAM, LEAD)
    )


def test_enough_people_are_not_enough_while_a_group_is_missing() -> None:
    before = (*pending(PLAN), said(SAM, "engineering"))
    dana = speaking(DANA, "engineering")
    given(*before).when(yes(DANA), knowing=knowing(dana)).then(
        said(DANA, "engineering")
    )


def test_groups_alone_are_not_enough_for_the_level() -> None:
    plan = a_plan(groups=("privacy",))
    lead = speaking(LEAD, "privacy", policy=FOR_A_GROUP)
    given(*pending(plan)).when(yes(LEAD, plan), knowing=knowing(lead, plan)).then(
        said(LEAD, "privacy", plan=plan, only=True)
    )


def test_the_requester_s_own_yes_counts_for_no_group() -> None:
    plan = a_plan(Level.T3, groups=("privacy",))
    olu = speaking(OLU, "privacy")
    given(*pending(plan)).when(yes(OLU, plan), knowing=knowing(olu, plan)).then(
        said(OLU, "privacy", plan=plan)
    )


@pytest.mark.parametrize(
    "left",
    [
        speaking(SAM, "approvers"),
        speaking(SAM, "engineering", policy=FOR_A_GROUP),
    ],
    ids=["the group", "the level's own right"],
)
def test_what_those_who_agreed_spoke_for_must_still_hold(left: Standing) -> None:
    history = (
        *pending(PLAN),
        said(SAM, "engineering"),
        said(LEAD, "privacy", only=True),
        cleared(SAM, LEAD),
    )
    lead = speaking(LEAD, "privacy", policy=FOR_A_GROUP)
    known = replace(facts(), approvers=(left, lead))
    given(*history).when(Claim(worker="w1", evidence=EVIDENCE), knowing=known).then(
        ActionRevoked(because="group_missing", who=(), at=NOON)
    )
