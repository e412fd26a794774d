"""The heart's first beat: one destructive action, confirmed in the channel, once."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

_REFUSED = ("InvalidClientTokenId", "InvalidAccessKeyId")

LEAK = {
    "title": "Leaked access key of ci-deployer found in a public repository",
    "severity": "high",
    "principal": "ci-deployer",
}


@pytest.fixture
def tocsin(tmp_path: Path, transport: str) -> Iterator[Tocsin]:
    with running(tmp_path, transport=transport) as started:
        wait(lambda: started.run_json()["cloud_url"])
        yield started


def wait(wanted: Callable[[], Any], seconds: float = 20) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := wanted():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def deployer_key(tocsin: Tocsin) -> dict[str, str]:
    keys = json.loads((tocsin.home / "cloud" / "keys.json").read_text())
    return dict(keys["ci-deployer"])


def works(tocsin: Tocsin, key: dict[str, str]) -> bool:
    """Tell whether a call with the key is let through."""
    session = boto3.Session(
        aws_access_key_id=key["id"],
        aws_secret_access_key=key["secret"],
        region_name="eu-central-1",
    )
    sts = session.client("sts", endpoint_url=tocsin.run_json()["cloud_url"])
    try:
        sts.get_caller_identity()
    except ClientError as refused:
        return str(refused.response["Error"]["Code"]) not in _REFUSED
    finally:
        sts.close()
    return True


def propose(tocsin: Tocsin, who: str, action: str, key_id: str) -> dict[str, Any]:
    """Propose over the card's button and return the plan's message."""
    known = {m["ts"] for m in tocsin.cards()}
    card = tocsin.cards()[0]
    opened = tocsin.do(
        who, "click", channel=CHANNEL, ts=card["ts"], action_id="action.propose"
    ).json
    chosen = tocsin.do(
        who, "submit", view=opened["view"]["id"], values={"action": action}
    ).json
    view = chosen["view"]
    values = {
        "param.access_key_id": key_id,
        "param.user_name": "ci-deployer",
        "reason": "the key is in a public repository",
    }
    sent = tocsin.do(who, "submit", view=view["id"], values=values).json
    assert sent["ok"], sent
    return dict(
        tocsin.wait_for(
            lambda m: next(
                (
                    c
                    for c in m
                    if c["ts"] not in known and "plan.review" in json.dumps(c["blocks"])
                ),
                None,
            )
        )
    )


def review(tocsin: Tocsin, who: str, plan: dict[str, Any]) -> Any:
    return tocsin.do(
        who, "click", channel=CHANNEL, ts=plan["ts"], action_id="plan.review"
    ).json


def confirm(tocsin: Tocsin, who: str, plan: dict[str, Any], typed: str) -> Any:
    opened = review(tocsin, who, plan)
    return tocsin.do(
        who, "submit", view=opened["view"]["id"], values={"typed_name": typed}
    ).json


def card_says(tocsin: Tocsin, plan: dict[str, Any], word: str) -> None:
    tocsin.wait_for(
        lambda m: next((c for c in m if c["ts"] == plan["ts"] and word in c["text"]), 0)
    )


def hears(tocsin: Tocsin, who: str, words: str) -> None:
    """Wait until somebody was told something."""
    wait(lambda: words in " ".join(tocsin.whispers(who)))


def test_the_whole_story(tocsin: Tocsin) -> None:
    tocsin.alert(LEAK)
    tocsin.wait_for(lambda m: m)
    key = deployer_key(tocsin)
    plan = propose(tocsin, "U0ONCALL", "aws.iam.deactivate_access_key", key["id"])
    confirm(tocsin, "U0ONCALL", plan, "ci-deployer")
    hears(tocsin, "U0ONCALL", "cannot also approve")
    for who in ("U0GONE", "U0BOT2"):
        press = {"channel": CHANNEL, "ts": plan["ts"], "action_id": "plan.review"}
        assert tocsin.do(who, "click", **press).status == 409
        assert "view" not in tocsin.do(who, "click", **press, forge=True).json
    for who, why in (("U0GUEST", "guest"), ("U0EXTERNAL", "another organization")):
        assert "view" not in review(tocsin, who, plan)
        hears(tocsin, who, why)
    assert works(tocsin, key)
    confirm(tocsin, "U0SECOND", plan, "ci-deployer")
    card_says(tocsin, plan, "verified")
    assert not works(tocsin, key)
    undo = propose(tocsin, "U0SECOND", "aws.iam.activate_access_key", key["id"])
    confirm(tocsin, "U0COMMANDER", undo, "ci-deployer")
    card_says(tocsin, undo, "verified")
    assert works(tocsin, key)
    story = cli(tocsin, "timeline", "INC-0001").stdout
    for part in ("@U0SECOND agreed.", "verified.", "refused @U0ONCALL: approve"):
        assert part in story
    tocsin.stop()
    assert cli(tocsin, "log", "verify").returncode == 0
