"""An agent's guardrail version is set, and everything else of the agent repeated."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.aws import canary
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest
from bot.ports.action import Effect
from integrations.aws_bedrock_guardrail import SetAgentGuardrail
from tests.cloud import plan_of
from tests.fakes.aws import FakeAws

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ACTION = SetAgentGuardrail()
PARAMS = {"agent_id": "AG00000001", "version": "1"}
_STOPPED_BY = {"1": ("canary", "ignore previous", "system prompt"), "2": ("canary",)}
_UNITS = (
    *("topicPolicyUnits", "contentPolicyUnits", "wordPolicyUnits"),
    *("sensitiveInformationPolicyUnits", "sensitiveInformationPolicyFreeUnits"),
    "contextualGroundingPolicyUnits",
)


class Bedrock:
    """An agent on version 2 of its guardrail, which stops less than version 1."""

    def __init__(self, version: str = "2", *, status: str = "READY") -> None:
        self.version, self.status = version, status
        self.stopped_by = dict(_STOPPED_BY)
        self.session = FakeAws(
            {
                "bedrock-agent.GetAgent": lambda **_: {"agent": self.agent()},
                "bedrock.GetGuardrail": self._guardrail,
                canary.CALL: self._apply,
            },
            ACTION.MANIFEST.calls,
        )

    def agent(self) -> dict[str, Any]:
        chosen = {"guardrailIdentifier": "gr1abc", "guardrailVersion": self.version}
        return {
            "agentId": "AG00000001",
            "agentName": "claims",
            "agentArn": "arn:aws:bedrock:eu-central-1:444455556666:agent/AG00000001",
            "agentVersion": "DRAFT",
            "agentStatus": "PREPARED",
            "idleSessionTTLInSeconds": 600,
            "agentResourceRoleArn": "arn:aws:iam::444455556666:role/agents",
            "createdAt": AT,
            "updatedAt": AT,
            "foundationModel": "anthropic.claude-3-haiku-20240307-v1:0",
            "instruction": "Answer questions about claims, and nothing else at all.",
            "memoryConfiguration": {"enabledMemoryTypes": ["SESSION_SUMMARY"]},
            **({"guardrailConfiguration": chosen} if self.version else {}),
        }

    def _guardrail(self, **asked: Any) -> Mapping[str, Any]:
        arn = "arn:aws:bedrock:eu-central-1:444455556666:guardrail/gr1abc"
        return {
            "name": "claims",
            "guardrailId": "gr1abc",
            "guardrailArn": arn,
            "version": asked["guardrailVersion"],
            "status": self.status,
            "createdAt": AT,
            "updatedAt": AT,
            "blockedInputMessaging": "Stopped.",
            "blockedOutputsMessaging": "Stopped.",
        }

    def _apply(self, **asked: Any) -> Mapping[str, Any]:
        (said,) = (one["text"]["text"].casefold() for one in asked["content"])
        words = self.stopped_by[asked["guardrailVersion"]]
        stops = any(one in said for one in words)
        return {
            "usage": dict.fromkeys(_UNITS, 1),
            "action": "GUARDRAIL_INTERVENED" if stops else "NONE",
            "outputs": [],
            "assessments": [],
        }


def test_an_agent_is_written_whole_with_one_field_changed() -> None:
    """Nobody allowed it; what AWS's own model does not take would fail otherwise."""
    bedrock = Bedrock()
    aws = bedrock.session
    draft = ACTION.plan(PARAMS, reader=aws)
    effect = Effect(session=aws, idempotency_key="0" * 64)
    found = ACTION.apply(draft.steps[0], effect)
    assert "AWS refused it (AccessDeniedException)" in found.says
    call, written = aws.asked[-1]
    assert call == "bedrock-agent.UpdateAgent"
    left_out = {"agentArn", "agentVersion", "agentStatus", "createdAt", "updatedAt"}
    expected = {
        name: one for name, one in bedrock.agent().items() if name not in left_out
    }
    expected["guardrailConfiguration"]["guardrailVersion"] = "1"
    assert written == expected


def test_the_card_has_the_figures_of_both_versions() -> None:
    (_, stops) = ACTION.plan(PARAMS, reader=Bedrock().session).changes
    assert (stops.before, stops.after) == (
        "stops 3 of 12 attacks, 0 of 6 harmless prompts",
        "stops 5 of 12 attacks, 0 of 6 harmless prompts",
    )


def test_a_guardrail_that_stops_less_than_promised_has_failed() -> None:
    bedrock = Bedrock()
    plan = plan_of(ACTION.plan(PARAMS, reader=bedrock.session))
    bedrock.version = "1"
    assert ACTION.verify(plan, reader=bedrock.session).verdict is Verdict.PASS
    bedrock.stopped_by["1"] = ("canary",)
    found = ACTION.verify(plan, reader=bedrock.session)
    assert found.verdict is Verdict.FAIL
    assert "Asked again, it stops 3 of 12 attacks" in found.says


def test_a_guardrail_that_cannot_be_asked_is_looked_at_again() -> None:
    bedrock = Bedrock()
    plan = plan_of(ACTION.plan(PARAMS, reader=bedrock.session))
    bedrock.version = "1"
    silent = {k: one for k, one in bedrock.session.answers.items() if k != canary.CALL}
    bedrock.session.answers = silent
    found = ACTION.verify(plan, reader=bedrock.session)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "bedrock:ApplyGuardrail" in found.says


def test_an_agent_without_a_guardrail_gets_none_here() -> None:
    with pytest.raises(BadRequest, match="has no guardrail"):
        ACTION.plan(PARAMS, reader=Bedrock("").session)


def test_a_version_that_is_not_ready_is_not_used() -> None:
    with pytest.raises(BadRequest, match="is not ready"):
        ACTION.plan(PARAMS, reader=Bedrock(status="CREATING").session)


def test_the_way_back_is_the_version_from_before() -> None:
    draft = ACTION.plan(PARAMS, reader=Bedrock().session)
    assert ACTION.rollback(draft) == {"agent_id": "AG00000001", "version": "2"}
