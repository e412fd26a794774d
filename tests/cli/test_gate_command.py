"""`tocsin gate`: what a person or a script sees when no bot runs, and beside one."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cli import main
from bot.domain.freeze_events import FreezeSet
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate import freezes
from bot.store.sqlite import SqliteStore
from bot.web.app import web_app
from bot.web.gate import GateDoor
from bot.web.tokens import Guesses
from tests.gate.stage import TEAM, GateStage
from tests.serving import serving

ADMIN = "a" * 32


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def stage(home: Path) -> Iterator[GateStage]:
    """An installation with one incident; its store is open as a bot's would be."""
    made = GateStage(home)
    yield made
    made.core.close()


@contextmanager
def bot(stage: GateStage, home: Path, **facts: Any) -> Iterator[None]:
    """Hold the home's lock and answer at the admin door, as a running bot does."""
    door = GateDoor(
        gate=stage.gate,
        clock=stage.clock,
        redact=lambda text, _: text,
        team=TEAM,
        admin_token=ADMIN,
        guesses=Guesses(),
    )
    app = web_app(door.routes(), is_ready=lambda: True, metrics=bytes, home=lambda: "")
    with locked(home), serving(app) as opened:
        tell(home, {"url": opened.url, **facts})
        yield


@contextmanager
def locked(home: Path) -> Iterator[None]:
    with (home / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def tell(home: Path, facts: dict[str, Any]) -> None:
    usual = {"pid": os.getpid(), "tokens": {"admin": ADMIN}}
    (home / "run.json").write_text(json.dumps(usual | facts))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["gate", *words])


def proposed(stage: GateStage) -> PlanView:
    view = stage.propose()
    stage.shown(view)
    return view


def stage_on_disk(home: Path) -> str:
    store = SqliteStore(home / "tocsin.db", read_only=True)
    try:
        rows = store.read(lambda tx: tx.tables.execute("SELECT stage FROM plan"))
        return str(rows[0]["stage"])
    finally:
        store.close()


def test_list_names_what_is_open_in_columns(stage: GateStage) -> None:
    view = proposed(stage)
    head, line = run("list").stdout.splitlines()
    assert head.split() == [
        "PLAN",
        "INCIDENT",
        "LEVEL",
        "STAGE",
        "UNTIL",
        "(UTC)",
        "ACTION",
    ]
    assert line.startswith(f"{view.plan.id}  INC-0001  T2     pending  2026-")
    assert line.endswith("test.switch.turn_off on s1")
    assert run("list", "--incident", "inc-0001").stdout.splitlines() == [head, line]
    none = "No plan of INC-0002 is open.\n"
    assert run("list", "--incident", "INC-0002").stdout == none


def test_list_as_json_is_what_the_admin_door_says(stage: GateStage) -> None:
    view = proposed(stage)
    told = json.loads(run("list", "--json").stdout)
    assert told["stopped"] is False
    assert [one["id"] for one in told["plans"]] == [view.plan.id]
    assert told["plans"][0] == json.loads(run("show", view.plan.id, "--json").stdout)


def test_show_reads_without_colour(stage: GateStage) -> None:
    view = proposed(stage)
    lines = run("show", view.plan.id).stdout.splitlines()
    assert lines[0] == f"plan       {view.plan.id}"
    assert "action     test.switch.turn_off on s1" in lines
    assert "asked by   U0ONCALL: it leaks" in lines
    assert "agreed     nobody yet" in lines
    assert "change     s1: True -> False" in lines
    assert "undo       test.switch.turn_on" in lines
    assert lines[-1] == f"digest     {view.digest}"
    assert "\x1b" not in "".join(lines)


def test_show_of_an_unknown_plan_fails_with_a_next_move(stage: GateStage) -> None:
    answer = run("show", "pl_none")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "there is no plan 'pl_none'" in answer.stderr
    assert "`tocsin gate list`" in answer.stderr


@pytest.mark.parametrize("word", ["approve", "break-glass"])
def test_approving_is_answered_with_where_it_is_done(word: str) -> None:
    answer = run(word, "pl_any")
    assert answer.exit_code == 2
    assert "Approvals are given in Slack and nowhere else." in answer.stderr
    assert word not in main.commands["gate"].commands  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "words",
    [
        ("deny", "pl_any"),
        ("reconcile", "pl_any", "--committed"),
        ("reconcile", "pl_any", "--reason", "I looked"),
    ],
)
def test_what_must_be_said_is_asked_for(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "left"),
    [(("deny", "--reason", "wrong key"), "denied"), (("cancel",), "cancelled")],
)
def test_a_running_bot_is_asked(
    stage: GateStage, home: Path, words: tuple[str, ...], left: str
) -> None:
    view = proposed(stage)
    with bot(stage, home):
        answer = run(words[0], view.plan.id, *words[1:])
    assert answer.stdout.splitlines()[0] == f"{view.plan.id}: {left}"
    assert (answer.exit_code, stage.stage(view)) == (0, left)


def test_the_bots_refusal_is_shown_as_it_stands(stage: GateStage, home: Path) -> None:
    view = proposed(stage)
    with bot(stage, home):
        answer = run("reconcile", view.plan.id, "--committed", "--reason", "I looked")
    assert answer.exit_code == 1
    assert "was not reconciled: it is waiting for people to agree." in answer.stderr


def test_everything_is_stopped_and_released(stage: GateStage, home: Path) -> None:
    proposed(stage)
    with bot(stage, home):
        stopped = run("stop-all").stdout
        listed = run("list").stdout
        assert json.loads(run("list", "--json").stdout)["stopped"] is True
        released = run("release").stdout
    assert stopped == "stopped: everything; open plans reached: 1\n"
    assert listed.startswith("Everything is stopped;")
    assert released.startswith("released:")
    assert run("list").stdout == "No plan is open.\n"


@pytest.mark.parametrize(
    "facts", [{"pid": 2**22 + 1}, {"tokens": {}}, {"url": "http://127.0.0.1:9"}]
)
def test_a_bot_that_does_not_answer_yet_is_not_worked_around(
    stage: GateStage, home: Path, facts: dict[str, Any]
) -> None:
    view = proposed(stage)
    with locked(home):
        tell(home, {"url": "http://127.0.0.1:9", **facts})
        answer = run("cancel", view.plan.id)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("error: Nothing was done: the bot of this home")
    assert stage.stage(view) == "pending"


def test_an_answer_that_breaks_off_is_not_called_a_no(
    stage: GateStage, home: Path
) -> None:
    async def rubbish(_: Request) -> Response:
        return Response("<html>")

    path = "/admin/gate/{rest:path}"
    app = web_app(
        [Route(path, rubbish, methods=["POST"])],
        is_ready=lambda: True,
        metrics=bytes,
        home=lambda: "",
    )
    with locked(home), serving(app) as opened:
        tell(home, {"url": opened.url})
        answer = run("stop-all")
    assert answer.exit_code == 1
    assert "It may or may not have been done" in answer.stderr


def test_a_redirect_does_not_carry_the_token_away(stage: GateStage, home: Path) -> None:
    seen: list[str] = []

    async def away(request: Request) -> Response:
        seen.append(request.url.path)
        headers = {"Location": "/elsewhere"}
        return JSONResponse({}, status_code=307, headers=headers)

    app = web_app(
        [Route("/{rest:path}", away, methods=["POST"])],
        is_ready=lambda: True,
        metrics=bytes,
        home=lambda: "",
    )
    with locked(home), serving(app) as opened:
        tell(home, {"url": opened.url})
        answer = run("stop-all")
    assert (answer.exit_code, seen) == (1, ["/admin/gate/stop-all"])


def test_when_no_bot_runs_the_core_is_started_for_the_one_order(home: Path) -> None:
    made = GateStage(home)
    # The clock of the stage stands still; the core that is started has the real one,
    # and a stop is taken whatever the clocks say.
    proposed(made)
    made.core.close()
    tell(home, {"url": "http://127.0.0.1:9"})
    answer = run("stop-all")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout == "stopped: everything; open plans reached: 1\n"
    assert stage_on_disk(home) == "cancelled"
    assert CliRunner().invoke(main, ["log", "verify"]).exit_code == 0


def test_without_an_installation_the_next_move_is_to_start_the_bot(home: Path) -> None:
    for words in (("list",), ("stop-all",)):
        answer = run(*words)
        assert answer.exit_code == 1
        assert "Start the bot once with `tocsin run`" in answer.stderr
    assert not (home / "lock").exists()


def test_the_list_begins_with_what_is_frozen(stage: GateStage) -> None:
    # The command goes by the clock of the machine.
    until, why = datetime(9999, 1, 1, tzinfo=UTC), Untrusted("year end")
    event = FreezeSet(freeze="FZ-0001", until=until, by="admin", item="", reason=why)
    now = stage.clock.now()
    stage.core.store.write(
        lambda tx: freezes.write(tx, [event], by="admin", at=now)
    ).result()
    first, _ = run("list").stdout.splitlines()
    assert first == "Frozen until 9999-01-01 00:00 UTC by admin (FZ-0001): year end"
    (one,) = json.loads(run("list", "--json").stdout)["freezes"]
    assert (one["id"], one["by"]) == ("FZ-0001", "admin")


def test_a_length_that_is_none_is_a_wrong_use() -> None:
    answer = run("freeze", "--for", "soon", "--reason", "year end")
    assert (answer.exit_code, "like 30m, 2h, 1h30m or 1d" in answer.stderr) == (2, True)


def test_a_broken_calendar_is_named_and_the_rest_is_listed(
    stage: GateStage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "calendar.yaml").write_text("freezes: nonsense\n", "utf-8")
    monkeypatch.setenv("TOCSIN_GATE_CALENDAR", str(home / "calendar.yaml"))
    view = stage.propose()
    listed = run("list")
    assert listed.exit_code == 0
    assert view.plan.id in listed.stdout
    assert listed.stderr.startswith("Freezes that are planned are not in this list. ")
    assert "calendar.yaml" in listed.stderr
    assert json.loads(run("list", "--json").stdout)["freezes"] == []


def test_what_was_not_stopped_is_not_called_released(
    stage: GateStage, home: Path
) -> None:
    with bot(stage, home):
        assert run("release").stdout.startswith("nothing was stopped")
        run("stop-all")
        assert run("release").stdout.startswith("released")


def test_why_somebody_said_no_stands_with_the_plan(stage: GateStage) -> None:
    view = stage.propose()
    by, no = stage.people.asker("U0SECOND", view.plan.channel), Untrusted("wrong key")
    stage.shown(view)
    stage.gate.deny(view.plan.id, by=by, reason=no, click=stage.click())
    assert "why        wrong key\n" in run("show", view.plan.id).stdout
    shown = json.loads(run("show", view.plan.id, "--json").stdout)
    assert (shown["stage"], shown["said"]) == ("denied", "wrong key")
