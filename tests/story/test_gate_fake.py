"""A model's endpoint is rolled back from the channel, on the checked fake of AWS."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, confirm, wait

pytestmark = pytest.mark.slow
ACTION = "aws.sagemaker.set_endpoint_config"


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


def test_an_endpoint_goes_back_to_its_configuration_and_forth(tmp_path: Path) -> None:
    with running(tmp_path, program="tests.story.with_fake_cloud") as tocsin:
        wait(lambda: tocsin.run_json()["cloud_url"])
        tocsin.alert({"title": "Endpoint chat answers with 5xx", "severity": "high"})
        tocsin.wait_for(lambda messages: messages)
        for config, before in (("chat-old", "chat-new"), ("chat-new", "chat-old")):
            plan = _proposed(tocsin, config)
            told = json.dumps(plan["blocks"])
            assert f'sagemaker.endpoint.config=\\"{before}\\"' in told
            assert "It will run main: claims-main, 2 of ml.g5.xlarge" in told
            confirm(tocsin, "U0SECOND", plan, "chat")
            card_says(tocsin, plan, "verified")
