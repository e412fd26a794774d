"""`tocsin policy lint`: what an owner of policies would stumble over."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.policy import policy

pytestmark = pytest.mark.slow  # the catalogue and the policies for each

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "groups-and-waivers.md"
REGISTRY = """
systems:
  - {id: chat, title: Chat, owner: "@ml", data_classes: [personal], legal_hold: true}
"""
WAIVER = """
- id: wv-{name}
  rule: {rule}
  owner: U0LEAD
  reason: for a test
  from: {begins}
  until: {ends}
  systems: [{system}]
  actions: [{action}]
"""
ACTION = "aws.lambda.move_alias"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry.yaml").write_text(REGISTRY, "utf-8")
    (tmp_path / "policies").mkdir()
    monkeypatch.setenv("TOCSIN_REGISTRY_FILE", "registry.yaml")
    monkeypatch.setenv(
        "TOCSIN_GATE_GROUPS", "engineering=S0ENG,privacy=S0DPO,legal=S0LAW"
    )
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(policy, list(arguments))


def remarks() -> list[tuple[str, str]]:
    answer = run("lint", "--json")
    found = [(one["about"], one["problem"]) for one in json.loads(answer.output)]
    assert answer.exit_code == bool(found)
    return found


def waiver(folder: Path, *, days: float, **given: str) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the command asks for today
    said = {
        "name": "a",
        "rule": "data-leaves-region",
        "system": "chat",
        "action": ACTION,
        "begins": (now + timedelta(days=days - 60)).isoformat(),
        "ends": (now + timedelta(days=days)).isoformat(),
        **given,
    }
    (folder / "policies" / "waivers.yaml").write_text(WAIVER.format(**said), "utf-8")


def test_a_site_whose_groups_are_named_has_nothing_to_hear() -> None:
    assert remarks() == []


def test_a_group_that_a_system_needs_and_nobody_named_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOCSIN_GATE_GROUPS", "engineering=S0ENG,legal=S0LAW")
    ((about, problem),) = remarks()
    assert about == "system chat"
    assert problem.startswith("nobody has named the group privacy")


@pytest.mark.parametrize(
    ("days", "says"), [(13.5, "in 13 days"), (-1, "lifts nothing")]
)
def test_a_waiver_is_told_before_and_after_its_end(
    folder: Path, days: float, says: str
) -> None:
    waiver(folder, days=days)
    ((about, problem),) = remarks()
    assert about == "waiver wv-a"
    assert says in problem
    assert "owner U0LEAD" in problem


def test_a_waiver_of_what_nobody_knows_is_told(folder: Path) -> None:
    waiver(folder, days=29, system="chatt", action="aws.lambda.move")
    assert {problem for _, problem in remarks()} == {
        "the registry has no system chatt",
        "there is no action aws.lambda.move",
    }


def test_a_name_that_is_nearly_a_group_is_told(folder: Path) -> None:
    rule = (
        '@id("site-a") @because("b") forbid (principal, action == Action::"run", '
        'resource) when { principal.groups.contains("engineerng") };'
    )
    (folder / "policies" / "a.cedar").write_text(rule, "utf-8")
    problems = {problem for about, problem in remarks() if about == "rule site-a"}
    assert problems == {
        "it asks for the group 'engineerng'; the nearest known is 'engineering'",
        "no case expects it; write one for every rule",
    }


def test_explain_says_needs_place_and_waivers_of_a_system(folder: Path) -> None:
    waiver(folder, days=29)
    answer = run(
        *("explain", "--verb", "propose", "--system", "chat"),
        *("--plan", f"region=us-east-1,residency=eu,action={ACTION}"),
    )
    for line in (
        "ALLOW propose T2",
        "it would be a no without the waiver wv-a",
        "needs privacy: the system holds data about people",
        "needs legal: the system is under a legal hold",
        "data stays in eu: us-east-1 reached",
        "waiver wv-a lifts data-leaves-region until",
    ):
        assert line in answer.output
    assert run("explain", "--verb", "run", "--system", "no").exit_code == 2


def test_the_examples_of_the_guide_can_be_used(folder: Path) -> None:
    text = GUIDE.read_text("utf-8")
    rule, case, waived = (
        next(part for part in text.split("```")[1::2] if mark in part)
        for mark in ('@id("site-security', "- name: Security", "- id: wv-move-to-us")
    )
    site = folder / "policies"
    (site / "site.cedar").write_text(rule, "utf-8")
    (site / "cases").mkdir()
    (site / "cases" / "site.yaml").write_text(case.removeprefix("yaml"), "utf-8")
    (site / "waivers.yaml").write_text(waived.removeprefix("yaml"), "utf-8")
    answer = run("test")
    assert answer.exit_code == 0, answer.output
    assert "site-security-for-high-risk" not in answer.output
