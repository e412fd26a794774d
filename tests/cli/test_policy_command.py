"""`tocsin policy`: test runs the cases, explain says which rule decides."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.policy import policy
from bot.domain.errors import BadSettings

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "write-a-policy.md"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(policy, list(arguments))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


ALL = '@id("site-all") @because("everybody may")\npermit (principal, action, resource);'


def test_the_shipped_cases_pass() -> None:
    answer = run("test")
    assert answer.exit_code == 0
    assert answer.output.endswith(" cases, 0 failed\n")


def test_a_case_that_fails_is_named_with_its_rule(folder: Path) -> None:
    case = "- {name: Guests look, who: {kind: guest}, expect: allow, rule: x}"
    write(folder / "mine" / "cases.yaml", case)
    answer = run("test", "mine")
    assert answer.exit_code == 1
    assert (
        "mine/cases.yaml, case 1: Guests look: expected allow by x, "
        "got deny by members-only" in answer.output
    )


def test_an_overlay_that_permits_too_much_fails_the_shipped_cases(
    folder: Path,
) -> None:
    write(folder / "policies" / "all.cedar", ALL)
    answer = run("test")
    assert answer.exit_code == 1
    assert "got allow by site-all" in answer.output
    assert "note: no case expects the rule site-all" in answer.output


def test_an_overlay_with_its_own_cases_passes(folder: Path) -> None:
    rule = '@id("site-ml") @because("b") forbid (principal, action, resource)'
    write(
        folder / "site" / "a.cedar",
        rule + ' when { principal.groups.contains("ml") };',
    )
    case = "- {name: a, who: {groups: [ml]}, expect: deny, rule: site-ml}"
    write(folder / "site" / "cases" / "a.yaml", case)
    answer = run("test", "site", "--json")
    found = json.loads(answer.output)
    assert answer.exit_code == 0
    assert found["untested"] == []
    assert found["cases"][-1] == {
        "name": "a",
        "where": "site/cases/a.yaml, case 1",
        "passed": True,
        "expected": {"allowed": False, "rule": "site-ml"},
        "got": {"allowed": False, "reasons": ["site-ml"]},
    }


def test_a_folder_that_is_not_there_is_wrong_usage() -> None:
    assert run("test", "nowhere").exit_code == 2


def test_a_policy_that_cannot_be_read_is_refused(folder: Path) -> None:
    write(folder / "policies" / "a.cedar", "forbid")
    assert isinstance(run("test").exception, BadSettings)


def test_explain_prints_the_rule_its_reason_and_its_place() -> None:
    answer = run("explain", "--as", "kind=member,groups=approvers", "--verb", "approve")
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert lines[0] == "ALLOW approve T2"
    assert lines[1] == "  t2-approver: approvers agree to T2"
    assert lines[2].startswith("    permit in bot/gate/policies/approve.cedar:")
    assert lines[3].endswith(" shipped, 0 of this site")


def test_explain_of_a_refusal_ends_well_too() -> None:
    answer = run(
        *("explain", "--as", "groups=approvers+oncall,requester", "--verb", "approve"),
        *("--level", "T1", "--plan", "stage=sandbox", "--when", "frozen,hour=3"),
    )
    assert answer.exit_code == 0
    assert answer.output.startswith("DENY approve T1\n  requester-never-approves: ")


def test_the_level_may_stand_with_the_other_facts_of_the_plan() -> None:
    answer = run("explain", "--verb", "approve", "--plan", "level=T3")
    assert answer.output.startswith("DENY approve T3\n")


def test_explain_shows_what_a_site_permits(folder: Path) -> None:
    write(folder / "elsewhere" / "all.cedar", ALL)
    answer = run("explain", "--verb", "stop-all", "--site", "elsewhere")
    assert "ALLOW stop_all" in answer.output
    assert "permit in elsewhere/all.cedar:1, of this site" in answer.output
    assert " shipped, 1 of this site" in answer.output


def test_explain_as_json_carries_the_hash_and_the_rules() -> None:
    answer = json.loads(run("explain", "--verb", "approve", "--json").output)
    assert answer["allowed"] is False
    assert answer["reasons"] == ["nothing-permits"]
    assert answer["rules"] == []
    assert len(answer["hash"]) == 64


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--verb", "aprove"], "the nearest is 'approve'"),
        (["--verb", "approve", "--plan", "level=T4"], "level 'T4' is not known"),
        (["--verb", "approve", "--when", "hour=--3"], "must be a whole number"),
        (["--verb", "approve", "--level", "T4"], "level 'T4' is not known"),
        (["--verb", "approve", "--as", "kind=gest"], "the nearest is 'guest'"),
        (["--verb", "approve", "--as", "grups=a"], "the nearest is 'groups'"),
        (["--verb", "approve", "--as", "requester=perhaps"], "must be true or false"),
        (["--verb", "approve", "--when", "hour=noon"], "must be a whole number"),
        (["--verb", "approve", "--when", "facts"], "the facts are: workspace, "),
        ([], "Missing option '--verb'"),
    ],
)
def test_a_question_that_cannot_be_understood_is_wrong_usage(
    arguments: list[str], says: str
) -> None:
    answer = run("explain", *arguments)
    assert answer.exit_code == 2
    assert says in answer.output


def blocks(kind: str) -> list[str]:
    """Return the code blocks of one kind in the guide."""
    fences = re.split(r"^```(.*)\n", GUIDE.read_text("utf-8"), flags=re.MULTILINE)
    # Text, kind, block, "" (the closing fence), text …
    pairs = zip(fences[1::4], fences[2::4], strict=True)
    return [block for name, block in pairs if name == kind]


def test_the_guide_shows_what_explain_really_says() -> None:
    shown = [block for block in blocks("") if block.startswith("$ tocsin policy ")]
    assert len(shown) == 2
    for block in shown:
        command, _, says = block.partition("\n")
        answer = run(*shlex.split(command)[3:])
        assert answer.output.startswith(says)


def test_the_rule_and_the_cases_of_the_guide_work_together(folder: Path) -> None:
    rule, _ = [block for block in blocks("") if block.startswith("@id")]
    (cases,) = blocks("yaml")
    write(folder / "policies" / "site.cedar", rule)
    write(folder / "policies" / "cases" / "site.yaml", cases)
    answer = run("test")
    assert (answer.exit_code, "note:" in answer.output) == (0, False)


def test_the_guide_s_commander_opens_originals(folder: Path) -> None:
    asked = ("explain", "--as", "commander", "--verb", "open_raw")
    assert run(*asked).output.startswith("DENY open_raw")
    _, rule = [block for block in blocks("") if block.startswith("@id")]
    write(folder / "policies" / "site.cedar", rule)
    assert run(*asked).output.startswith("ALLOW open_raw")
