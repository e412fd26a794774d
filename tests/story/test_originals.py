"""The original of an alert with a running bot: asked in Slack, opened once, told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.sharing.archive import read_archive
from tests.story.running import CHANNEL, Reply, Tocsin, running
from tests.story.test_gate import wait
from tests.story.test_sharing import QUIET, URL, ephemerals, unseal

pytestmark = pytest.mark.slow

KEY = "AKIA" + "Q3EGRIWZ7LMN5TVB"
BODY = {"title": "Key in a log", "severity": "high", "note": f"aws_access_key_id={KEY}"}
REASON = "Is it the key that the deployer uses? ask olu@corp.example.org"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path, settings=QUIET) as started:
        started.alert(BODY)
        started.wait_for(lambda messages: messages)
        yield started


def press(tocsin: Tocsin, who: str) -> Reply:
    (card,) = tocsin.cards()
    given = {"channel": CHANNEL, "ts": card["ts"], "button": "Open original…"}
    return tocsin.do(who, "click", **given)


def ask(tocsin: Tocsin, who: str, reason: str = REASON) -> Reply:
    view = press(tocsin, who).json["view"]
    alert = view["blocks"][1]["element"]["options"][0]["value"]
    values = {"alert": alert, "reason": reason}
    return tocsin.do(who, "submit", view=view["id"], values=values)


def address(tocsin: Tocsin, who: str) -> str:
    found: Any = wait(lambda: URL.findall(ephemerals(tocsin, who)))
    return str(found[-1])


def everything_at_rest(tocsin: Tocsin) -> bytes:
    files = [one for one in tocsin.home.rglob("*") if one.is_file()]
    return b"".join(one.read_bytes() for one in files) + tocsin.stderr().encode()


def test_the_card_says_what_is_masked_and_the_original_opens_once(
    tocsin: Tocsin,
) -> None:
    card = json.dumps(tocsin.cards()[0], ensure_ascii=False)
    assert "masked: 1 AWS access key" in card
    ask(tocsin, "U0ONCALL")
    url = address(tocsin, "U0ONCALL")
    first = unseal(tocsin, url)
    _, files = read_archive(first.stdout.encode())
    assert KEY in files["body.txt"].decode()
    assert unseal(tocsin, url).returncode == 1
    told = tocsin.wait_for(
        lambda m: (
            [one["text"] for one in m if "original of al_" in one["text"]][1:]
            and [one["text"] for one in m if "original of al_" in one["text"]]
        )
    )
    assert "was sealed for <@U0ONCALL>: Is it the key" in told[0]
    assert "(masked: 1 e-mail address)" in told[0]
    assert "was opened with <@U0ONCALL>'s ticket" in told[1]
    assert KEY not in json.dumps(tocsin.messages())
    assert KEY.encode() not in everything_at_rest(tocsin)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("U0GUEST", "originals are not for guests"),
        ("U0EXTERNAL", "originals are not for people from another organization"),
        ("U0COMMANDER", "only people on call open what is not masked"),
    ],
)
def test_who_may_not_sees_no_form_and_is_told_why(
    tocsin: Tocsin, who: str, why: str
) -> None:
    assert not press(tocsin, who).json.get("view")
    wait(lambda: why in ephemerals(tocsin, who))
    assert "/d/sh_" not in ephemerals(tocsin, who)


def test_the_verb_asks_for_a_named_alert_and_for_a_reason(tocsin: Tocsin) -> None:
    (item,) = [one["id"] for one in [tocsin.alert(BODY).json]]
    wait(lambda: tocsin.alert_state(item)["state"] == "done")
    asked = tocsin.command("U0SECOND", f"/incident original INC-0001 {item}").json
    offered = asked["view"]["blocks"][1]["element"]["options"]
    assert offered[0]["value"] == item
    empty = tocsin.do(
        "U0SECOND", "submit", view=asked["view"]["id"], values={"reason": "because"}
    ).json
    assert "Say in a sentence why" in json.dumps(empty["ack"])
    nonsense = tocsin.command("U0SECOND", "/incident original INC-0001 al_x").json
    assert "what comes after it is no alert" in json.dumps(nonsense)


EXERCISE = """schema: drill/1
id: short
title: A short one
duration_min: 3
objectives: [{id: O1, capability: triage, text: See it}]
msel:
  - {n: 1, t: 0, kind: alert, obj: [O1], expect: ["ack<=1m", open_incident],
     payload: {title: Leaked access key of dev@corp.example.org, severity: high}}
"""


def test_an_exercise_s_alert_has_an_original_that_says_what_it_is(
    tmp_path: Path,
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "short.yaml").write_text(EXERCISE)
    settings = {**QUIET, "TOCSIN_DRILLS_FOLDER": str(shelf)}
    with running(tmp_path, settings=settings) as tocsin:
        tocsin.command("U0COMMANDER", "/incident drill start short")
        tocsin.wait_for(lambda m: [one for one in m if "INC-0001" in one["text"]])
        view = tocsin.command("U0ONCALL", "/incident original INC-0001").json["view"]
        assert "EXERCISE" in json.dumps(view["blocks"][0])
        tocsin.do("U0ONCALL", "submit", view=view["id"], values={"reason": REASON})
        opened = unseal(tocsin, address(tocsin, "U0ONCALL")).stdout
        found, files = read_archive(opened.encode())
        assert found["exercise"] is True
        assert "dev@corp.example.org" in files["body.txt"].decode()
        told = tocsin.wait_for(
            lambda m: [one["text"] for one in m if "was sealed for" in one["text"]]
        )
        assert told[0].startswith("EXERCISE")
        assert "EXERCISE" in tocsin.whispers("U0ONCALL")[-1]
