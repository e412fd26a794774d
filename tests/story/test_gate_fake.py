"""A model's endpoint is rolled back from the channel, on the checked fake of AWS."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.aws.practice_seed import ROOT
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, confirm, wait

pytestmark = pytest.mark.slow
ACTION = "aws.sagemaker.set_endpoint_config"


# The same target is changed twice within two minutes here.
UNPAUSED = {"TOCSIN_GATE_TARGET_PAUSE_MIN": "0"}


def _proposed(tocsin: Tocsin, config: str) -> dict[str, Any]:
    known = {one["ts"] for one in tocsin.cards()}
    press = {"channel": CHANNEL, "ts": tocsin.cards()[0]["ts"]}
    opened = tocsin.do("U0ONCALL", "click", **press, action_id="action.propose").json
    view = opened["view"]["id"]
    chosen = tocsin.do("U0ONCALL", "submit", view=view, values={"action": ACTION}).json
    values = {
        "param.endpoint": "chat",
        "param.endpoint_config": config,
        "reason": "the new model answers with 5xx",
    }
    sent = tocsin.do("U0ONCALL", "submit", view=chosen["view"]["id"], values=values)
    assert sent.json["ok"]
    return dict(
        tocsin.wait_for(
            lambda messages: next(
                (
                    one
                    for one in messages
                    if one["ts"] not in known
                    and "plan.review" in json.dumps(one["blocks"])
                ),
                None,
            )
        )
    )


def _behind_its_back(tocsin: Tocsin, config: str) -> None:
    """Change the endpoint as its owners would, past Tocsin."""
    session = boto3.Session(
        aws_access_key_id=ROOT.access_key_id,
        aws_secret_access_key=ROOT.secret,
        region_name="eu-central-1",
    )
    client = session.client("sagemaker", endpoint_url=tocsin.run_json()["cloud_url"])
    client.update_endpoint(EndpointName="chat", EndpointConfigName=config)
    client.close()


def test_an_endpoint_goes_back_unless_it_went_elsewhere(tmp_path: Path) -> None:
    with running(
        tmp_path, program="tests.story.with_fake_cloud", settings=UNPAUSED
    ) as tocsin:
        wait(lambda: tocsin.run_json()["cloud_url"])
        tocsin.alert({"title": "Endpoint chat answers with 5xx", "severity": "high"})
        tocsin.wait_for(lambda messages: messages)
        plan = _proposed(tocsin, "chat-old")
        told = json.dumps(plan["blocks"])
        assert 'sagemaker.endpoint.config=\\"chat-new\\"' in told
        assert "It will run main: claims-main, 2 of ml.g5.xlarge" in told
        confirm(tocsin, "U0SECOND", plan, "chat")
        card_says(tocsin, plan, "verified")

        undo = _proposed(tocsin, "chat-new")
        _behind_its_back(tocsin, "chat-other")
        confirm(tocsin, "U0SECOND", undo, "chat")
        card_says(tocsin, undo, "Out of date, nothing ran")
