"""Rubbish at the doors of a running bot: a clear answer, nothing lost or leaked."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.story.running import CHANNEL, Tocsin, running

pytestmark = pytest.mark.slow

MARK = "a-text-that-must-not-be-logged"
FORM = urlencode(
    {
        "command": "/incident",
        "text": f"note {MARK}",
        "team_id": "T0TEAM",
        "channel_id": CHANNEL,
        "user_id": "U0ONCALL",
        "trigger_id": "1.2",
    }
).encode()


@pytest.fixture(scope="module")
def tocsin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tocsin]:
    with running(tmp_path_factory.mktemp("rubbish"), cloud=False) as started:
        started.alert({"title": "Model m1 answers 503 to customers"})
        started.wait_for(lambda m: m)
        yield started


def secret(tocsin: Tocsin) -> bytes:
    return (tocsin.home / "keys" / "practice.secret").read_bytes()


def slack(
    tocsin: Tocsin, body: bytes, *, stamp: str, signature: str
) -> tuple[int, bytes]:
    host = tocsin.facts["url"].removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
    }
    try:
        connection.request("POST", "/slack/events", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (BrokenPipeError, ConnectionResetError):
        return 413, b""  # it hung up while we were still sending
    finally:
        connection.close()


def signed(tocsin: Tocsin, body: bytes, *, age_s: int = 0) -> tuple[str, str]:
    stamp = str(int(time.time()) - age_s)  # noqa: TID251 - a signature needs the time
    base = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(secret(tocsin), base, hashlib.sha256).hexdigest()
    return stamp, f"v0={digest}"


def test_a_wrong_signature_and_a_stale_one_are_refused_in_silence(
    tocsin: Tocsin,
) -> None:
    stamp, good = signed(tocsin, FORM)
    wrong = "v0=" + "0" * 64
    assert slack(tocsin, FORM, stamp=stamp, signature=wrong) == (401, b"")
    assert slack(tocsin, FORM, stamp="soon", signature=good) == (401, b"")
    assert slack(tocsin, FORM + b"x", stamp=stamp, signature=good) == (401, b"")
    stamp, good = signed(tocsin, FORM, age_s=400)
    assert slack(tocsin, FORM, stamp=stamp, signature=good) == (401, b"")


def test_a_replay_of_a_signed_request_is_refused(tocsin: Tocsin) -> None:
    stamp, good = signed(tocsin, FORM)
    first, _ = slack(tocsin, FORM, stamp=stamp, signature=good)
    again = slack(tocsin, FORM, stamp=stamp, signature=good)
    assert (first, again) == (200, (401, b""))


def test_thirty_megabytes_are_turned_away_unread(tocsin: Tocsin) -> None:
    body = b"x" * 30_000_000
    stamp, good = signed(tocsin, body)
    status, text = slack(tocsin, body, stamp=stamp, signature=good)
    assert (status, text) == (413, b"")
    assert tocsin.alert(body).json["error"] == "too_large"


def test_an_unknown_button_is_answered_and_changes_nothing(tocsin: Tocsin) -> None:
    card = tocsin.cards()[0]
    forged = tocsin.do(
        "U0ONCALL",
        "click",
        channel=CHANNEL,
        ts=card["ts"],
        action_id="gate.approve.everything",
        raw_value="pl_1",
        forge=True,
    )
    assert forged.status == 200
    assert tocsin.cards()[0]["ts"] == card["ts"]
    assert "not acknowledged" in tocsin.cards()[0]["text"]


def test_a_button_nobody_offers_cannot_be_pressed(tocsin: Tocsin) -> None:
    card = tocsin.cards()[0]
    refused = tocsin.do(
        "U0ONCALL", "click", channel=CHANNEL, ts=card["ts"], action_id="plan.approve"
    )
    assert (refused.status, refused.json["error"]) == (409, "no_such_button")
    assert "incident.ack" in refused.json["offered"]


def test_nothing_of_it_stands_in_the_log_lines(tocsin: Tocsin, tmp_path: Path) -> None:
    written = tocsin.stderr()
    for leaked in (MARK, secret(tocsin).decode(), tocsin.facts["tokens"]["alerts"]):
        assert leaked not in written
    assert "Traceback" not in written
    assert json.loads((tocsin.home / "run.json").read_text())["pid"]
