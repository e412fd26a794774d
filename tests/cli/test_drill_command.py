"""`tocsin drill` without a bot: the shelf, the lint, and what is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.rules.test_drill_file import GOOD


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path / "none.toml"))
    return tmp_path


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["drill", *arguments])


def test_the_shipped_drills_are_listed(home: Path) -> None:
    assert "first-hour               A leaked model key" in ask("list").stdout
    found = json.loads(ask("list", "--json").stdout)
    assert found["scenarios"][0] == {
        "id": "first-hour",
        "title": "A leaked model key, the first hour",
        "duration_min": 60,
        "playable": True,
    }
    assert found["runs"] == []


def test_the_shipped_drills_can_be_played(home: Path) -> None:
    answer = ask("lint")
    assert answer.exit_code == 0
    assert answer.stdout == "first-hour.yaml: can be played\n"


def test_a_broken_file_fails_with_its_lines(home: Path) -> None:
    bad = home / "short.yaml"
    bad.write_text(GOOD.replace("ack<=5m", "ack<=soon"))
    answer = ask("lint", str(bad))
    assert answer.exit_code == 1
    assert answer.stdout.startswith("short.yaml:13: msel[0].expect[0]: 'ack<=soon'")
    assert answer.stdout.endswith("short.yaml: cannot be played\n")
    told = json.loads(ask("lint", str(bad), "--json").stdout)["files"][0]
    assert told["ok"] is False
    assert told["findings"][0]["line"] == 13


def test_a_file_that_is_not_there_is_told(home: Path) -> None:
    answer = ask("lint", str(home / "none.yaml"))
    assert answer.exit_code == 1
    assert "it cannot be opened as UTF-8 text" in answer.stdout


def test_a_scenario_that_is_not_there_is_not_run(home: Path) -> None:
    answer = ask("run", "nothing")
    assert answer.exit_code == 1
    assert "there is no scenario 'nothing'. There are: first-hour." in answer.stderr


def test_people_play_where_slack_is_configured(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_SLACK_BOT_TOKEN", "xox" + "b-1")
    answer = ask("run", "first-hour")
    assert answer.exit_code == 1
    assert "Start the bot with `tocsin run`" in answer.stderr


@pytest.mark.parametrize("speed", ["0", "601", "fast"])
def test_a_speed_that_cannot_be_is_a_wrong_use(home: Path, speed: str) -> None:
    assert ask("run", "first-hour", "--speed", speed).exit_code == 2


def test_there_is_no_report_before_there_is_a_record(home: Path) -> None:
    answer = ask("report", "last")
    assert answer.exit_code == 1
    assert "there is no log in" in answer.stderr
