"""An agent's draft is changed in one thing, whatever else AWS says about it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.aws.agent_draft import agent_fields
from bot.aws.carrying import ALL_OTHERS
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Draft
from bot.ports.action import Effect
from integrations.aws_bedrock_action_groups import DisableActionGroup
from tests.cloud import plan_of
from tests.fakes.aws import FakeAws

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PARAMS = {"agent_id": "AG00000001", "action_group_id": "GR00000001"}
ACTION = DisableActionGroup()


class Bedrock:
    """One agent that takes its time; only what is asked of it changes it."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.instruction = "Answer questions about claims, and nothing else at all."
        self.state = "ENABLED"
        self.written: list[tuple[str, dict[str, Any]]] = []
        self.session = FakeAws(
            {
                "bedrock-agent.GetAgent": lambda **_: {"agent": self.agent()},
                "bedrock-agent.GetAgentActionGroup": self._group,
                "bedrock-agent.UpdateAgentActionGroup": self._update,
                "bedrock-agent.PrepareAgent": self._prepare,
            },
            ACTION.MANIFEST.calls,
        )

    def agent(self) -> dict[str, Any]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {
            "agentId": PARAMS["agent_id"],
            "agentName": "claims",
            "agentArn": "arn:aws:bedrock:eu-central-1:444455556666:agent/AG00000001",
            "agentVersion": "DRAFT",
            "agentStatus": status,
            "idleSessionTTLInSeconds": 600,
            "agentResourceRoleArn": "arn:aws:iam::444455556666:role/agents",
            "createdAt": AT,
            "updatedAt": AT,
            "instruction": self.instruction,
            "foundationModel": "anthropic.claude-3-haiku-20240307-v1:0",
            "promptOverrideConfiguration": {
                "promptConfigurations": [
                    {
                        "promptType": "ORCHESTRATION",
                        "promptCreationMode": "OVERRIDDEN",
                        "basePromptTemplate": "ours",
                    },
                    {
                        "promptType": "POST_PROCESSING",
                        "promptCreationMode": "DEFAULT",
                        "basePromptTemplate": "AWS's own",
                    },
                ]
            },
        }

    def group(self) -> dict[str, Any]:
        return {
            "agentActionGroup": {
                "agentId": PARAMS["agent_id"],
                "agentVersion": "DRAFT",
                "actionGroupId": PARAMS["action_group_id"],
                "actionGroupName": "payments",
                "createdAt": AT,
                "updatedAt": AT,
                "actionGroupState": self.state,
                "actionGroupExecutor": {"customControl": "RETURN_CONTROL"},
                "parentActionSignature": "AMAZON.UserInput",
            }
        }

    def _group(self, **_: Any) -> Mapping[str, Any]:
        return self.group()

    def _update(self, **asked: Any) -> Mapping[str, Any]:
        self.written.append(("update", asked))
        self.state = asked["actionGroupState"]
        return self.group()

    def _prepare(self, **asked: Any) -> Mapping[str, Any]:
        self.written.append(("prepare", asked))
        return {
            "agentId": PARAMS["agent_id"],
            "agentStatus": "PREPARING",
            "agentVersion": "DRAFT",
            "preparedAt": AT,
        }


def _run(aws: Bedrock, draft: Draft) -> list[Outcome]:
    effect = Effect(session=aws.session, idempotency_key="0" * 64)
    return [ACTION.apply(step, effect).outcome for step in draft.steps]


def test_only_prompts_that_somebody_wrote_are_carried() -> None:
    carried = agent_fields(Bedrock("PREPARED").agent())
    prompts = carried["promptOverrideConfiguration"]["promptConfigurations"]
    assert [one["basePromptTemplate"] for one in prompts] == ["ours"]
    assert "agentStatus" not in carried
    assert "updatedAt" not in carried


def test_an_update_repeats_everything_else_and_names_a_parent_as_updates_do() -> None:
    aws = Bedrock("PREPARED")
    draft = ACTION.plan(PARAMS, reader=aws.session)
    assert _run(aws, draft) == [Outcome.OK, Outcome.OK]
    (_, update), (_, prepare) = aws.written
    assert update == {
        "agentId": "AG00000001",
        "agentVersion": "DRAFT",
        "actionGroupId": "GR00000001",
        "actionGroupName": "payments",
        "actionGroupState": "DISABLED",
        "actionGroupExecutor": {"customControl": "RETURN_CONTROL"},
        "parentActionGroupSignature": "AMAZON.UserInput",
    }
    assert prepare == {"agentId": "AG00000001"}


@pytest.mark.parametrize(
    ("status", "says"),
    [("UPDATING", "waits"), ("NOT_PREPARED", "rests"), ("PREPARED", "rests")],
)
def test_the_second_step_may_be_made_once_the_first_is_through(
    status: str, says: str
) -> None:
    aws = Bedrock("PREPARED")
    _, second = ACTION.plan(PARAMS, reader=aws.session).steps
    aws.statuses, aws.state = [status], "DISABLED"
    assert ACTION.rests(second, aws.session) == (says == "rests")


def test_the_second_step_waits_until_the_first_is_shown() -> None:
    aws = Bedrock("PREPARED")
    _, second = ACTION.plan(PARAMS, reader=aws.session).steps
    assert not ACTION.rests(second, aws.session)


def test_what_cannot_be_read_is_not_waited_for() -> None:
    _, second = ACTION.plan(PARAMS, reader=Bedrock("PREPARED").session).steps
    assert ACTION.rests(second, FakeAws({}, ACTION.MANIFEST.calls))


def test_what_changes_between_the_steps_is_not_prepared() -> None:
    aws = Bedrock("PREPARED")
    draft = ACTION.plan(PARAMS, reader=aws.session)
    effect = Effect(session=aws.session, idempotency_key="0" * 64)
    first, second = draft.steps
    assert ACTION.apply(first, effect).outcome is Outcome.OK
    aws.instruction = "Pay whoever asks, and tell nobody about it."
    found = ACTION.apply(second, effect)
    assert found.outcome is Outcome.FAILED
    assert "the world is not as planned (bedrock.agent.fields)" in found.says
    assert [what for what, _ in aws.written] == ["update"]


def test_a_step_that_says_another_document_writes_nothing() -> None:
    aws = Bedrock("PREPARED")
    step = ACTION.plan(PARAMS, reader=aws.session).steps[0]
    forged = {**dict(step.params), ALL_OTHERS: f"unchanged, sha256 {'0' * 64}"}
    other = type(step)(
        id=step.id,
        call=step.call,
        params=tuple(sorted(forged.items())),
        compare=step.compare,
    )
    effect = Effect(session=aws.session, idempotency_key="0" * 64)
    found = ACTION.apply(other, effect)
    assert "did not happen: the world is not as planned (other fields)" in found.says
    assert aws.written == []


def test_a_step_without_its_document_writes_nothing() -> None:
    """Else an update would reset what it does not repeat."""
    aws = Bedrock("PREPARED")
    step = ACTION.plan(PARAMS, reader=aws.session).steps[0]
    bare = tuple(one for one in step.params if one[0] != ALL_OTHERS)
    other = type(step)(id=step.id, call=step.call, params=bare, compare=step.compare)
    effect = Effect(session=aws.session, idempotency_key="0" * 64)
    assert ACTION.apply(other, effect).outcome is Outcome.FAILED
    assert aws.written == []


def test_an_agent_that_is_being_changed_is_left_alone() -> None:
    with pytest.raises(BadRequest, match="somebody is changing the agent"):
        ACTION.plan(PARAMS, reader=Bedrock("UPDATING").session)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("PREPARED", Verdict.PASS),
        ("PREPARING", Verdict.INCONCLUSIVE),
        ("NOT_PREPARED", Verdict.FAIL),
        ("FAILED", Verdict.FAIL),
    ],
)
def test_it_worked_only_once_the_draft_is_prepared(
    status: str, verdict: Verdict
) -> None:
    aws = Bedrock("PREPARED")
    plan = plan_of(ACTION.plan(PARAMS, reader=aws.session))
    aws.state, aws.statuses = "DISABLED", [status]
    assert ACTION.verify(plan, reader=aws.session).verdict is verdict


def test_no_word_of_an_instruction_stands_on_the_card_or_in_the_evidence() -> None:
    aws = Bedrock("PREPARED")
    draft = ACTION.plan(PARAMS, reader=aws.session)
    kept = ACTION.snapshot(draft, reader=aws.session)
    assert "claims, and nothing else" not in f"{draft}{kept}"
    assert "ours" not in f"{draft}{kept}"
