"""`tocsin triage` prints what an alert would become, with fixed keys."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli.triage import triage
from tests.integrations.samples import FIXTURES

INJECTION = FIXTURES / "alertmanager" / "guardrail-let-injection-through.json"
KEYS = {
    *("file", "source", "outcome", "alerts", "category", "category_rule"),
    *("severity", "severity_reasons", "summary", "runbooks", "redactions", "slack"),
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(triage, [str(one) for one in arguments])


def answers(*arguments: str | Path) -> list[dict[str, Any]]:
    result = run("--json", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_one_object_a_file_with_the_fixed_keys() -> None:
    first, second = answers(INJECTION, FIXTURES / "webhook" / "login.json")
    assert first.keys() >= KEYS
    assert second.keys() >= KEYS
    assert (first["source"], first["outcome"]) == ("alertmanager", "opens")
    assert (first["category"], first["severity"]) == ("prompt_injection", "SEV2")
    assert (second["outcome"], second["severity"]) == ("ignored", "NONE")


def test_the_summary_names_its_evidence() -> None:
    (answer,) = answers(INJECTION)
    ids = {alert["id"] for alert in answer["alerts"]}
    assert answer["summary"]["by"] == "rules"
    assert answer["summary"]["text"]
    for claim in answer["summary"]["claims"]:
        assert set(claim["evidence"]) <= ids


def test_a_runbook_is_offered_with_the_reason() -> None:
    (answer,) = answers(INJECTION)
    assert {"id", "title", "score", "why"} <= answer["runbooks"][0].keys()


def test_what_cannot_be_read_is_unparsed_and_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"broken": ', "utf-8")
    (answer,) = answers(file)
    assert (answer["outcome"], answer["category"]) == ("unparsed", "unclassified")


def test_headers_beside_the_file_are_read(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"count": 3}', "utf-8")
    headers = {"CE-Type": "com.example.jailbreak", "ce-source": "/a", "ce-id": "1"}
    (tmp_path / "event.json.headers.json").write_text(json.dumps(headers), "utf-8")
    (answer,) = answers(file)
    assert answer["category"] == "prompt_injection"


def test_masked_values_are_counted_and_gone(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"title": "pod crash", "env": secret}), "utf-8")
    result = run("--json", file)
    assert secret not in result.output
    assert json.loads(result.output)["redactions"]


def test_a_person_gets_a_few_lines() -> None:
    result = run(INJECTION)
    assert result.exit_code == 0
    assert "SEV2 · prompt_injection" in result.output
    assert "nothing stopped it (+2)" not in result.output.splitlines()[0]
    assert "Unknown: which registered system" in result.output


def test_an_answer_says_which_file_decided_how_surely_and_which_threats_it_is() -> None:
    (answer,) = answers(INJECTION)
    assert answer["category_file"] == "kinds/injection.yaml"
    assert answer["confidence_word"] == "high"
    assert answer["owasp"] == ["LLM01", "ASI01"]
    assert answer["frameworks"]["atlas"] == "5.6.0"
    assert answer["raw_sha256"] == hashlib.sha256(INJECTION.read_bytes()).hexdigest()
    assert "why" not in answer


def test_an_explanation_names_words_fields_and_files() -> None:
    (answer,) = answers("--explain", INJECTION)
    decided = answer["why"]["decided"]
    assert decided["rule"] == answer["category_rule"]
    assert decided["heard"][0]["fields"]
    assert [one["score"] for one in answer["why"]["moves"]]
    told = run("--explain", INJECTION).output
    assert f"({decided['rule']}, {decided['file']})" in told
    assert "moved: +2 nothing stopped it" in told


def test_what_could_not_be_read_has_no_explanation(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"broken": ', "utf-8")
    (answer,) = answers("--explain", file)
    assert answer["why"] is None


def test_names_of_fields_are_shown_without_hidden_characters(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"a\u202e\x1b[31mb": {"rule": "a jailbreak"}}), "utf-8")
    told = run("--explain", file).output
    assert "jailbreak*" in told
    assert not {"\u202e", "\x1b"} & set(told)


def test_free_texts_get_a_category_each(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    rows = [
        {"id": "1", "text": "Hallucinations doubled"},
        {"id": 2, "text": "GPU lost"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    result = run("--texts", file)
    found = [json.loads(line) for line in result.output.splitlines()]
    assert [(row["id"], row["category"]) for row in found] == [
        ("1", "misinformation"),
        (2, "availability"),
    ]
    assert all(row["rule"] for row in found)


@pytest.mark.parametrize("arguments", [(), ("--source", "nobody", INJECTION)])
def test_wrong_usage_is_exit_status_2(arguments: tuple[str | Path, ...]) -> None:
    assert run(*arguments).exit_code == 2
