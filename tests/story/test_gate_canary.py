"""A release with a weaker guardrail is led back, and figures say why and whether."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.aws.practice_agent import AGENT
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, confirm, wait

pytestmark = pytest.mark.slow

WEAKER = {
    "title": "Guardrail support-gr lets prompt injections through",
    "severity": "high",
}
STOPS = (
    "stops 3 of 12 attacks, 0 of 6 harmless prompts",
    "stops 4 of 12 attacks, 0 of 6 harmless prompts",
)


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path) as started:
        wait(lambda: started.run_json()["cloud_url"])
        yield started


@pytest.fixture
def agents(tocsin: Tocsin) -> Iterator[Any]:
    """Return the agents of the practice cloud, as their owner sees them."""
    root = boto3.Session("test", "test", region_name="eu-central-1")
    url = tocsin.run_json()["cloud_url"]
    client = root.client("bedrock-agent", endpoint_url=url)
    yield client
    client.close()


def _live(agents: Any) -> dict[str, str]:
    """Return the agent and the alias that customers call."""
    (agent,) = (
        one["agentId"]
        for one in agents.list_agents()["agentSummaries"]
        if one["agentName"] == AGENT
    )
    (alias,) = (
        one["agentAliasId"]
        for one in agents.list_agent_aliases(agentId=agent)["agentAliasSummaries"]
        if one["agentAliasName"] == "live"
    )
    return {"agent_id": agent, "alias_id": alias}


def _served(agents: Any, named: dict[str, str]) -> str:
    asked = {"agentId": named["agent_id"], "agentAliasId": named["alias_id"]}
    alias = agents.get_agent_alias(**asked)["agentAlias"]
    return str(alias["routingConfiguration"][0]["agentVersion"])


def _propose(tocsin: Tocsin, params: dict[str, str]) -> dict[str, Any]:
    card = tocsin.cards()[0]
    pressed = {"channel": CHANNEL, "ts": card["ts"], "action_id": "action.propose"}
    opened = tocsin.do("U0ONCALL", "click", **pressed).json
    action = {"action": "aws.bedrock.route_agent_alias"}
    chosen = tocsin.do("U0ONCALL", "submit", view=opened["view"]["id"], values=action)
    values = {f"param.{name}": one for name, one in params.items()}
    values["reason"] = "the new release lets injections through"
    view = chosen.json["view"]["id"]
    assert tocsin.do("U0ONCALL", "submit", view=view, values=values).json["ok"]
    found = tocsin.wait_for(
        lambda m: next((c for c in m if "plan.review" in json.dumps(c["blocks"])), None)
    )
    return dict(found)


def test_callers_are_led_back_to_the_stronger_guardrail(
    tocsin: Tocsin, agents: Any
) -> None:
    tocsin.alert(WEAKER)
    tocsin.wait_for(lambda m: m)
    named = _live(agents)
    plan = _propose(tocsin, {**named, "version": "1"})
    shown = json.dumps(plan["blocks"])
    assert all(one in shown for one in STOPS)
    assert shown.index(STOPS[0]) < shown.index(STOPS[1])
    assert _served(agents, named) == "2"
    confirm(tocsin, "U0SECOND", plan, named["alias_id"])
    card_says(tocsin, plan, "verified")
    assert _served(agents, named) == "1"
