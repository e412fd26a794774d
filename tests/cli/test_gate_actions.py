"""`tocsin gate sign-action`: what is signed is loaded, what is not is named."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.gate import gate
from bot.cli.runbooks import runbooks, shipped_runbooks
from bot.domain.errors import BadSettings
from tests.gateways.site import OFF, ON, SECRETS


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "actions").mkdir()
    (tmp_path / "secrets").mkdir()
    for name, text in SECRETS.items():
        (tmp_path / "secrets" / name).write_text(text, "utf-8")
    for name, text in {"off.yaml": OFF, "on.yaml": ON}.items():
        (tmp_path / "actions" / name).write_text(text, "utf-8")
    monkeypatch.setenv("TOCSIN_GATE_HTTP_ACTIONS", "actions")
    monkeypatch.setenv("TOCSIN_GATE_HTTP_SECRETS", "secrets")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(gate, list(arguments), catch_exceptions=True)


def signed(*names: str) -> str:
    """Make a key and sign; return the public half."""
    public = run("new-action-key", "key.pem").output.strip()
    for name in names:
        answer = run("sign-action", f"actions/{name}", "--key", "key.pem")
        assert answer.exit_code == 0, answer.output
    return public


def test_what_is_signed_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_GATE_HTTP_KEYS", signed("off.yaml", "on.yaml"))
    answer = run("lint-actions")
    assert answer.exit_code == 0
    assert (
        "http.flags.off: POST https://flags.example.org/v1/flags/{flag}/off"
        in answer.output
    )
    assert answer.output.endswith("2 HTTP actions can be used\n")


def test_one_that_is_not_signed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_GATE_HTTP_KEYS", signed("off.yaml"))
    refused = run("lint-actions").exception
    assert isinstance(refused, BadSettings)
    assert refused.what == "on.yaml was not loaded"


def test_what_could_not_be_loaded_is_not_signed(folder: Path) -> None:
    signed()
    (folder / "actions" / "off.yaml").write_text(OFF + "more: 1\n", "utf-8")
    refused = run("sign-action", "actions/off.yaml", "--key", "key.pem").exception
    assert isinstance(refused, BadSettings)
    assert "more: extra inputs are not permitted" in refused.because
    assert not (folder / "actions" / "off.yaml.sig").exists()


def test_the_private_key_is_its_owners_and_is_not_written_over(folder: Path) -> None:
    signed()
    key = folder / "key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    assert run("new-action-key", "key.pem").exit_code != 0
    assert key.read_bytes() == before


def test_what_is_no_key_signs_nothing(folder: Path) -> None:
    (folder / "key.pem").write_text("nothing", "utf-8")
    refused = run("sign-action", "actions/off.yaml", "--key", "key.pem").exception
    assert isinstance(refused, BadSettings)
    assert refused.because == "key.pem holds no Ed25519 private key in PEM"


_GATED = """  - id: flag-off
    kind: gated
    text: Switch the flag off.
    action: http.flags.off
    params_from:
      flag: entity.service
    level: T2
    verify: 0 calls of the flag for 10 min
    rollback: Switch the flag on again.
"""


def lint(folder: Path) -> Result:
    return CliRunner().invoke(runbooks, ["lint", str(folder), "--today", "2026-11-21"])


def test_a_runbook_may_name_a_signed_action_and_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [good] = shipped_runbooks().glob("rb-01-*.md")
    with_step = good.read_text("utf-8").replace("steps:\n", f"steps:\n{_GATED}", 1)
    (folder / "books").mkdir()
    (folder / "books" / good.name).write_text(with_step, "utf-8")
    monkeypatch.delenv("TOCSIN_GATE_HTTP_ACTIONS")
    unknown = lint(folder / "books")
    assert "no action is registered as http.flags.off" in unknown.output
    monkeypatch.setenv("TOCSIN_GATE_HTTP_ACTIONS", "actions")
    monkeypatch.setenv("TOCSIN_GATE_HTTP_KEYS", signed("off.yaml", "on.yaml"))
    assert "http.flags.off" not in lint(folder / "books").output
