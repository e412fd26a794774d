"""The judge asks the policies with every fact that is known, and none that is not.

Cedar itself is not asked here: its answers are `test_policy.py`'s business.
"""

from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from itertools import product
from typing import Any, cast

import pytest

from bot.domain.action_facts import PolicyAnswer, Standing
from bot.domain.business_hours import BusinessHours
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan import Plan, Waived
from bot.domain.registry import RiskTier, Stage, System
from bot.gate.groups import GroupNames
from bot.gate.judge import Around, Judge, ids_of
from bot.gate.plan_facts import PlanFacts
from bot.gate.policy import Answer, Policy
from bot.gate.policy_question import Question, Verb
from bot.gate.policy_reading import NOTHING_PERMITS
from bot.gate.waivers import NO_WAIVERS
from bot.ports import gate as ports
from tests.gate.questions import ASKER, CHAT, CIRCUMSTANCES, FACTS, PATIENTS, PLAN
from tests.spec import NOON, SAM


def facts(plan: Plan = PLAN, **changes: Any) -> PlanFacts:
    given: dict[str, Any] = {
        "system": CHAT,
        "touched": (PATIENTS, CHAT),
        "cuts_off": True,
    }
    return PlanFacts.of(plan, **({"human_initiated": True} | given | changes))


def test_what_is_known_of_a_plan_is_that_of_every_system_it_touches() -> None:
    assert facts() == FACTS


def test_what_is_not_registered_is_production_and_high() -> None:
    found = facts(system=None, touched=(), human_initiated=False)
    assert (found.stage, found.risk_tier, found.system) == ("production", "high", "")
    assert (found.data_classes, found.residency, found.outside) == ((), (), ())
    told = (found.personal_data, found.legal_hold, found.cuts_off_customers)
    assert not any(told)
    assert found.human_initiated is False


STAGES: tuple[Stage, ...] = ("production", "pilot", "sandbox")
TIERS: tuple[RiskTier, ...] = ("high", "medium", "low")


@pytest.mark.parametrize(("own", "other"), list(product(range(3), repeat=2)))
def test_the_strictest_system_that_a_plan_names_counts(own: int, other: int) -> None:
    first, second = (
        replace(one, stage=STAGES[n], risk_tier=TIERS[n])
        for one, n in ((CHAT, own), (PATIENTS, other))
    )
    found, strictest = facts(system=first, touched=(second,)), min(own, other)
    assert (found.stage, found.risk_tier) == (STAGES[strictest], TIERS[strictest])


@pytest.mark.parametrize(
    ("system", "touched", "ids"),
    [
        (CHAT, (PATIENTS,), {"chat", "patients"}),
        (CHAT, (), {"chat"}),
        (None, (PATIENTS,), {"", "patients"}),
    ],
)
def test_a_plan_is_about_its_incidents_system_and_all_that_it_names(
    system: System | None, touched: tuple[System, ...], ids: set[str]
) -> None:
    assert ids_of(system, touched) == ids


@pytest.mark.parametrize(
    ("cuts_off", "touched", "cut"),
    [(True, (PATIENTS,), True), (False, (PATIENTS,), False), (True, (), False)],
)
def test_customers_are_cut_off_by_such_an_action_on_what_they_use(
    touched: tuple[System, ...], *, cuts_off: bool, cut: bool
) -> None:
    assert facts(cuts_off=cuts_off, touched=touched).cuts_off_customers is cut


def test_what_a_call_names_is_reached_as_well_as_where_it_takes_effect() -> None:
    draft = replace(PLAN.draft, params=(("region", "ap-northeast-1"),))
    found = facts(replace(PLAN, region="eu-west-1", draft=draft))
    assert (found.region, found.outside) == ("eu-west-1", ("ap-northeast-1",))


def test_what_has_a_way_back_is_not_irreversible() -> None:
    for rollback, irreversible in (("a.b", False), ("", True)):
        plan = replace(PLAN, draft=replace(PLAN.draft, rollback=rollback))
        assert facts(plan).irreversible is irreversible


@dataclass
class Noting:
    """Stands in for the policies: notes what is asked, answers what it is told."""

    says: Answer
    hash: str = "p1"
    asked: list[Question] = field(default_factory=list)
    waived: list[dict[str, str]] = field(default_factory=list)
    waivers: Any = NO_WAIVERS

    def decide(self, question: Question, *, waived: dict[str, str]) -> Answer:
        self.asked.append(question)
        self.waived.append(waived)
        return self.says


YES = Answer(
    allowed=True,
    reasons=("approvers",),
    because=("they may",),
    waivers=("w1",),
    group_only=True,
)
NO = Answer(
    allowed=False, reasons=("a", "b"), because=("not you", "not now"), errors=("e",)
)
AROUND = Around(
    now=NOON,
    commander=SAM.id,
    author="U0AUTHOR",
    system=CHAT,
    stopped=True,
    frozen=False,
    human_initiated=True,
    commander_agreed=True,
    glass_broken=2,
    breaking_glass=True,
    touched=(PATIENTS, CHAT),
)
BY = ports.Asker(
    person=SAM,
    groups=frozenset({"approvers"}),
    groups_read=True,
    in_channel=True,
    channel_shared=True,
    read_at=NOON - timedelta(seconds=2.5),
)


def judge(says: Answer = YES, **changes: Any) -> tuple[Judge, Noting]:
    noting = Noting(says)
    given: dict[str, Any] = {
        "policy": cast("Policy", noting),
        "rules": GateRules(mode=Mode.SUGGEST, own_t3=False),
        "workspace": "T0TEAM",
        "hours": BusinessHours(begins=time(9), ends=time(12)),
        "groups": GroupNames({"oncall": (SAM.id,)}),
        "cutting": frozenset({PLAN.draft.action}),
    }
    return Judge(**(given | changes)), noting


def test_the_judge_asks_with_everything_that_stands_around() -> None:
    asked, noting = judge()
    answer = asked.answer(BY, Verb.APPROVE, PLAN, AROUND)
    assert noting.asked == [
        Question(
            verb=Verb.APPROVE, asker=ASKER, plan=FACTS, circumstances=CIRCUMSTANCES
        )
    ]
    assert noting.waived == [{}]
    assert answer == PolicyAnswer(
        allowed=True,
        reasons=("approvers",),
        because="",
        hash="p1",
        verb="approve",
        waivers=("w1",),
        group_only=True,
    )


def test_who_commands_and_who_wrote_it_are_known_by_their_ids() -> None:
    asked, noting = judge()
    around = replace(AROUND, commander="U0OTHER", author=SAM.id, frozen=True)
    later = replace(BY, read_at=NOON - timedelta(seconds=2), channel_shared=False)
    asked.answer(later, Verb.RUN, PLAN, replace(around, human_initiated=False))
    [question] = noting.asked
    assert (question.asker.is_commander, question.asker.is_author) == (False, True)
    now = question.circumstances
    assert (now.membership_age_s, now.frozen) == (2, True)
    assert now.channel_externally_shared is False
    assert question.plan is not None
    assert question.plan.human_initiated is False


def test_what_is_about_no_plan_is_asked_without_one_and_nothing_is_waived() -> None:
    asked, noting = judge()
    asked.answer(BY, Verb.STOP_ALL, None, AROUND)
    assert (noting.asked[0].plan, noting.waived) == (None, [{}])


def test_a_waiver_of_all_systems_lifts_its_rule_if_it_stands_on_the_card() -> None:
    first, later = (
        Waived(id=one, rule=f"rule of {one}", owner="U0OWNER", until="2026-12-31")
        for one in ("w1", "w2")
    )

    class InForce:
        def in_force(self, **given: Any) -> tuple[Waived, ...]:
            assert given == {
                "systems": {"chat", "patients"},
                "action": PLAN.draft.action,
                "now": NOON,
            }
            return first, later

    asked, noting = judge()
    noting.waivers = InForce()
    asked.answer(BY, Verb.APPROVE, replace(PLAN, waivers=(first,)), AROUND)
    assert noting.waived == [{"rule of w1": "w1"}]


@pytest.mark.parametrize(
    ("says", "because"),
    [
        (YES, ""),
        (NO, "not you; not now"),
        (replace(NO, reasons=(NOTHING_PERMITS,)), ""),
        (replace(YES, reasons=(NOTHING_PERMITS,)), ""),
    ],
)
def test_a_no_is_told_in_the_policies_words(says: Answer, because: str) -> None:
    asked, _ = judge(says)
    found = asked.answer(BY, Verb.DENY, PLAN, AROUND)
    assert (found.because, found.errors, found.verb) == (because, says.errors, "deny")
    assert found.reasons == says.reasons


def test_a_standing_is_the_person_the_groups_and_the_answer() -> None:
    asked, _ = judge()
    assert asked.standing(BY, Verb.APPROVE, PLAN, AROUND) == Standing(
        person=SAM,
        groups=ASKER.groups,
        in_channel=True,
        policy=asked.answer(BY, Verb.APPROVE, PLAN, AROUND),
    )


def test_whose_yes_is_needed_is_asked_whoever_had_the_idea() -> None:
    class Needing(Noting):
        def needs(self, plan: PlanFacts, *, named: frozenset[str]) -> Any:
            return plan, named

    names = GroupNames({"privacy": ("U1",)})
    asked, _ = judge(policy=Needing(YES), groups=names)
    found: Any = asked.needs(PLAN, CHAT, (PATIENTS, CHAT))
    assert found == (FACTS, names.named(CHAT))


def test_what_is_not_said_around_a_question_is_that_nothing_happened() -> None:
    bare = Around(
        now=NOON,
        commander="",
        author="",
        system=None,
        stopped=False,
        frozen=False,
        human_initiated=False,
    )
    assert (bare.commander_agreed, bare.breaking_glass) == (False, False)
    assert (bare.glass_broken, bare.touched) == (0, ())
    rules = GateRules(mode=Mode.ACT)
    plain = Judge(policy=cast("Policy", Noting(YES)), rules=rules, workspace="T0TEAM")
    assert (plain.groups, plain.cutting) == (GroupNames(), frozenset())
    assert plain.hours == BusinessHours()
