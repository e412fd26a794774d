"""What the doctor says of the watchers, and the registry's two commands."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from bot.cli import main
from bot.watch import rows
from bot.watch.learning import identity_of
from tests.stores import new_store
from tests.watch.test_baselines import TOKENS

METRIC = {"namespace": "AWS/Bedrock", "metric": "OutputTokenCount"}
SYSTEM = {
    "id": "chat",
    "title": "Chat",
    "owner": "@ml",
    "deputy": "@ops",
    "region": "eu",
    "purpose": "It talks.",
    "rollback_plan": "Switch it off.",
    "baselines": [
        {
            "name": TOKENS.name,
            "kind": "tokens",
            "unit": "tokens/min",
            "cloudwatch": METRIC,
        }
    ],
}
TOML = """
[server]
heartbeat_url = "https://beats.example/x"
[sources.alertmanager]
heartbeat_min = 5
[sources.pagerduty]
secret = "whsec-of-pagerduty"
heartbeat_min = 5
[sources.nightly]
heartbeat_min = 1440
[sources.statuspage]
pages = ["openai"]
[registry]
file = "{registry}"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    registry, config = tmp_path / "registry.yaml", tmp_path / "tocsin.toml"
    registry.write_text(yaml.safe_dump({"systems": [SYSTEM]}))
    config.write_text(TOML.format(registry=registry))
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOCSIN_CONFIG", str(config))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def remember(home: Path, *kept: tuple[str, str, dict[str, Any]]) -> None:
    store = new_store(home / "tocsin.db")
    for watcher, key, state in kept:
        store.write(
            lambda tx, w=watcher, k=key, s=state: rows.keep(tx, w, k, s)  # type: ignore[misc]
        ).result()
    store.close()


def doctor() -> dict[str, tuple[str, str]]:
    found = json.loads(run("doctor", "--json").output)["checks"]
    return {one["check"]: (one["state"], one["says"]) for one in found}


def ago(**past: float) -> str:
    now = datetime.now(UTC)  # noqa: TID251 - the doctor compares with now
    return (now - timedelta(**past)).isoformat()


def figure(**changed: Any) -> dict[str, Any]:
    known = {
        "last": [ago(minutes=1), 7520.0],
        "overall": [7500.0, 4.0, 90],
        "band": [7500.0, 6000.0, 9000.0],
        "unusual": "",
        "problem": "",
        "identity": identity_of(TOKENS),
    }
    return {**known, **changed}


def test_before_the_first_start_the_doctor_has_nothing_to_complain_of(
    home: Path,
) -> None:
    found = doctor()
    assert found["heartbeat alertmanager"] == (
        "warn",
        "it has never called; promised every 5 min",
    )
    assert found["status page openai"][0] == "ok"
    assert found["baseline chat/output tokens"][0] == "ok"
    assert found["own heartbeat"] == ("warn", "it was never sent")


def test_the_doctor_says_what_a_source_that_signs_lacks_to_call(home: Path) -> None:
    assert home.exists()
    checks = json.loads(run("doctor", "--json").output)["checks"]
    told = {one["check"]: one for one in checks}
    lacks = "It signs its alerts: for heartbeats it needs a token of its own."
    assert lacks in told["heartbeat pagerduty"]["next_move"]
    assert lacks not in told["heartbeat alertmanager"]["next_move"]


def test_the_doctor_shows_the_last_beat_of_each(home: Path) -> None:
    remember(
        home,
        (rows.HEARTBEATS, "alertmanager", {"last_beat": ago(seconds=30)}),
        (
            rows.HEARTBEATS,
            "nightly",
            {"last_beat": ago(hours=50), "silent_since": ago(hours=2)},
        ),
        (rows.PULSE, "tocsin", {"sent_at": ago(seconds=40)}),
        (rows.PAGES, "openai", {"failures": 4, "problem": "it answered 302"}),
    )
    found = doctor()
    state, says = found["heartbeat alertmanager"]
    assert state == "ok"
    assert says.endswith("s ago; promised every 5 min")
    assert found["heartbeat nightly"] == (
        "warn",
        "silent: last call 50 h ago; promised every 24 h",
    )
    assert found["own heartbeat"][0] == "ok"
    assert found["status page openai"] == (
        "warn",
        "not read 4 times in a row: it answered 302; it was never read",
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (figure(), ("ok", "7,520 tokens/min, 6,000 to 9,000 is usual")),
        (
            figure(unusual="above"),
            ("ok", "7,520 tokens/min, above its band: 6,000 to 9,000 is usual"),
        ),
        (
            figure(last=[ago(hours=3), 1.0]),
            ("warn", "it has no data since 3 h ago"),
        ),
        (figure(last=None), ("warn", "it has no data")),
        (
            figure(band=None, first=[1.0] * 12),
            ("ok", "warming up: 12 of 60 points"),
        ),
        (
            figure(problem="AWS refused it (AccessDenied)"),
            ("warn", "it cannot be read: AWS refused it (AccessDenied)"),
        ),
    ],
)
def test_the_doctor_says_when_a_figure_has_no_data(
    home: Path, row: dict[str, Any], expected: tuple[str, str]
) -> None:
    remember(home, (rows.FIGURES, "chat/output tokens", row))
    assert doctor()["baseline chat/output tokens"] == expected


def test_a_figure_without_an_account_is_told_as_such(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_PRACTICE_CLOUD", "false")
    assert doctor()["baseline chat/output tokens"] == (
        "warn",
        "it is not looked at: no AWS account is set",
    )


def test_who_only_calls_needs_no_integration(home: Path) -> None:
    answer = run("doctor", "--json").output
    assert "there is no integration nightly" not in answer


def test_the_registry_is_shown_with_what_is_watched(home: Path) -> None:
    shown = run("registry", "show").output
    assert "watched: output tokens (tokens), CloudWatch AWS/Bedrock" in shown
    (system,) = json.loads(run("registry", "show", "chat", "--json").output)
    (one,) = system["baselines"]
    assert one["cloudwatch"]["metric"] == "OutputTokenCount"
    assert one["direction"] == "high"
    assert run("registry", "show", "nobody").exit_code == 1


def test_the_demo_registry_is_an_example_without_a_problem(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_CONFIG", "/nowhere/tocsin.toml")
    assert run("registry", "lint", "--json").output == "[]\n"


def test_the_registry_is_checked(home: Path, tmp_path: Path) -> None:
    assert run("registry", "lint").exit_code == 0
    other = tmp_path / "other.yaml"
    refusing = {"name": "r", "kind": "refusals", "prometheus": {"query": "x"}}
    rough = {"id": "a", "title": "A", "owner": "@x", "baselines": [refusing]}
    other.write_text(yaml.safe_dump({"systems": [rough]}))
    answer = run("registry", "lint", str(other), "--json")
    assert answer.exit_code == 1
    found = [one["problem"] for one in json.loads(answer.output)]
    assert "r has no least_width: one error among zeros is unusual" in found
    assert "deputy is missing" in found


def test_a_registry_that_cannot_be_used_names_the_key(
    home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("systems: [{id: a, title: A, owner: x, baselines: [{name: b}]}]")
    answer = run("registry", "lint", str(other))
    assert answer.exit_code == 1
    assert "kind must be a text that is not empty" in answer.output
