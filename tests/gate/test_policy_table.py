"""The Cedar policies and a plain table of the same rules agree on every question.

The table below is written from the rules in words, not from the Cedar files: it
says for each verb who may, and then what stands in the way. Single rules, and what
happens when something fails, are in test_policy.py.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.commands import PersonKind
from bot.domain.plan import Level
from bot.gate.policy import Policy
from bot.gate.policy_ordinary import question_of
from bot.gate.policy_question import Question, Verb
from tests.searching import examples

SAYING_NO = {Verb.SHOW, Verb.DENY, Verb.CANCEL}
CLEARING_UP = {Verb.RECONCILE, Verb.REVIEW}
LEADING_TO_AN_EFFECT = {
    *(Verb.PROPOSE, Verb.APPROVE, Verb.RUN, Verb.BREAK_GLASS, Verb.OPEN_RAW),
}
GROUPS: tuple[list[str], ...] = (
    [],
    ["approvers"],
    ["oncall"],
    ["approvers", "oncall", "data-science"],
)
BOTH = (False, True)

Facts = dict[str, Any]


@cache
def policy() -> Policy:
    return Policy.load()


def table_allows(question: Question) -> bool:
    """Answer by the table: eligible, in the right place, at the right time."""
    return (
        _is_ours(question)
        and _is_in_place(question)
        and _is_its_time(question)
        and _may(question)
    )


def _is_ours(question: Question) -> bool:
    person, now = question.asker.person, question.circumstances
    fresh = question.verb is Verb.SHOW or 0 <= now.membership_age_s <= 60
    same = person.team == now.workspace != ""
    return person.kind is PersonKind.MEMBER and same and fresh


def _is_in_place(question: Question) -> bool:
    if question.verb not in LEADING_TO_AN_EFFECT:
        return True
    now = question.circumstances
    here = now.channel_matches and question.asker.in_channel
    return here and not now.channel_externally_shared


def _is_its_time(question: Question) -> bool:
    now, verb = question.circumstances, question.verb
    if now.stopped and verb not in SAYING_NO | CLEARING_UP | {Verb.LIFT}:
        return False
    if verb in {Verb.RUN, Verb.BREAK_GLASS} and now.mode != "act":
        return False
    return not (verb is Verb.RUN and now.frozen)


def _may(question: Question) -> bool:
    asker, now = question.asker, question.circumstances
    approver, on_call = "approvers" in asker.groups, "oncall" in asker.groups
    commander = asker.is_commander
    return {
        Verb.SHOW: True,
        Verb.PROPOSE: True,
        Verb.APPROVE: _may_approve(question),
        Verb.DENY: approver or on_call,
        Verb.CANCEL: _asked(question) or commander or approver or on_call,
        Verb.RUN: _may_run(question),
        Verb.BREAK_GLASS: on_call and now.break_glass_count_24h in {0, 1, 2},
        Verb.RECONCILE: commander or approver or on_call,
        Verb.REVIEW: commander or approver or on_call,
        Verb.STOP_ALL: commander or approver or on_call,
        Verb.LIFT: approver,
        Verb.OPEN_RAW: on_call,
    }[question.verb]


def _asked(question: Question) -> bool:
    plan = question.plan
    return plan is not None and plan.requester == question.asker.person.id


def _may_approve(question: Question) -> bool:
    asker, plan = question.asker, question.plan
    assert plan
    enough = {"approvers", "oncall"} if plan.level is Level.T3 else {"approvers"}
    alone = (
        plan.level is Level.T3
        and plan.human_initiated
        and question.circumstances.t3_self_approval
    )
    involved = _asked(question) or asker.is_author
    return bool(enough & asker.groups) and (alone or not involved)


def _may_run(question: Question) -> bool:
    asker, now, plan = question.asker, question.circumstances, question.plan
    assert plan
    if now.breaking_glass:
        return "oncall" in asker.groups
    if plan.level is Level.T1 and not now.commander_agreed:
        return False
    return _asked(question) or bool({"approvers", "oncall"} & asker.groups)


def every(**choices: object) -> Iterator[Facts]:
    """Yield every combination of the named facts."""
    values: list[Any] = [choices[name] for name in choices]
    for combination in product(*values):
        yield dict(zip(choices, combination, strict=True))


def disagreements(grid: Iterator[tuple[Facts, Facts, Facts]]) -> tuple[int, list[Any]]:
    """Return how many questions were asked, and those answered differently."""
    asked, found = 0, []
    for who, what, context in grid:
        question = question_of(who=who, what=what, context=context)
        answer = policy().decide(question)
        asked += 1
        if answer.errors or answer.allowed != table_allows(question):
            found.append((who, what, context, answer))
    return asked, found


@pytest.mark.slow  # thousands of questions, each answered by Cedar
def test_they_agree_on_who_is_one_of_ours() -> None:
    people = every(
        kind=[str(kind) for kind in PersonKind],
        team=["T0OURS", "T0OTHER", ""],
        groups=GROUPS,
    )
    now = every(workspace=["T0OURS", ""], membership_age_s=[-1, 0, 60, 61])
    verbs = every(verb=[str(verb) for verb in Verb])
    assert disagreements(product(people, verbs, now)) == (6 * 3 * 4 * 8 * len(Verb), [])


@pytest.mark.slow  # tens of thousands of questions
def test_they_agree_on_every_role_in_every_place() -> None:
    people = every(
        groups=GROUPS,
        requester=BOTH,
        commander=BOTH,
        author=BOTH,
        in_channel=BOTH,
    )
    plans = every(
        verb=[str(verb) for verb in Verb],
        level=[str(level) for level in Level],
        human_initiated=BOTH,
    )
    now = every(
        t3_self_approval=BOTH, channel_matches=BOTH, channel_externally_shared=BOTH
    )
    assert disagreements(product(people, plans, now)) == (64 * 6 * len(Verb) * 8, [])


@pytest.mark.slow  # tens of thousands of questions
def test_they_agree_on_every_state_of_the_gate() -> None:
    people = every(groups=GROUPS, requester=BOTH)
    plans = every(
        verb=[str(verb) for verb in Verb], level=[str(level) for level in Level]
    )
    now = every(
        mode=["observe", "suggest", "act"],
        frozen=BOTH,
        stopped=BOTH,
        breaking_glass=BOTH,
        break_glass_count_24h=[-1, 2, 3],
        commander_agreed=BOTH,
    )
    assert disagreements(product(people, plans, now)) == (8 * 3 * len(Verb) * 144, [])


def some(facts: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Facts]:
    return st.fixed_dictionaries({}, optional=dict(facts))


yes_or_no = st.booleans()
PEOPLE = some(
    {
        "kind": st.sampled_from([str(kind) for kind in PersonKind]),
        "team": st.sampled_from(["T0OURS", "T0OTHER"]),
        "groups": st.lists(st.sampled_from(["approvers", "oncall", "ml"]), max_size=3),
        "requester": yes_or_no,
        "commander": yes_or_no,
        "author": yes_or_no,
        "in_channel": yes_or_no,
    }
)
PLANS = some(
    {
        "verb": st.sampled_from([str(verb) for verb in Verb]),
        "level": st.sampled_from([str(level) for level in Level]),
        "stage": st.sampled_from(["sandbox", "pilot", "production"]),
        "risk_tier": st.sampled_from(["high", "medium", "low"]),
        "drill": yes_or_no,
        "irreversible": yes_or_no,
        "human_initiated": yes_or_no,
        "action": st.text(max_size=20),
        "parent": st.text(max_size=20),
    }
)
NOW = some(
    {
        "membership_age_s": st.integers(-(2**63), 2**63 - 1),
        "hour": st.integers(0, 23),
        "business_hours": yes_or_no,
        "channel_matches": yes_or_no,
        "channel_externally_shared": yes_or_no,
        "mode": st.sampled_from(["observe", "suggest", "act"]),
        "frozen": yes_or_no,
        "stopped": yes_or_no,
        "breaking_glass": yes_or_no,
        "break_glass_count_24h": st.integers(-3, 9),
        "commander_agreed": yes_or_no,
        "t3_self_approval": yes_or_no,
    }
)


@settings(max_examples=examples(3))
@given(who=PEOPLE, what=PLANS, context=NOW)
def test_they_agree_on_whatever_else_is_asked(
    who: Facts, what: Facts, context: Facts
) -> None:
    assert disagreements(iter([(who, what, context)])) == (1, [])
