"""What the policies answer beside yes and no: groups, waivers, and that Cedar failed.

Most of it with few rules of its own; what the shipped ones say is test_policy.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import cedarpy
import pytest

from bot.gate.policy import Answer, Need, Policy
from bot.gate.policy_ordinary import question_of
from bot.gate.policy_question import Question
from bot.gate.policy_reading import (
    NOTHING_PERMITS,
    POLICY_ERROR,
    SHIPPED,
    Rule,
    read_rules,
    read_schemas,
    schemas_of,
)

SCHEMA = read_schemas()
SHIPPED_RULES = read_rules(SHIPPED, SCHEMA, site=False)
APPROVER = {"groups": ["approvers"]}
FINE = question_of(who=APPROVER, what={"verb": "approve"})
ABROAD: dict[str, Any] = {
    "verb": "approve",
    "region": "us-east-1",
    "residency": ["eu"],
}
LEAVES = question_of(who=APPROVER, what=ABROAD)
WAIVED = {"data-leaves-region": "wv-move"}
SAYS_NO = Answer(
    allowed=False,
    reasons=(POLICY_ERROR,),
    because=("the policies could not be evaluated, so nothing is allowed",),
    errors=("Cedar gave no decision",),
)
LARGEST = 2**63 - 1
# What the spelling of a question and the binding of Cedar can raise.
ERRORS = [
    OverflowError("too large"),
    AttributeError("it is not there"),
    KeyError("policy7"),
    RuntimeError("Cedar broke"),
    TypeError("no text"),
    ValueError("no id"),
]


@pytest.fixture
def policy() -> Policy:
    return Policy(SHIPPED_RULES, schema=SCHEMA)


def rules(folder: Path, *texts: str, site: bool = True) -> tuple[Rule, ...]:
    (folder / "site.cedar").write_text("\n".join(texts), "utf-8")
    return read_rules(folder, SCHEMA, site=site)


def needing(group: str, name: str, when: str = "true") -> str:
    """Return a rule for a plan that needs a group."""
    return (
        f'@id("{name}") @because("it is {name}") @needs("{group}")\n'
        f'permit (principal, action == Action::"require", resource) when {{ {when} }};'
    )


def permit(name: str, note: str = "") -> str:
    return (
        f'@id("{name}") @because("they may") {note}\n'
        f'permit (principal, action == Action::"approve", resource);'
    )


@dataclass
class Raising:
    """Facts whose reading fails."""

    error: Exception

    def __iter__(self) -> Iterator[str]:
        raise self.error


def cedar_says(patch: pytest.MonkeyPatch, decision: str, *reasons: str) -> None:
    """Let Cedar answer without an error, as it never should."""
    diagnostics = {
        "errors": [],
        "reason": reasons,
        "id_annotations_by_reason": {one: one for one in reasons},
    }
    told = {"decision": decision, "diagnostics": diagnostics}
    patch.setattr(cedarpy, "is_authorized", lambda *_, **__: cedarpy.AuthzResult(told))


# --- what fails is a no ---


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_whatever_fails_while_it_is_asked_allows_nothing(
    policy: Policy, error: Exception
) -> None:
    asker = replace(FINE.asker, groups=cast("frozenset[str]", Raising(error)))
    answer = policy.decide(replace(FINE, asker=asker))
    assert answer == replace(SAYS_NO, errors=(f"{type(error).__name__}: {error}",))


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_whatever_fails_leaves_open_whose_yes_is_needed(
    policy: Policy, error: Exception
) -> None:
    assert FINE.plan
    classes = cast("tuple[str, ...]", Raising(error))
    plan = replace(FINE.plan, data_classes=classes)
    assert policy.needs(plan, named=()) is None


def test_a_rule_that_fails_leaves_open_whose_yes_is_needed(tmp_path: Path) -> None:
    fails = needing("legal", "site-b", f"{LARGEST} + 1 > 0")
    policy = Policy(rules(tmp_path, needing("privacy", "site-a"), fails), schema=SCHEMA)
    assert FINE.plan
    assert policy.needs(FINE.plan, named=()) is None


def test_no_decision_is_a_no_although_nothing_failed(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    cedar_says(monkeypatch, "NoDecision", "t2-approver")
    assert policy.decide(FINE) == SAYS_NO
    assert FINE.plan
    assert policy.needs(FINE.plan, named=()) is None


@pytest.mark.parametrize("decision", ["Maybe", "allow", ""])
def test_a_decision_that_is_not_known_is_a_no(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, decision: str
) -> None:
    cedar_says(monkeypatch, decision, "t2-approver")
    assert policy.decide(FINE).reasons == (POLICY_ERROR,)
    assert FINE.plan
    assert policy.needs(FINE.plan, named=()) is None


def test_a_reason_that_is_no_rule_is_a_no(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    cedar_says(monkeypatch, "Allow", "no-such-rule")
    assert policy.decide(FINE).reasons == (POLICY_ERROR,)
    assert FINE.plan
    assert policy.needs(FINE.plan, named=()) is None


def test_a_yes_that_rests_on_no_rule_is_a_no(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    cedar_says(monkeypatch, "Allow")
    answer = policy.decide(FINE)
    assert (answer.allowed, answer.reasons) == (False, (NOTHING_PERMITS,))


# --- whose yes a plan needs ---


def test_a_site_asks_for_any_group_and_a_shipped_rule_for_those_that_are_filled(
    tmp_path: Path,
) -> None:
    text = needing("legal", "a-rule"), needing("privacy", "b-rule")
    assert FINE.plan
    of_site = Policy(rules(tmp_path, *text), schema=SCHEMA)
    both = (
        Need(group="privacy", rule="b-rule", because="it is b-rule"),
        Need(group="legal", rule="a-rule", because="it is a-rule"),
    )
    assert of_site.needs(FINE.plan, named=()) == both
    shipped = Policy(rules(tmp_path, *text, site=False), schema=SCHEMA)
    assert shipped.needs(FINE.plan, named=()) == ()
    assert shipped.needs(FINE.plan, named={"legal"}) == both[1:]


def test_rules_that_need_one_group_are_told_in_order(tmp_path: Path) -> None:
    names = [f"site-{letter}" for letter in "abcdefg"]
    made = rules(tmp_path, *(needing("legal", one) for one in names))
    assert FINE.plan
    found = Policy(made, schema=SCHEMA).needs(FINE.plan, named=())
    assert [one.rule for one in found or ()] == names


def test_no_other_rule_asks_for_anybodys_yes(tmp_path: Path) -> None:
    all_may = '@id("site-b") @because("b") permit (principal, action, resource);'
    made = rules(tmp_path, needing("legal", "site-a"), all_may)
    assert FINE.plan
    found = Policy(made, schema=SCHEMA).needs(FINE.plan, named=())
    assert [one.rule for one in found or ()] == ["site-a"]


def test_a_rule_that_asks_for_a_group_permits_nothing(tmp_path: Path) -> None:
    (may,) = rules(tmp_path, permit("site-a"))
    assert Policy([may], schema=SCHEMA).decide(FINE).allowed
    asks = replace(may, needs="privacy")
    assert not Policy([asks], schema=SCHEMA).decide(FINE).allowed


def test_only_a_yes_that_every_rule_gives_for_a_group_counts_for_groups_alone(
    tmp_path: Path,
) -> None:
    group, level = permit("site-a", '@only("group")'), permit("site-b")

    def for_groups(*texts: str) -> bool:
        answer = Policy(rules(tmp_path, *texts), schema=SCHEMA).decide(FINE)
        assert answer.allowed
        return answer.group_only

    assert for_groups(group)
    assert not for_groups(level)
    assert not for_groups(group, level)


def test_a_no_counts_for_no_group(policy: Policy) -> None:
    nobody = policy.decide(question_of(what={"verb": "approve"}))
    assert (nobody.reasons, nobody.group_only) == ((NOTHING_PERMITS,), False)
    fails = policy.decide(replace(FINE, plan=None))
    assert (fails.reasons, fails.group_only) == ((POLICY_ERROR,), False)


# --- what a waiver lifts ---


def test_an_answer_names_the_waiver_that_it_rests_on(policy: Policy) -> None:
    assert policy.decide(LEAVES).reasons == ("data-leaves-region",)
    answer = policy.decide(LEAVES, waived=WAIVED)
    assert (answer.allowed, answer.waivers) == (True, ("wv-move",))
    assert answer.reasons == ("t2-approver",)


def test_a_yes_rests_on_no_waiver_and_loses_nothing_by_one(policy: Policy) -> None:
    assert policy.decide(FINE, waived=WAIVED).waivers == ()
    assert policy.decide(FINE, waived={"t2-approver": "wv-a"}).allowed


@pytest.mark.parametrize(
    ("question", "reasons"),
    [
        (question_of(what=ABROAD), (NOTHING_PERMITS,)),
        (
            question_of(who=APPROVER, what=ABROAD, context={"stopped": True}),
            ("data-leaves-region", "stopped"),
        ),
        (replace(LEAVES, plan=None), (POLICY_ERROR,)),
    ],
    ids=["nobody permits", "another rule forbids", "it failed"],
)
def test_what_is_refused_all_the_same_rests_on_no_waiver(
    policy: Policy, question: Question, reasons: tuple[str, ...]
) -> None:
    more = {NOTHING_PERMITS: "wv-a", POLICY_ERROR: "wv-b"}
    answer = policy.decide(question, waived=WAIVED | more)
    assert (answer.allowed, answer.reasons) == (False, reasons)
    assert answer.waivers == ()


# --- the hash ---


def test_waivers_are_read_with_the_rules_and_count_in_the_hash(tmp_path: Path) -> None:
    def hash_until(end: str) -> str:
        (tmp_path / "waivers.yaml").write_text(
            "- {id: wv-a, rule: region-unknown, owner: U0LEAD, reason: it moves,\n"
            f"   systems: [chat], from: 2026-11-20T00:00:00Z, until: {end}}}",
            "utf-8",
        )
        found = Policy.load(tmp_path)
        assert [one.id for one in found.waivers.all] == ["wv-a"]
        return found.hash

    without = Policy.load(SHIPPED).hash  # it is no overlay of itself
    ends = "2026-12-20T00:00:00Z", "2026-12-21T00:00:00Z"
    assert len({without, *map(hash_until, ends)}) == 3


def test_the_hash_that_plans_have_pinned_stays_from_release_to_release(
    tmp_path: Path,
) -> None:
    made = rules(tmp_path, permit("site-a"))
    small = schemas_of("entity Person;", "entity Person;")
    pinned = "cabc22e0be317279a8b5c63b4a21be97bb7cf1dba4f086f8f53b6e372c32a76b"
    assert Policy(made, schema=small).hash == pinned
