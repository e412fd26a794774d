"""How Bedrock is set up: logging, guardrails and what changed in them, agents."""

import json
from typing import Any

import pytest

from bot.ports.collect import Collected
from integrations.aws_bedrock_setup import READS, collect, concerns
from tests.aws.alerts import GUARDRAIL, MODEL, WINDOW, alert, thing
from tests.fakes.aws import FakeAws, refused
from tests.fakes.clock import NOON

LOGGING = "bedrock.GetModelInvocationLoggingConfiguration"
LISTED, GET = "bedrock.ListGuardrails", "bedrock.GetGuardrail"
BOUGHT = "bedrock.ListProvisionedModelThroughputs"
AGENT = "AGENT12345"


def summary(version: str) -> dict[str, Any]:
    return {
        "id": "a1b2c3d4e5f6",
        "arn": GUARDRAIL,
        "status": "READY",
        "name": "support-gr",
        "version": version,
        "createdAt": NOON,
        "updatedAt": NOON,
    }


def guardrail(**asked: Any) -> dict[str, Any]:
    version = asked["guardrailVersion"]
    strength = {"2": "HIGH", "3": "LOW", "DRAFT": "LOW"}[version]
    hate = {"type": "HATE", "inputStrength": strength, "outputStrength": "HIGH"}
    topic = {"name": "money", "definition": "About money", "examples": ["quiet"]}
    return {
        "name": "support-gr",
        "guardrailId": "a1b2c3d4e5f6",
        "guardrailArn": GUARDRAIL,
        "version": version,
        "status": "READY",
        "createdAt": NOON,
        "updatedAt": NOON,
        "blockedInputMessaging": "Stopped.",
        "blockedOutputsMessaging": "Stopped.",
        "contentPolicy": {"filters": [hate]},
        "topicPolicy": {"topics": [topic]},
    }


def versions(**asked: Any) -> dict[str, Any]:
    known = ("DRAFT", "3", "1", "2") if "guardrailIdentifier" in asked else ("DRAFT",)
    return {"guardrails": [summary(one) for one in known]}


def read(about: Any, **answers: Any) -> tuple[dict[str, Collected], FakeAws]:
    known: dict[str, Any] = {
        LOGGING: {},
        BOUGHT: {"provisionedModelSummaries": []},
        LISTED: versions,
        GET: guardrail,
        "bedrock-agent.ListAgents": {"agentSummaries": []},
    }
    reader = FakeAws({**known, **answers}, READS)
    found = collect(about, WINDOW, reader=reader)
    return {one.name: one for one in found}, reader


@pytest.mark.parametrize("name", [GUARDRAIL, "a1b2c3d4e5f6", "support-gr"])
def test_a_guardrail_tells_what_changed_between_its_last_versions(name: str) -> None:
    found, reader = read(alert(*thing("guardrail", name), source="aws_guardduty"))
    file = found["bedrock-guardrail-a1b2c3d4e5f6.json"]
    assert json.loads(file.content)["changes"] == {
        "2 → 3": [
            {
                "path": "contentPolicy.filters[HATE].inputStrength",
                "before": "HIGH",
                "after": "LOW",
            }
        ],
        "3 → DRAFT": [],
    }
    where = "eu-west-1" if name == GUARDRAIL else "eu-central-1"
    assert file.says == (
        f"Guardrail support-gr in {where}: 3 versions, last touched "
        "2026-05-04 12:00:00 UTC. Differences between versions: 2 → 3: 1, 3 → DRAFT: 0."
    )
    assert reader.calls().count(GET) == 3


def test_examples_of_topics_are_counted_and_not_read_out() -> None:
    found, _ = read(alert(*thing("guardrail", GUARDRAIL), source="aws_guardduty"))
    content = found["bedrock-guardrail-a1b2c3d4e5f6.json"].content
    assert "1 example" in content
    assert "quiet" not in content


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, "off"),
        ({"s3Config": {"bucketName": "logs"}}, "to S3"),
        (
            {"s3Config": {"bucketName": "logs"}, "textDataDeliveryEnabled": False},
            "to S3, without texts",
        ),
    ],
)
def test_whether_calls_are_logged_stands_first(
    config: dict[str, Any], says: str
) -> None:
    found, _ = read(
        alert(*thing("model", MODEL)), **{LOGGING: {"loggingConfig": config}}
    )
    assert found["bedrock-settings.json"].says == (
        f"Logging of calls of models in eu-central-1: {says}. "
        "Provisioned throughputs: 0."
    )


def test_a_name_that_no_guardrail_has_is_said_beside_what_there_is() -> None:
    found, reader = read(alert(*thing("guardrail", "other-gr"), source="grafana"))
    assert found["bedrock-guardrails.json"].says == (
        "1 guardrail in eu-central-1. None is called other-gr."
    )
    assert GET not in reader.calls()


def test_what_may_not_be_read_is_said_by_its_permission() -> None:
    denied = refused("AccessDeniedException")
    about = alert(*thing("guardrail", GUARDRAIL), source="aws_guardduty")
    found, _ = read(about, **{LOGGING: denied, LISTED: denied})
    assert [bool(one.content) for one in found.values()] == [False, False]
    assert "the role lacks bedrock:GetModelInvocationLoggingConfiguration" in (
        found["bedrock-settings.json"].says
    )
    says = found["bedrock-guardrails.json"].says
    assert "the role lacks bedrock:ListGuardrails" in says
    assert "0 guardrails" not in says


def agent(**_: Any) -> dict[str, Any]:
    told = {
        "agentId": AGENT,
        "agentName": "claims-bot",
        "agentArn": f"arn:aws:bedrock:eu-west-1:444455556666:agent/{AGENT}",
        "agentVersion": "DRAFT",
        "agentStatus": "PREPARED",
        "instruction": "quiet" * 10,
        "idleSessionTTLInSeconds": 600,
        "agentResourceRoleArn": "arn:aws:iam::444455556666:role/agent",
        "createdAt": NOON,
        "updatedAt": NOON,
    }
    return {"agent": told}


@pytest.mark.parametrize("name", [AGENT, "claims-bot"])
def test_an_agent_comes_with_its_aliases_and_without_its_instruction(name: str) -> None:
    listed = {"agentId": AGENT, "agentName": "claims-bot", "agentStatus": "PREPARED"}
    alias = {
        "agentAliasId": "ALIAS12345",
        "agentAliasName": "live",
        "agentAliasStatus": "PREPARED",
        "createdAt": NOON,
        "updatedAt": NOON,
    }
    found, _ = read(
        alert(*thing("agent", name)),
        **{
            "bedrock-agent.ListAgents": {
                "agentSummaries": [
                    {**listed, "updatedAt": NOON, "latestAgentVersion": "1"}
                ]
            },
            "bedrock-agent.GetAgent": agent,
            "bedrock-agent.ListAgentAliases": {"agentAliasSummaries": [alias]},
            "bedrock-agent.ListAgentVersions": {"agentVersionSummaries": []},
        },
    )
    file = found[f"bedrock-agent-{AGENT}.json"]
    assert file.says.startswith("Agent claims-bot in eu-central-1: PREPARED, last ")
    assert "1 alias" in file.says
    assert "the role lacks bedrock:ListAgentActionGroups" in file.says
    assert "quiet" not in file.content
    assert "50 characters" in file.content


def test_an_agent_that_is_gone_is_said() -> None:
    gone = refused("ResourceNotFoundException")
    found, _ = read(alert(*thing("agent", AGENT)), **{"bedrock-agent.GetAgent": gone})
    assert found[f"bedrock-agent-{AGENT}.json"].says == (
        f"Agent {AGENT} in eu-central-1: AWS has no such thing "
        "(ResourceNotFoundException)."
    )


def test_whom_it_concerns() -> None:
    assert concerns(alert(*thing("service", "BEDROCK"), source="aws_health"))
    assert not concerns(alert(*thing("model", "gpt-4o"), source="datadog"))
    assert not concerns(alert(*thing("guardrail", "g"), source="lakera"))
