"""What the doctor says of the model: who, where, what leaves, what is left."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.ports.model import Call, Usage
from bot.spending import StoredLedger
from tests.fakes.model_server import Says, model_server
from tests.stores import new_store

TOML = """
[model]
provider = "openai"
name = "house"
base_url = "{url}"
api_key = "quiet-key"
allowed_hosts = ["llm.example.org"]
fallbacks = ["small"]
calls_per_month = 10
retries = 0
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path / "tocsin.toml"))
    return tmp_path / "home"


def doctor(home: Path, *more: str, url: str) -> tuple[dict[str, Any], str]:
    (home.parent / "tocsin.toml").write_text(TOML.format(url=url))
    done = CliRunner().invoke(main, ["doctor", "model", "--json", *more])
    checks = json.loads(done.output)["checks"]
    return {one["check"]: one for one in checks}, done.output


def test_it_says_exactly_what_leaves_to_which_host(home: Path) -> None:
    found, said = doctor(home, url="https://llm.example.org/v1")
    assert found["model"]["says"] == (
        "asked in this order: openai:house at llm.example.org, then openai:small at "
        "llm.example.org"
    )
    assert found["model data"]["says"].startswith(
        "to llm.example.org go a prompt of those below"
    )
    assert "@tocsin-maintainers" in found["prompt incident-summary"]["says"]
    assert "10 of 10 calls" in found["model budget"]["says"]
    assert "quiet-key" not in said
    assert "model answers" not in found


def test_a_model_where_words_may_not_go_is_broken(home: Path) -> None:
    found, _ = doctor(home, url="https://elsewhere.example.org/v1")
    assert found["model"]["state"] == "FAIL"
    assert "elsewhere.example.org" in found["model"]["says"]
    assert found["model"]["next_move"]


def test_a_budget_that_is_used_up_is_told(home: Path) -> None:
    store = new_store(home / "tocsin.db")
    for _ in range(10):
        StoredLedger(store).hold(
            Call(
                at=datetime.now(UTC),  # noqa: TID251 - the doctor asks about now
                incident="INC-0001",
                model="openai:house",
                prompt="p",
                digest="d",
                most=Usage(calls=1),
            ),
            fits=lambda _spent, _most: True,
        )
    store.close()
    found, _ = doctor(home, url="https://llm.example.org/v1")
    assert found["model budget"]["state"] == "warn"
    assert "month: 0 of 10 calls" in found["model budget"]["says"]


@pytest.mark.slow
def test_only_when_it_is_told_to_it_asks(home: Path) -> None:
    yes, no = Says(value={"ready": True}), Says(status=401, text="marigold")
    with model_server(house=no, small=yes) as server:
        doctor(home, url=f"{server.url}/v1")
        assert server.asked == []
        found, _ = doctor(home, "--ask-model", url=f"{server.url}/v1")
        assert found["model answers"]["says"].startswith("openai:small answered")
        server.models["small"] = server.models["house"]
        found, said = doctor(home, "--ask-model", url=f"{server.url}/v1")
    assert found["model answers"]["state"] == "FAIL"
    assert found["model answers"]["says"].endswith("its server answered 401")
    assert "marigold" not in said
