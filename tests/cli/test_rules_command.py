"""`tocsin rules`: lint says what a site's file does, test runs its cases."""

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from bot.cli.rules import rules
from bot.domain.errors import BadSettings

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "write-triage-rules.md"
RULE = """
categories:
  - {id: site.rule, category: availability, weight: 9, reason: ours, any: [flux]}
  - {id: availability.gpu, disabled: true}
tests:
  - {name: the flux, text: flux is low, category: availability, rule: site.rule}
"""
GROUPING = """
entities: {weights: {service: 1}, common: [svc-deploy]}
together:
  - {id: together.covering_tracks, disabled: true}
  - {id: together.nothing, disabled: true}
"""
WRONG = "  - {name: the other, text: flux is low, severity: SEV1}\n"
POSTED = """
  - name: posted
    source: alertmanager
    payload:
      version: "4"
      alerts: [{status: firing, labels: {alertname: FluxLow}, annotations: {}}]
    rule: site.rule
    severity: SEV3
"""


def run(tmp_path: Path, command: str, text: str, *more: str) -> Result:
    file = tmp_path / "site.yaml"
    file.write_text(text, "utf-8")
    return CliRunner().invoke(rules, [command, str(file), *more])


def test_lint_says_what_the_file_does(tmp_path: Path) -> None:
    answer = run(tmp_path, "lint", RULE)
    assert answer.exit_code == 0
    assert "site.yaml: 1 added, 0 replaced, 1 switched off, 1 cases" in answer.output


def test_lint_knows_a_file_of_grouping_and_says_what_it_does(tmp_path: Path) -> None:
    answer = run(tmp_path, "lint", GROUPING)
    assert answer.exit_code == 0, answer.output
    assert answer.output == (
        "note: site.yaml: there is no together.nothing to switch off\n"
        "site.yaml: meanings: 0 added, 0 replaced, 1 switched off; "
        "1 weights changed, 1 common ids added, 0 more never silent\n"
    )


def test_lint_without_a_file_reads_what_the_settings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("RULES_OVERLAY", RULE), ("RULES_GROUPING", GROUPING)):
        file = tmp_path / f"{name.lower()}.yaml"
        file.write_text(text, "utf-8")
        monkeypatch.setenv(f"TOCSIN_{name}", str(file))
    answer = CliRunner().invoke(rules, ["lint"])
    assert answer.exit_code == 0, answer.output
    assert "rules_grouping.yaml: meanings: 0 added" in answer.output
    assert "rules_overlay.yaml: 1 added" in answer.output


def test_lint_refuses_what_cannot_be_laid_over_the_rules(tmp_path: Path) -> None:
    answer = run(tmp_path, "lint", "a: " + "[" * 100_000)
    assert answer.exit_code == 1
    assert isinstance(answer.exception, BadSettings)


def test_cases_that_pass_are_exit_status_0(tmp_path: Path) -> None:
    answer = run(tmp_path, "test", RULE + POSTED)
    assert (answer.exit_code, answer.output) == (0, "2 cases, 0 failed\n")


def test_a_case_that_fails_says_what_came_out_and_by_which_rule(
    tmp_path: Path,
) -> None:
    answer = run(tmp_path, "test", RULE + WRONG)
    assert answer.exit_code == 1
    said = "failed: the other: severity is SEV3, not SEV1, by rule site.rule of site"
    assert said in answer.output


def test_cases_come_as_json_too(tmp_path: Path) -> None:
    answer = run(tmp_path, "test", RULE + WRONG, "--json")
    found = json.loads(answer.stdout)["cases"]
    assert [one["passed"] for one in found] == [True, False]


def test_without_a_file_the_settings_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site.yaml").write_text(RULE, "utf-8")
    monkeypatch.setenv("TOCSIN_RULES_OVERLAY", str(tmp_path / "site.yaml"))
    answer = CliRunner().invoke(rules, ["test"])
    assert answer.exit_code == 0
    monkeypatch.setenv("TOCSIN_RULES_OVERLAY", str(tmp_path / "nobody.yaml"))
    missing = CliRunner().invoke(rules, ["test"])
    assert "nobody.yaml was not read" in str(missing.exception)


def test_with_no_file_at_all_it_is_wrong_usage() -> None:
    assert CliRunner().invoke(rules, ["lint"]).exit_code == 2


def test_the_examples_of_the_guide_pass(tmp_path: Path) -> None:
    found = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(found) == 3
    for text in found:
        assert yaml.safe_load(text)["tests"]
        answer = run(tmp_path, "test", text)
        assert answer.exit_code == 0, answer.output
