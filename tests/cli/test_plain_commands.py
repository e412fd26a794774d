"""Commands that need no server: redact, doctor, timeline, their refusals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import checks_names, main
from bot.cli.checks_redaction import look
from bot.cli.opening import STORE_FILE, open_settings
from bot.definitions import record_definition
from bot.redact import load_definition
from tests.fakes.clock import FakeClock
from tests.spec import NOON
from tests.stores import new_store

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


def test_redact_explains_and_quotes_nothing(home: Path) -> None:
    answer = run("redact", "--explain", given=f"first\nthe key is {KEY} here\n")
    where, masked, by = answer.output.splitlines()
    assert where.startswith("line 2, column 12, ")
    assert "OpenAI project key (openai_project); rule " in where
    assert where.endswith("its format speaks for itself")
    assert masked == "masked: 1 OpenAI project key"
    assert by.startswith("by definition 1 of Tocsin maintainers (security), sha256 ")
    assert KEY not in answer.output


def test_redact_explains_in_json_too(home: Path) -> None:
    answer = json.loads(run("redact", "--json", "--explain", given=KEY).output)
    (why,) = answer["why"]
    assert (why["kind"], why["group"]) == ("openai_project", "ai_provider")
    assert len(answer["definition"]["sha256"]) == 64


@pytest.mark.slow
def test_doctor_says_what_an_overlay_changes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = home.parent / "redaction.yaml"
    overlay.write_text(
        "owner: the security desk\n"
        "rules: [{kind: ticket, group: site, pattern: 'HR-[0-9]{6}'}]\n"
        "keep: {phone: the numbers of the desk stand there}\n"
        "remove: [internal_ip]\n"
        "known_names: [Olu Adeyemi]\n"
    )
    monkeypatch.setenv("TOCSIN_REDACT_OVERLAY", str(overlay))
    says = {one.name: one.says for one in look(open_settings())}
    assert says["redaction"].startswith("definition 1 of the security desk, ")
    assert says["redaction overlay"].partition(": ")[2] == (
        "adds rules for ticket; keeps phone (the numbers of the desk stand there); "
        "takes out internal_ip; names 1 person; gives it to the security desk"
    )


@pytest.mark.slow
def test_doctor_and_log_tell_by_which_definition_the_bot_goes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    store = new_store(home / STORE_FILE)
    record_definition(store, load_definition(), overlay="", clock=FakeClock(NOON))
    store.close()
    said = run("log", "definition").output
    assert said.startswith("from entry 0 on, 2026-11-20 12:00:00 UTC: version 1, ")
    assert "owner 'Tocsin maintainers (security)'" in said
    assert run("log", "definition", "0").output == said
    overlay = home.parent / "redaction.yaml"
    overlay.write_text("remove: [internal_ip]\n")
    monkeypatch.setenv("TOCSIN_REDACT_OVERLAY", str(overlay))
    found = list(look(open_settings()))[-1]
    assert (found.name, found.state) == ("redaction in force", "warn")
    assert load_definition().digest[:12] in found.says
    assert found.next_move.startswith("Start the bot again")


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


@pytest.mark.parametrize("command", ["timeline", "postmortem"])
def test_a_timeline_without_a_log_says_the_next_move(home: Path, command: str) -> None:
    answer = run(command, "INC-0001")
    assert answer.exit_code == 1
    assert "Start the bot once with `tocsin run`" in answer.output


@pytest.mark.slow
def test_doctor_finds_nothing_broken_in_an_empty_home(home: Path) -> None:
    answer = run("doctor", "--json")
    found = json.loads(answer.output)
    assert (answer.exit_code, found["ok"]) == (0, True)
    assert {"settings", "home", "log", "redaction", "rules", "sources"} <= {
        check["check"] for check in found["checks"]
    }


def test_doctor_looks_only_at_what_it_is_asked_about(home: Path) -> None:
    checks = json.loads(run("doctor", "rules", "runbooks", "--json").output)["checks"]
    told = {one["check"]: one["says"] for one in checks}
    assert list(told) == ["settings", "rules", "runbooks", "runbook search"]
    # It knows the actions that runbooks name; only a review date may be past.
    assert "no action is registered" not in told["runbooks"]
    refused = run("doctor", "stars")
    assert refused.exit_code == 2
    assert "stars is none of home, log" in refused.output


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
    assert says in run("doctor", "alarms").output


def test_doctor_sees_keys_that_others_can_read(home: Path) -> None:
    keys = home / "keys"
    keys.mkdir(parents=True)
    (keys / "alerts.token").touch(0o644)
    answer = run("doctor", "home")
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


def test_what_an_operator_wrote_is_printed_without_the_keys_in_it(
    home: Path, tmp_path: Path
) -> None:
    name = "CollectorHigh403ForbiddenResponseRate"
    corpus, queries = tmp_path / "corpus.jsonl", tmp_path / "queries.jsonl"
    corpus.write_text(
        json.dumps({"id": name, "title": f"Rotate {KEY}", "text": "rotate the key"})
        + "\n"
        + json.dumps({"id": "b", "title": name, "text": "collector is forbidden"})
    )
    queries.write_text(json.dumps({"id": "q", "text": "rotate the key, forbidden"}))
    asked = ("runbooks", "search", "--corpus", str(corpus))
    line = run(*asked, "rotate the key").output
    assert KEY not in line
    assert "Rotate \u2039openai_project:" in line
    hits = json.loads(run(*asked, "--queries", str(queries)).output)["hits"]
    assert KEY not in json.dumps(hits)
    assert {name} == {one["id"] for one in hits} - {"b"}
    assert name in {one["title"] for one in hits}


def test_the_registry_is_printed_without_the_keys_in_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text(
        "systems:\n"
        f"  - {{id: claims, title: 'Claims, key {KEY}', owner: '@claims-ml'}}\n"
    )
    monkeypatch.setenv("TOCSIN_REGISTRY_FILE", str(file))
    shown = run("registry", "show").output + run("registry", "show", "--json").output
    assert shown.count("@claims-ml") == 2
    assert shown.count("openai_project:") == 2
    assert KEY not in shown


@pytest.mark.parametrize(
    ("told", "state", "says"),
    [
        (None, "ok", "1 person of the overlay; no bot runs"),
        (
            {"workspace": 1200, "registry": 1},
            "ok",
            "1,200 people of the workspace, 1 p",
        ),
        ({"problem": "missing_scope"}, "warn", "(missing_scope), it never told them"),
        (
            {"workspace": 7, "problem": "TimeoutError", "learned_at": "2026-05-04"},
            "warn",
            "(TimeoutError), it told them last at 2026-05-04",
        ),
    ],
)
def test_doctor_says_how_many_names_are_known_and_from_where(
    told: dict[str, object] | None,
    state: str,
    says: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks_names, "_told", lambda _: told)
    (found,) = checks_names.look(open_settings(), listed=1)
    assert found.state == state
    assert says in found.says
    assert bool(found.next_move) == (state == "warn")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a full device")
def test_a_full_disk_behind_the_answer_is_said_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run(
            [sys.executable, "-m", "bot.cli", "--version"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: The answer was not printed: No space left")
    assert answer.stderr.count("\n") == 1
