"""The first story, as its people live it: an alert becomes a card, and a record."""

import csv
import io
import json
import os
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.preloaded import run
from tests.story.running import CHANNEL, Tocsin, running

pytestmark = pytest.mark.slow

LEAK = {
    "id": "scan-1",
    "title": "Leaked model API key found in a public repository",
    "severity": "high",
    "status": "open",
    "repo": "acme/claims",
    "description": "Key " + "sk-" + "proj-" + "a1B2c3D4e5F6" * 4 + " is live",
}


@pytest.fixture
def tocsin(tmp_path: Path, transport: str) -> Iterator[Tocsin]:
    with running(tmp_path, transport=transport, cloud=False) as started:
        yield started


def cli(tocsin: Tocsin, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - passed on to the child
        "TOCSIN_HOME": str(tocsin.home),
        "TOCSIN_CONFIG": str(tocsin.home / "none.toml"),
    }
    return run("bot.cli", *arguments, environment=environment)


def test_an_alert_becomes_a_card_without_its_secret(tocsin: Tocsin) -> None:
    answer = tocsin.alert(LEAK)
    assert answer.status == 202
    card = tocsin.wait_for(lambda m: m)[0]
    shown = json.dumps(card)
    assert "INC-0001" in card["text"]
    assert "Leaked" in shown
    assert "sk-" + "proj-" not in shown
    state = tocsin.alert_state(answer.json["id"])
    assert (state["state"], state["outcome"]) == ("done", "opens")


def test_people_respond_by_button_and_by_command(tocsin: Tocsin) -> None:
    tocsin.alert(LEAK)
    card = tocsin.wait_for(lambda m: m)[0]
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "incident.ack"}
    assert tocsin.do("U0ONCALL", "click", **press).status == 200
    tocsin.wait_for(lambda m: "investigating" in json.dumps(m[0]["blocks"]))
    for text in (
        "/incident role commander <@U0COMMANDER>",
        "/incident note INC-0001 the key belongs to the CI runner",
        "/incident status",
        "/incident list",
        "/incident help",
    ):
        assert tocsin.command("U0SECOND", text).json["ok"], text
    tocsin.wait_for(lambda m: "U0COMMANDER" in json.dumps(m[0]["blocks"]))
    tocsin.command("U0COMMANDER", "/incident resolve INC-0001 fixed key revoked")
    tocsin.wait_for(lambda m: "resolved" in m[0]["text"].lower())
    told = cli(tocsin, "timeline", "INC-0001", "--format", "md")
    assert told.returncode == 0
    for part in (
        "U0ONCALL | @U0ONCALL acknowledged.",
        "@U0COMMANDER is commander",
        "the key belongs to the CI runner",
        "Resolved by @U0COMMANDER as fixed",
    ):
        assert part in told.stdout
    rows = list(
        csv.DictReader(
            io.StringIO(cli(tocsin, "timeline", "INC-0001", "--format", "csv").stdout)
        )
    )
    assert rows[0]["actor"] == "source:webhook"


def test_guests_and_strangers_are_told_why_not(tocsin: Tocsin) -> None:
    tocsin.alert(LEAK)
    card = tocsin.wait_for(lambda m: m)[0]
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "incident.ack"}
    for who, why in (
        ("U0GUEST", "guests may read but not change an incident"),
        ("U0EXTERNAL", "people from another organization may not change it"),
    ):
        tocsin.do(who, "click", **press)
        for _ in range(50):
            if tocsin.whispers(who):
                break
            time.sleep(0.1)
        assert why in tocsin.whispers(who)[-1]
    told = cli(tocsin, "timeline", "INC-0001", "--format", "json").stdout
    refused = [e for e in json.loads(told)["timeline"] if "refused" in e["kind"]]
    assert [e["actor"] for e in refused] == ["U0GUEST", "U0EXTERNAL"]


def test_the_log_holds_and_its_proof_verifies(tocsin: Tocsin, tmp_path: Path) -> None:
    tocsin.alert(LEAK)
    tocsin.wait_for(lambda m: m)
    tocsin.stop()
    verified = cli(tocsin, "log", "verify")
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.startswith("whole: ")
    assert tocsin.facts["log_vkey"].startswith("tocsin/")
    folder = tmp_path / "export"
    assert cli(tocsin, "log", "export", str(folder)).returncode == 0
    assert cli(tocsin, "log", "verify", str(folder)).returncode == 0
    entries = folder / "entries.jsonl"
    entries.write_text(entries.read_text().replace("INC-0001", "INC-0002"))
    assert cli(tocsin, "log", "verify", str(folder)).returncode == 1


def test_the_samples_of_the_practice_workspace_become_cards(tmp_path: Path) -> None:
    with running(tmp_path, replay=True, fresh=True) as tocsin:
        titles = tocsin.wait_for(
            lambda m: (
                found
                if len(found := {c["text"] for c in m if not c.get("thread_ts")}) >= 3
                else None
            )
        )
        assert len(titles) >= 3
        assert any(line.startswith("practice workspace: ") for line in tocsin.printed)


def test_a_second_process_with_the_same_home_is_refused(tocsin: Tocsin) -> None:
    second = cli(tocsin, "run", "--port", "0")
    assert second.returncode == 1
    assert "another process runs with the home" in second.stderr


def test_it_stops_when_asked(tocsin: Tocsin) -> None:
    assert tocsin.stop() == 0


def test_a_page_that_waits_for_news_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with running(tmp_path, cloud=False) as tocsin:
        seq = tocsin.ask("/practice/people/U0ONCALL/screen").json["seq"]
        page = HTTPConnection(tocsin.facts["url"].removeprefix("http://"), timeout=30)
        page.request("GET", f"/practice/people/U0ONCALL/screen?wait=60&after={seq}")
        tocsin.ask("/practice/people")  # what was sent before has been read, too
        assert tocsin.stop() == 0
        assert page.getresponse().status == 503
        page.close()
        assert tocsin.stderr() == ""
