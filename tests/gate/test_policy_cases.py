"""Case files: the shipped ones hold, and a broken one says where it is broken."""

from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.gate.policy import Policy
from bot.gate.policy_cases import Case, case_files, read_cases, run_cases, untested
from bot.gate.policy_reading import SHIPPED, read_schemas

CASES = read_cases(case_files(SHIPPED))
POLICY = Policy.load()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_shipped_case_holds(case: Case) -> None:
    (outcome,) = run_cases(POLICY, [case])
    assert outcome.passed, outcome.answer


def test_every_shipped_rule_decides_a_case() -> None:
    assert untested(POLICY, CASES) == ()


@pytest.mark.parametrize("removed", sorted(POLICY.rules))
def test_a_case_fails_when_a_rule_is_taken_out(removed: str) -> None:
    schema = read_schemas()
    rules = [rule for name, rule in POLICY.rules.items() if name != removed]
    about = [one for one in CASES if removed in (one.rule, *(one.needs or ()))]
    outcomes = run_cases(Policy(rules, schema=schema), about)
    assert any(not one.passed for one in outcomes)


def test_the_right_decision_by_the_wrong_rule_fails(tmp_path: Path) -> None:
    case = _only(tmp_path, "{what: {verb: approve}, expect: deny, rule: stopped}")
    (outcome,) = run_cases(POLICY, [case])
    assert outcome.answer.allowed is case.allowed
    assert not outcome.passed


@pytest.mark.parametrize(
    ("needs", "passes"),
    [
        ("[privacy-for-personal-data, engineering-for-personal-data]", True),
        ("[privacy-for-personal-data]", False),
        ("[]", False),
        ("[-legal-under-legal-hold]", False),
        ("[-no-such-rule]", False),
    ],
)
def test_a_case_says_whose_yes_is_needed(
    tmp_path: Path, needs: str, *, passes: bool
) -> None:
    what = "what: {data_classes: [personal data]}"
    case = _only(tmp_path, f"{{{what}, needs: {needs}, expect: allow}}")
    (outcome,) = run_cases(POLICY, [case])
    assert outcome.passed is passes


def test_a_later_case_of_the_same_name_replaces_the_earlier(tmp_path: Path) -> None:
    name = CASES[0].name
    (tmp_path / "site.yaml").write_text(
        f"- {{name: {name}, what: {{verb: show}}, expect: allow}}", "utf-8"
    )
    cases = read_cases(case_files(SHIPPED, tmp_path))
    assert len(cases) == len(CASES)
    assert next(one for one in cases if one.name == name).allowed


def test_a_file_named_twice_is_read_once() -> None:
    assert case_files(SHIPPED, SHIPPED, SHIPPED / "cases") == case_files(SHIPPED)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{expect: maybe}", "expect must be allow or deny"),
        ("{expect: [allow]}", "expect must be allow or deny"),
        ("{expect: allow, wo: {}}", "no key 'wo'; the nearest is 'who'"),
        ("{expect: allow, rule: 3}", "rule must be"),
        ("{expect: allow, who: [guest]}", "who must be a map"),
        ("{expect: allow, who: {grups: [a]}}", "the nearest is 'groups'"),
        ("{expect: allow, who: {groups: approvers}}", "groups must be a list of texts"),
        ("{expect: allow, who: {kind: gest}}", "the nearest is 'guest'"),
        ("{expect: allow, what: {verb: aprove}}", "the nearest is 'approve'"),
        ("{expect: allow, what: {level: T4}}", "level 'T4' is not known"),
        ("{expect: allow, context: {hour: 3.5}}", "hour must be a whole number"),
        ("{expect: allow, context: {hour: true}}", "hour must be a whole number"),
        ("{expect: allow, context: {frozen: 1}}", "frozen must be true or false"),
        ("{expect: allow, context: {mode: off}}", "mode must be a text"),
    ],
)
def test_a_broken_case_says_where_and_what(
    tmp_path: Path, body: str, says: str
) -> None:
    with pytest.raises(BadSettings) as error:
        _only(tmp_path, body)
    assert "case 1 (a case)" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    "text", ["a: [", "name: x", "- name: 3", "- x", "\x00", "- !!bool x"]
)
def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadSettings, match=r"cases\.yaml"):
        read_cases([path])


def test_one_name_stands_once_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("- {name: a, expect: allow}\n" * 2, "utf-8")
    with pytest.raises(BadSettings, match="is used twice"):
        read_cases([path])


def _only(folder: Path, body: str) -> Case:
    path = folder / "cases.yaml"
    path.write_text(f"- {{name: a case, {body[1:]}", "utf-8")
    (case,) = read_cases([path])
    return case
