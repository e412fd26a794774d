"""`tocsin triage --model` asks once, shows what is true, and keeps nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli.triage import triage
from tests.fakes.model_server import ModelServer, Says, model_server

pytestmark = pytest.mark.slow
BODY = {"title": "Guardrail let 3 documents through", "description": "It ran 12 times"}
CLAIMS = ("It ran 12 times", "It ran 13 times", "Everything is fine")


def says(_: int, sent: Any) -> Says:
    lines = sent["messages"][-1]["content"].splitlines()
    ids = {one.removeprefix("id: ") for one in lines if one.startswith("id: ")}
    claims = [{"text": text, "evidence": sorted(ids)} for text in CLAIMS]
    return Says(value={"claims": claims, "unknown": []})


def run(folder: Path, server: ModelServer, *more: str) -> Any:
    file = folder / "alert.json"
    file.write_text(json.dumps(BODY))
    environment = {
        "TOCSIN_HOME": str(folder / "home"),
        "TOCSIN_MODEL_PROVIDER": "openai",
        "TOCSIN_MODEL_NAME": "m",
        "TOCSIN_MODEL_API_KEY": "k" * 8,
        "TOCSIN_MODEL_BASE_URL": f"{server.url}/v1",
        "TOCSIN_MODEL_RETRIES": "0",
    }
    asked = ["--json", "--source", "webhook", *more, str(file)]
    result = CliRunner().invoke(triage, asked, env=environment)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_only_what_is_asked_for_asks_a_model(tmp_path: Path) -> None:
    with model_server(m=says) as server:
        by_rules = run(tmp_path, server)
        assert server.asked == []
        by_model = run(tmp_path, server, "--model")
        assert len(server.asked) == 1
    assert by_rules["summary"]["by"] == "rules"
    summary = by_model["summary"]
    assert summary["by"] == "openai:m"
    assert summary["claims"][0]["text"] == CLAIMS[0]
    assert "13 times" not in json.dumps(by_model)
    assert "fine" not in json.dumps(by_model)
    for same in ("category", "severity", "runbooks", "alerts"):
        assert by_model[same] == by_rules[same]
    assert not (tmp_path / "home").exists()


def test_without_an_answer_rules_write_and_it_says_why(tmp_path: Path) -> None:
    with model_server(m=Says(refusal="no")) as server:
        summary = run(tmp_path, server, "--model")["summary"]
    assert (summary["by"], summary["no_model"]) == ("rules", "no model: refused")
