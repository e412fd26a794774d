"""A drill as its people live it, through kill -9, and not one step outside."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import Tocsin, running
from tests.story.test_gate import card_says, confirm
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

KEY = "AKIA" + "Q3EGRTTOCSINDEMO"
REAL = {"title": "Model m1 answers 503 to customers", "severity": "critical"}
SHORT = """schema: drill/1
id: short
title: A short one
duration_min: 3
objectives: [{id: O1, capability: triage, text: See it}]
msel:
  - {n: 1, t: 0, kind: alert, obj: [O1], expect: ["ack<=1m", open_incident],
     payload: {title: Leaked access key, severity: high}}
"""
WATCHED = """
import sys
from pathlib import Path

strays = Path(sys.argv.pop(1))


def stray(what):
    with strays.open("a") as out:
        out.write(f"{what}\\n")


def watch(event, given):
    if event == "socket.connect":
        address = given[1]
        host = address[0] if isinstance(address, tuple) else "unix"
        if host not in ("127.0.0.1", "::1", "unix"):
            stray(f"connect {address}")
            raise SystemExit("a drill left loopback")
    if event == "socket.getaddrinfo" and given[0] not in ("127.0.0.1", "localhost"):
        stray(f"lookup {given[0]}")
    if event == "import" and given[0].split(".")[0] in ("boto3", "botocore"):
        stray(f"import {given[0]}")
    if event == "socket.sendto":
        stray(f"send {given[1]}")


sys.addaudithook(watch)
from bot.cli import main

main()
"""


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    shipped = Path(__file__).parents[2] / "runbooks" / "drills" / "first-hour.yaml"
    (shelf / "first-hour.yaml").write_text(shipped.read_text())
    (shelf / "short.yaml").write_text(SHORT)
    settings = {
        "TOCSIN_PRACTICE_CLOUD": "false",
        "TOCSIN_DRILLS_FOLDER": str(shelf),
    }
    with running(tmp_path, settings=settings) as started:
        yield started


def card(tocsin: Tocsin, incident: str) -> dict[str, Any]:
    """Wait for the card of an incident."""
    return dict(
        tocsin.wait_for(
            lambda m: next(
                (
                    c
                    for c in m
                    if incident in c["text"] and "blocks" in c and c["blocks"]
                    if c["blocks"][0]["type"] == "header"
                ),
                None,
            )
        )
    )


def says(tocsin: Tocsin, words: str) -> Any:
    return tocsin.wait_for(lambda m: next((c for c in m if words in c["text"]), None))


def proposed(tocsin: Tocsin, on: dict[str, Any]) -> dict[str, Any]:
    press = {"channel": "C0INCIDENTS", "ts": on["ts"], "action_id": "action.propose"}
    opened = tocsin.do("U0ONCALL", "click", **press).json
    action = {"action": "aws.iam.deactivate_access_key"}
    view = opened["view"]["id"]
    chosen = tocsin.do("U0ONCALL", "submit", view=view, values=action).json
    values = {
        "param.access_key_id": KEY,
        "param.user_name": "ci-deployer",
        "reason": "it is public",
    }
    view = chosen["view"]["id"]
    assert tocsin.do("U0ONCALL", "submit", view=view, values=values).json["ok"]
    return dict(says(tocsin, "Exercise: Approval needed"))


def _began(tocsin: Tocsin) -> None:
    """Start the drill, answer it, and have something real happen beside it."""
    tocsin.command("U0ONCALL", "/incident drill start first-hour 40")
    assert card(tocsin, "INC-0001")["text"].startswith("Exercise: ")
    tocsin.command("U0ONCALL", "/incident ack INC-0001")
    says(tocsin, "EXERCISE · <@U0ONCALL> acknowledged.")
    tocsin.alert(REAL)
    assert "exercise" not in json.dumps(card(tocsin, "INC-0002")).lower()


def _stopped(tocsin: Tocsin) -> None:
    tocsin.command("U0SECOND", "/incident drill pause")
    says(tocsin, "paused the drill")
    tocsin.command("U0SECOND", "/incident drill stop")
    says(tocsin, "The drill is over: it was stopped.")
    heads = [c["text"] for c in tocsin.cards() if "INC-" in c["text"]]
    drilled = [one for one in heads if one.startswith("Exercise: SEV")]
    assert len(drilled) == 2
    assert all("resolved as drill over" in one for one in drilled)
    assert "not acknowledged" in card(tocsin, "INC-0002")["text"]


def _again(tocsin: Tocsin) -> None:
    tocsin.kill()
    tocsin.start()


def test_a_whole_drill_with_people_through_two_crashes(tocsin: Tocsin) -> None:
    _began(tocsin)
    _again(tocsin)
    plan = proposed(tocsin, card(tocsin, "INC-0001"))
    confirm(tocsin, "U0SECOND", plan, "ci-deployer")
    card_says(tocsin, plan, "verified")
    _again(tocsin)
    assert card(tocsin, "INC-0003")["text"].startswith("Exercise: ")
    _stopped(tocsin)
    report = json.loads(cli(tocsin, "drill", "report", "last", "--json").stdout)
    assert [one["state"] for one in report["injects"][:2]] == ["told", "told"]
    assert report["incidents"] == ["INC-0001", "INC-0003"]
    assert report["times"]["verified"] is not None
    assert tocsin.stop() == 0
    verified = cli(tocsin, "log", "verify")
    assert verified.returncode == 0, verified.stderr


def test_a_guest_is_told_why_not(tocsin: Tocsin) -> None:
    tocsin.command("U0GUEST", "/incident drill start first-hour")
    path = "/practice/people/U0GUEST/ephemerals?wait=5"
    tocsin.command("U0ONCALL", "/incident drill start first-hour")
    card(tocsin, "INC-0001")
    said = json.dumps(tocsin.ask(path).json)
    assert "only members of this workspace steer a drill" in said


def test_the_command_line_has_the_running_bot_play(tocsin: Tocsin) -> None:
    played = cli(tocsin, "drill", "run", "short", "--speed", "60", "--json")
    assert played.returncode == 0, played.stderr
    report = json.loads(played.stdout)
    assert (report["state"], report["because"]) == ("ended", "time")
    assert report["expectations"]["missed"] == 1
    assert report["expectations"]["met"] == 1
    assert "nobody acknowledged" in report["not_seen"]
    assert card(tocsin, "INC-0001")["text"].startswith("Exercise: ")
    again = cli(tocsin, "drill", "run", "nothing")
    assert again.returncode == 1
    assert "there is no scenario 'nothing'" in again.stderr


def test_where_no_bot_runs_scripted_people_play_and_nothing_leaves_loopback(
    tmp_path: Path,
) -> None:
    strays = tmp_path / "strays.txt"
    watched = [sys.executable, "-c", WATCHED, str(strays)]
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - passed on to the child
        "TOCSIN_HOME": str(tmp_path / "home"),
        "TOCSIN_CONFIG": str(tmp_path / "none.toml"),
    }
    played = subprocess.run(
        [*watched, "drill", "run", "first-hour", "--speed", "180", "--json"],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert played.returncode == 0, played.stderr
    assert not strays.exists(), strays.read_text()
    report = json.loads(played.stdout)
    assert report["state"] == "ended"
    for name in ("injected", "acknowledged", "role_taken", "proposed", "approved"):
        assert report["times"][name] is not None, name
    assert report["times"]["verified"]["by"] == "tocsin"
    assert report["started_by"] == "admin"


def test_the_watch_on_sockets_sees_an_attempt(tmp_path: Path) -> None:
    strays = tmp_path / "strays.txt"
    attempt = WATCHED.replace(
        "from bot.cli import main\n\nmain()",
        "import socket\nsocket.socket().connect(('192.0.2.1', 9))",
    )
    tried = subprocess.run(
        [sys.executable, "-c", attempt, str(strays)],
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert tried.returncode != 0
    assert "192.0.2.1" in strays.read_text()
