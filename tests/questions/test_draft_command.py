"""`tocsin runbooks draft`: prints or writes a file that lint lets through."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.questions.stage import played


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    played(tmp_path)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path / "none.toml"))
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["runbooks", *words])


def test_a_draft_is_written_once_and_lint_warns_of_it(home: Path) -> None:
    path = home / "rb-27-draft-prompt-injection.md"
    wrote = run("draft", "inc-0001", "-o", str(path))
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    assert "2 steps, 12 places are marked TODO" in wrote.stderr
    linted = run("lint", str(home), "--today", "2026-11-28")
    assert linted.exit_code == 0
    assert "warning, it is a draft: body: there is still a TODO" in linted.stdout
    again = run("draft", "INC-0001", "-o", str(path))
    assert again.exit_code == 1
    assert f"{path.name} is there already" in str(again.exception) + again.output


def test_an_incident_that_is_none_gives_no_draft(home: Path) -> None:
    answer = run("draft", "INC-0099")
    assert answer.exit_code == 1
    assert "there is no incident 'INC-0099'" in str(answer.exception) + answer.output
