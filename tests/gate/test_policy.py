"""Decisions fail closed: whatever goes wrong, nothing is allowed.

That every rule agrees with the rules in words is test_policy_table.py.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.commands import Person, PersonKind
from bot.domain.plan import Blast, Draft, Level, Plan
from bot.gate.plan_facts import PlanFacts
from bot.gate.policy import Policy
from bot.gate.policy_ordinary import question_of
from bot.gate.policy_question import Circumstances, Question, Verb
from bot.gate.policy_reading import NOTHING_PERMITS, POLICY_ERROR

APPROVER = {"groups": ["approvers"]}
APPROVE = {"verb": "approve"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.load()


def overlay(folder: Path, text: str) -> Policy:
    site = folder / "policies"
    site.mkdir()
    (site / "site.cedar").write_text(text, "utf-8")
    return Policy.load(site)


def approval(**now: Any) -> Question:
    """Return a question that is allowed, with some circumstances forced in."""
    question = question_of(who=APPROVER, what=APPROVE)
    return replace(question, circumstances=replace(question.circumstances, **now))


def test_an_answer_names_the_rule_that_decided_and_says_why(policy: Policy) -> None:
    answer = policy.decide(approval())
    assert answer.allowed
    assert answer.reasons == ("t2-approver",)
    assert answer.because == ("approvers agree to T2",)
    assert answer.errors == ()


def test_a_refusal_names_every_rule_that_forbids(policy: Policy) -> None:
    answer = policy.decide(approval(channel_matches=False, stopped=True))
    assert not answer.allowed
    assert answer.reasons == ("own-channel", "stopped")
    assert answer.because[0] == "this is not the incident's channel"


def test_what_no_rule_permits_is_refused_and_says_so(policy: Policy) -> None:
    answer = policy.decide(question_of(what=APPROVE))
    assert (answer.allowed, answer.reasons) == (False, (NOTHING_PERMITS,))
    assert answer.because == ("no policy permits it",)


def test_a_forbid_that_fails_while_it_is_evaluated_allows_nothing(
    tmp_path: Path,
) -> None:
    policy = overlay(
        tmp_path,
        '@id("site-overflow") @because("a sum that is too large")\n'
        "forbid (principal, action, resource)\n"
        "when { context.hour * 9223372036854775807 > 0 };\n",
    )
    fails = policy.decide(approval(hour=3))
    assert (fails.allowed, fails.reasons) == (False, (POLICY_ERROR,))
    assert "overflow" in fails.errors[0]
    assert policy.decide(approval(hour=0)).allowed


def test_a_permit_that_fails_allows_nothing_although_another_permits(
    tmp_path: Path,
) -> None:
    policy = overlay(
        tmp_path,
        '@id("site-overflow") @because("a sum that is too large")\n'
        "permit (principal, action, resource)\n"
        "when { context.hour * 9223372036854775807 > 0 };\n",
    )
    assert not policy.decide(approval(hour=3)).allowed


@pytest.mark.parametrize(
    "now",
    [
        {"membership_age_s": "1"},
        {"membership_age_s": None},
        {"membership_age_s": 59.5},
        {"membership_age_s": True},
        {"membership_age_s": 2**63},
        {"membership_age_s": float("nan")},
        {"break_glass_count_24h": "0"},
        {"frozen": 0},
        {"stopped": "false"},
        {"stopped": None},
        {"channel_matches": 1},
        {"channel_externally_shared": None},
        {"mode": "log_only"},
        {"mode": None},
        {"workspace": None},
        {"workspace": b"T0OURS"},
        {"workspace": "\ud800"},
    ],
    ids=str,
)
def test_a_circumstance_of_a_wrong_type_allows_nothing(
    policy: Policy, now: dict[str, Any]
) -> None:
    answer = policy.decide(approval(**now))
    assert (answer.allowed, answer.reasons) == (False, (POLICY_ERROR,))
    assert answer.errors


@pytest.mark.parametrize(
    "asker",
    [
        {"groups": None},
        {"groups": frozenset({1})},
        {"is_author": None},
        {"is_commander": "no"},
        {"in_channel": 1},
        {"person": None},
        {"person": Person(id="", team="T0OURS", kind=PersonKind.MEMBER)},
        {"person": Person(id="U1", team="T0OURS", kind="Member")},  # type: ignore[arg-type]
        {"person": Person(id="U1", team=None, kind=PersonKind.MEMBER)},  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_a_person_who_is_not_fully_known_may_do_nothing(
    policy: Policy, asker: dict[str, Any]
) -> None:
    question = approval()
    answer = policy.decide(replace(question, asker=replace(question.asker, **asker)))
    assert (answer.allowed, answer.reasons) == (False, (POLICY_ERROR,))


@pytest.mark.parametrize(
    "facts",
    [{"level": "T4"}, {"level": None}, {"stage": "prod"}, {"drill": "no"}, {"id": ""}],
    ids=str,
)
def test_a_plan_that_is_not_fully_known_is_not_approved(
    policy: Policy, facts: dict[str, Any]
) -> None:
    question = approval()
    assert question.plan
    answer = policy.decide(replace(question, plan=replace(question.plan, **facts)))
    assert (answer.allowed, answer.reasons) == (False, (POLICY_ERROR,))


def test_an_approval_without_a_plan_is_refused(policy: Policy) -> None:
    answer = policy.decide(replace(approval(), plan=None))
    assert (answer.allowed, answer.reasons) == (False, (POLICY_ERROR,))


def test_a_missing_attribute_allows_nothing(policy: Policy) -> None:
    question = approval()
    whole = question.circumstances
    object.__delattr__(whole, "frozen")
    assert not policy.decide(question).allowed


def test_an_unknown_verb_is_refused(policy: Policy) -> None:
    asked = replace(approval(), verb="approve_all")  # type: ignore[arg-type]
    assert policy.decide(asked).reasons == (POLICY_ERROR,)


def test_what_is_not_about_a_plan_needs_none(policy: Policy) -> None:
    asked = question_of(who={"groups": ["approvers", "oncall"]})
    for verb in (Verb.STOP_ALL, Verb.LIFT, Verb.OPEN_RAW):
        assert policy.decide(replace(asked, verb=verb, plan=None)).allowed


def test_ids_with_quotes_and_line_ends_are_only_ids(policy: Policy) -> None:
    question = approval()
    name = 'U1"\n}; permit(principal, action, resource); //'
    person = replace(question.asker.person, id=name)
    asker = replace(question.asker, person=person)
    asked = replace(question, asker=asker)
    assert policy.decide(asked).reasons == ("t2-approver",)
    assert question.plan
    own = replace(asked, plan=replace(question.plan, requester=name))
    assert policy.decide(own).reasons == ("requester-never-approves",)


def test_a_plan_nobody_asked_for_has_no_requester_to_match(policy: Policy) -> None:
    question = approval()
    assert question.plan
    suggested = replace(question.plan, requester="", human_initiated=False)
    assert policy.decide(replace(question, plan=suggested)).allowed


def test_an_overlay_of_forbids_only_takes_away(tmp_path: Path) -> None:
    policy = overlay(
        tmp_path,
        '@id("site-office-hours") @because("T2 waits for business hours")\n'
        'forbid (principal, action == Action::"approve", resource)\n'
        'when { resource.level == Level::"T2" && !context.business_hours };\n',
    )
    assert policy.decide(approval()).allowed
    refused = policy.decide(approval(business_hours=False))
    assert refused.reasons == ("site-office-hours",)
    assert policy.rules["site-office-hours"].site


def test_an_overlay_that_permits_everything_lifts_no_forbid(tmp_path: Path) -> None:
    policy = overlay(
        tmp_path,
        '@id("site-all") @because("everybody may")\n'
        "permit (principal, action, resource);\n",
    )
    opened = policy.decide(question_of(what=APPROVE))
    assert opened.reasons == ("site-all",)
    assert policy.rules["site-all"].site
    for who in ({"kind": "guest"}, {"requester": True}, {"team": "T0OTHER"}):
        assert not policy.decide(question_of(who=who, what=APPROVE)).allowed


def test_the_hash_changes_with_every_rule_and_with_no_comment(tmp_path: Path) -> None:
    shipped = Policy.load()
    rule = '@id("site-a") @because("b")\nforbid(principal, action, resource);'
    first = overlay(tmp_path, rule)
    (tmp_path / "other").mkdir()
    again = overlay(tmp_path / "other", f"// why\n\n{rule.replace(', ', ',  ')}\n")
    (tmp_path / "third").mkdir()
    changed = overlay(tmp_path / "third", rule.replace("forbid", "permit"))
    assert first.hash == again.hash
    assert len({shipped.hash, first.hash, changed.hash}) == 3
    assert Policy.load().hash == shipped.hash


def test_the_facts_of_a_plan_come_from_the_plan() -> None:
    draft = Draft(
        action="aws.iam.deactivate_access_key",
        action_version=1,
        params=(),
        target="key",
        changes=(),
        steps=(),
        preconditions=(),
        blast=Blast(systems=1),
        verify="no calls for ten minutes",
        irreversible_because="deleted is deleted",
    )
    plan = Plan(
        id="pl_1",
        incident="INC-0001",
        channel="C0INCIDENTS",
        requester="U0ONCALL",
        reason="",
        draft=draft,
        level=Level.T1,
        quorum=2,
        needs_commander=True,
        policy_hash="",
    )
    facts = PlanFacts.of(plan, system=None, cuts_off=True, human_initiated=True)
    assert (facts.id, facts.level, facts.requester) == ("pl_1", Level.T1, "U0ONCALL")
    assert facts.irreversible
    assert (facts.stage, facts.risk_tier) == ("production", "high")
    assert (facts.system, facts.cuts_off_customers) == ("", False)


def test_no_circumstance_has_a_default() -> None:
    with pytest.raises(TypeError, match="required keyword-only"):
        Circumstances(workspace="T0OURS")  # type: ignore[call-arg]
