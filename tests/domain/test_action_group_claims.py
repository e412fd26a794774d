"""Who speaks for a plan's groups, when it is agreed and when it starts; full limits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action import fold
from bot.domain.action_asked import Asked
from bot.domain.action_commands import Approve, Claim, DraftPlan
from bot.domain.action_events import ActionApproved, ActionEvent, ActionRevoked
from bot.domain.action_facts import PolicyAnswer, Standing
from bot.domain.action_guards import GUARDS
from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn, TooMany
from bot.domain.freeze import LIFT, Freeze
from bot.domain.gate_limits import (
    ActionLimit,
    GateLimits,
    Place,
    UsedUp,
    proposed_enough,
    used_up,
)
from bot.domain.plan import Level
from bot.domain.ruling import ruling_of
from tests.domain.action_spec import (
    ACT,
    ALLOWED,
    a_plan,
    agreed,
    cleared,
    drafted,
    facts,
    given,
    pending,
    published,
    shown,
    standing,
)
from tests.domain.gate_refusing import SCENES
from tests.spec import DANA, NOON, OLU, SAM

MINUTE = timedelta(minutes=1)
PRIVATE = a_plan(Level.T3, groups=("privacy",))
ONLY = replace(ALLOWED, group_only=True)


def of(who: Any, *names: str, policy: PolicyAnswer = ALLOWED) -> Standing:
    return standing(who, groups=frozenset(names), policy=policy)


def question(
    *read: Standing, plan: Any = PRIVATE, author: str = "", **by: Any
) -> Asked:
    cleared_by = by.get("cleared_by", (SAM,))
    history = (drafted(plan, author=author), published, shown, cleared(*cleared_by))
    return Asked(
        state=fold(history),
        command=Claim(worker="w1"),
        now=NOON,
        clock=NOON,
        rules=ACT,
        facts=facts(approvers=read),
    )


def holds(asked: Asked) -> bool:
    return GUARDS["still_grouped"](asked) is None


def test_somebody_speaks_for_the_group_also_when_it_starts() -> None:
    assert holds(question(of(SAM, "privacy")))
    assert not holds(question(of(SAM, "approvers")))


def test_nobody_speaks_for_a_group_about_what_is_their_own() -> None:
    both = (of(OLU, "privacy"), of(SAM, "approvers"))
    assert not holds(question(*both, cleared_by=(OLU, SAM)))
    wrote = (of(DANA, "privacy"), of(SAM, "approvers"))
    assert not holds(question(*wrote, cleared_by=(DANA, SAM), author=DANA.id))
    assert holds(question(of(DANA, "privacy"), of(SAM), cleared_by=(DANA, SAM)))


def test_only_those_who_agreed_speak_for_a_group() -> None:
    assert not holds(question(of(SAM, "approvers"), of(DANA, "privacy")))


def test_who_counts_for_a_group_alone_is_none_of_those_the_level_asks_for() -> None:
    assert not holds(question(of(SAM, "privacy", policy=ONLY)))


def test_a_group_that_is_missing_ends_the_plan_with_what_the_policies_said() -> None:
    answer = replace(ALLOWED, verb="approve")
    read = of(SAM, "approvers", policy=answer)
    history = (*pending(PRIVATE), agreed(SAM, PRIVATE), cleared(SAM))
    known = facts(approvers=(read,))
    [event] = given(*history).when(Claim(worker="w1"), knowing=known).answer()
    assert isinstance(event, ActionRevoked)
    assert (event.because, event.who) == ("group_missing", ())
    assert event.rulings == (ruling_of(read),)


def test_who_counts_for_a_group_alone_must_be_in_it() -> None:
    plan = a_plan(groups=("privacy",))
    case = SCENES[Approve](plan)
    rules = replace(ACT, approver_groups=frozenset({"approvers"}))
    inside = replace(case.facts, asker=of(SAM, "privacy", policy=ONLY))
    assert given(*case.history).when(case.command, knowing=inside, rules=rules).answer()
    outside = replace(case.facts, asker=of(SAM, "approvers", policy=ONLY))
    with pytest.raises(NotAllowed, match="is not in the group"):
        given(*case.history).when(case.command, knowing=outside, rules=rules).answer()


# --- when people agree ---


def yes(who: Any, *groups: str, only: bool = False) -> ActionApproved:
    return agreed(who, PRIVATE, groups=groups, group_only=only)


def counts(guard: str, plan: Any, *said: ActionApproved, author: str = "") -> bool:
    history: tuple[ActionEvent, ...] = (drafted(plan, author=author), published, shown)
    history = (*history, *said)
    asked = Asked(
        state=fold(history),
        command=Claim(worker="w1"),
        now=NOON,
        clock=NOON,
        rules=ACT,
        facts=facts(),
    )
    return GUARDS[guard](asked) is None


def test_a_yes_for_a_group_alone_is_none_of_those_the_level_asks_for() -> None:
    one, two = a_plan(Level.T2), a_plan(Level.T1)
    assert counts("quorum", one, yes(SAM))
    assert not counts("quorum", one, yes(SAM, "privacy", only=True))
    assert not counts("quorum", two, yes(SAM), yes(DANA, "privacy", only=True))
    assert counts("quorum", two, yes(SAM), yes(DANA))


def test_a_plan_can_ask_for_more_people_than_its_level() -> None:
    more = a_plan(Level.T2, quorum=2, groups=("engineering", "privacy"))
    assert not counts("quorum", more, yes(SAM, "engineering"))
    assert counts("quorum", more, yes(SAM, "engineering"), yes(DANA, "privacy"))


def test_every_group_has_somebody_who_speaks_for_it() -> None:
    assert counts("groups", a_plan(), yes(SAM))
    assert not counts("groups", PRIVATE, yes(SAM, "oncall"))
    assert counts("groups", PRIVATE, yes(SAM, "privacy"))


def test_neither_the_requester_nor_the_author_speaks_for_a_group() -> None:
    assert not counts("groups", PRIVATE, yes(OLU, "privacy"))
    assert not counts("groups", PRIVATE, yes(SAM, "privacy"), author=SAM.id)


@pytest.mark.parametrize(
    ("groups", "quorum", "because"),
    [
        (("nobody",), 1, "it needs a group that is not known, or one of them twice"),
        (
            ("privacy", "privacy"),
            2,
            "it needs a group that is not known, or one of them twice",
        ),
        (("engineering", "privacy"), 1, "it needs 2 groups and only 1 people"),
    ],
)
def test_a_plan_whose_groups_nobody_could_cover_is_not_proposed(
    groups: tuple[str, ...], quorum: int, because: str
) -> None:
    plan = a_plan(groups=groups, quorum=quorum)
    case = SCENES[DraftPlan](plan)
    knowing = replace(case.facts, groups=groups)
    with pytest.raises(BadRequest) as no:
        given(*case.history).when(case.command, knowing=knowing).answer()
    assert no.value.because == because


def test_a_plan_of_as_many_people_as_groups_is_proposed() -> None:
    plan = a_plan(groups=("engineering", "privacy"), quorum=2)
    case = SCENES[DraftPlan](plan)
    knowing = replace(case.facts, groups=plan.groups)
    assert given(*case.history).when(case.command, knowing=knowing).answer()


# --- limits ---

FULL = UsedUp(
    what="actions ran 2 times since 11:20 UTC, and 2 an hour is the limit of the gate",
    next_at=NOON + 20 * MINUTE,
    setting="gate.all_per_hour",
)


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        (Claim, {"within_limits": False, "used_up": FULL}),
        (DraftPlan, {"may_propose": False, "proposed": FULL}),
    ],
)
def test_a_full_limit_says_how_often_and_when_it_goes_on(kind: Any, known: Any) -> None:
    case = SCENES[kind](a_plan())
    knowing = replace(case.facts, **known)
    with pytest.raises(TooMany, match=r"actions ran 2 times.*12:20 UTC") as no:
        given(*case.history).when(case.command, knowing=knowing).answer()
    assert no.value.because == FULL.what


def test_a_freeze_says_whose_it_is_and_how_it_is_lifted() -> None:
    freeze = Freeze(id="quarter", owner="finance", until=NOON + 20 * MINUTE)
    case = SCENES[Claim](a_plan())
    knowing = replace(case.facts, frozen=True, freeze=freeze)
    with pytest.raises(OutOfTurn) as no:
        given(*case.history).when(case.command, knowing=knowing).answer()
    assert no.value.because == (
        "changes are frozen until 12:20 UTC by finance (quarter)"
    )
    assert no.value.next_move == LIFT


# --- which limit it was ---


def place(minutes_ago: int, target: str = "t1", system: str = "chat") -> Place:
    at = NOON - minutes_ago * MINUTE
    return Place(action="aws.iam.deny", target=target, system=system, at=at)


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (GateLimits(all_per_hour=1), "gate.all_per_hour"),
        (GateLimits(system_per_hour=1), "gate.system_per_hour"),
        (GateLimits(action=ActionLimit(per_hour=1)), "gate.action_per_hour"),
        (GateLimits(action=ActionLimit(per_day=1)), "gate.action_per_day"),
        (
            GateLimits(actions={"aws.iam.deny": ActionLimit(per_hour=1)}),
            "limits of aws.iam.deny in the calendar",
        ),
        (
            GateLimits(actions={"aws.iam.deny": ActionLimit(per_day=1)}),
            "limits of aws.iam.deny in the calendar",
        ),
    ],
)
def test_a_limit_names_the_setting_it_comes_from(
    limits: GateLimits, setting: str
) -> None:
    found = used_up(limits, place(0, "mine"), (place(10),))
    assert found is not None
    assert found.setting == setting


def test_the_newest_change_of_a_target_counts_and_its_keeper_is_named() -> None:
    limits = GateLimits(target_pause=10 * MINUTE, keeper="the platform team")
    found = used_up(limits, place(0), (place(2), place(8)))
    assert found is not None
    assert (found.next_at, found.keeper) == (NOON + 8 * MINUTE, "the platform team")


def test_what_one_person_proposed_is_counted_in_plans() -> None:
    limits = GateLimits(proposals_per_hour=1)
    found = proposed_enough(limits, OLU.id, (NOON - 40 * MINUTE,), NOON)
    assert found is not None
    assert found.setting == "gate.proposals_per_hour"
    assert found.what == (
        "<@U0ONCALL> proposed one plan since 11:20 UTC, "
        "and 1 an hour is the limit of one person"
    )
    two = proposed_enough(
        replace(limits, proposals_per_hour=2),
        OLU.id,
        (NOON - 40 * MINUTE, NOON - 20 * MINUTE),
        NOON,
    )
    assert two is not None
    assert two.what.startswith("<@U0ONCALL> proposed 2 plans since 11:20 UTC")
