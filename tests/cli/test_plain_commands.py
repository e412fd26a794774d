"""Commands that need no server: redact, doctor, timeline, their refusals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

KEY = "sk-" + "proj-" + "a1B2c3D4e5F6" * 4


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path / "none.toml"))
    return tmp_path / "home"


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=given)


def test_redact_masks_standard_input(home: Path) -> None:
    answer = run("redact", given=f"the key is {KEY} here\n")
    assert answer.exit_code == 0
    assert KEY not in answer.output
    assert answer.output.endswith(" here\n")


def test_redact_lines_give_offsets_into_the_input(home: Path) -> None:
    line = json.dumps({"id": "r1", "text": f"key {KEY}"})
    (row,) = map(json.loads, run("redact", "--jsonl", given=line).output.splitlines())
    (found,) = row["findings"]
    assert row["id"] == "r1"
    assert f"key {KEY}"[found["start"] : found["end"]] == KEY


@pytest.mark.parametrize("bad", [f"{KEY} is no JSON", '{"id": 1}', '{"text": 7}', "7"])
def test_redact_names_a_line_it_cannot_read_and_does_not_quote_it(
    home: Path, bad: str
) -> None:
    answer = run("redact", "--jsonl", given=f'{{"text": "fine"}}\n{bad}\n')
    assert answer.exit_code == 1
    assert "Line 2 was not redacted" in answer.output
    assert KEY not in answer.output


def test_redact_takes_more_text_than_one_search_would(home: Path) -> None:
    answer = run("redact", given=f"step 12 took 7 ms\n{'x' * 40}\n" * 30_000 + KEY)
    assert answer.exit_code == 0
    assert KEY not in answer.output
    assert len(answer.output) > 1 << 20


def test_redact_json_shows_kinds(home: Path) -> None:
    answer = json.loads(run("redact", "--json", given=f"key {KEY}").output)
    assert answer["findings"][0]["kind"] == "openai_project"


def test_a_timeline_without_a_log_says_the_next_move(home: Path) -> None:
    answer = run("timeline", "INC-0001")
    assert answer.exit_code == 1
    assert "Start the bot once with `tocsin run`" in answer.output


def test_doctor_finds_nothing_broken_in_an_empty_home(home: Path) -> None:
    answer = run("doctor", "--json")
    found = json.loads(answer.output)
    assert (answer.exit_code, found["ok"]) == (0, True)
    assert {"settings", "home", "log", "redaction", "rules", "sources"} <= {
        check["check"] for check in found["checks"]
    }


def test_doctor_names_what_is_broken_and_the_next_move(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_SLACK_BOT_TOKNE", "x")
    answer = run("doctor")
    assert answer.exit_code == 1
    assert "the nearest is bot_token" in answer.output
    assert "next: " in answer.output


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        (
            "QUEUE_URL",
            "https://sqs/q",
            "FAIL  alarms: a queue is named, but no account",
        ),
        ("TOPICS", "arn:aws:sns:x:1:t", "ok    alarms: they come by signed topics (1)"),
    ],
)
def test_doctor_says_how_alarms_come_in(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str, text: str, says: str
) -> None:
    monkeypatch.setenv(f"TOCSIN_SOURCES_CLOUDWATCH_{key}", text)
    assert says in run("doctor").output


def test_doctor_sees_keys_that_others_can_read(home: Path) -> None:
    keys = home / "keys"
    keys.mkdir(parents=True)
    (keys / "alerts.token").touch(0o644)
    answer = run("doctor")
    assert answer.exit_code == 1
    assert "others can read alerts.token" in answer.output


def test_help_loads_no_heavy_library() -> None:
    listed = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in listed.stderr.splitlines()}
    heavy = {"boto3", "langchain", "slack_sdk", "slack_bolt", "starlette", "aiohttp"}
    assert not loaded & (heavy | {"pydantic", "sqlite_utils", "yaml", "re2"})


def test_the_practice_workspace_stays_on_this_machine(home: Path) -> None:
    answer = run("run", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert answer.exit_code == 1
    assert "has no sign-in and must stay on this machine" in answer.output
