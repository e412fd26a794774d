"""The shipped policies allow what the actions call, and no more."""

import json
from importlib.resources import files
from typing import Any

import pytest

from bot.aws.action import AwsAction
from bot.aws.mint import (
    MODEL_ROLE,
    QUEUE_ROLE,
    READ_ROLE,
    Grant,
    permission,
    session_policy,
)
from bot.gate.catalogue import load_actions
from integrations import aws_cloudtrail, cloudwatch_logs, cloudwatch_metrics

ACTIONS = [one for one in load_actions().values() if isinstance(one, AwsAction)]
ROLES = sorted({one.ROLE for one in ACTIONS})
COLLECTORS = (aws_cloudtrail, cloudwatch_logs, cloudwatch_metrics)
QUEUE_CALLS = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueUrl"}
NOT_TO_BE_NARROWED = {
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:GetMetricData",
    "cloudtrail:LookupEvents",
    "bedrock:GetModelInvocationLoggingConfiguration",
}
"""AWS has no resource for these, or, for composite alarms, demands all of them.
Source: Service Authorization Reference; API reference of DescribeAlarms."""
NEEDS_NO_PERMISSION = "sts:GetCallerIdentity"


def _statements(role: str) -> list[dict[str, Any]]:
    text = files("bot.aws").joinpath(f"{role}.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return found


def _allowed(role: str) -> set[str]:
    given: set[str] = set()
    for one in _statements(role):
        if one["Effect"] == "Allow":
            named = one["Action"]
            given |= {named} if isinstance(named, str) else set(named)
    return given


def _writes(action: AwsAction) -> set[str]:
    reads = {one.call for one in (*action.FACTS, *action.TOLD)}
    reads |= {"lambda.Invoke", "sts.GetCallerIdentity"}  # witnesses
    return {call for call in action.MANIFEST.calls if call not in reads}


def test_the_reader_may_read_what_is_read_and_nothing_else() -> None:
    needed = {
        permission(call)
        for one in ACTIONS
        for call in set(one.MANIFEST.calls) - _writes(one)
    }
    needed |= {permission(call) for one in COLLECTORS for call in one.READS}
    assert _allowed(READ_ROLE) == needed - {NEEDS_NO_PERMISSION}


def test_the_queues_role_takes_messages_and_nothing_else() -> None:
    assert _allowed(QUEUE_ROLE) == QUEUE_CALLS


def test_the_models_role_asks_and_does_nothing_else() -> None:
    assert _allowed(MODEL_ROLE) == {"bedrock:InvokeModel", "bedrock:ApplyGuardrail"}
    given = [one["Resource"] for one in _statements(MODEL_ROLE)]
    places = [
        one for named in given for one in ([named] if type(named) is str else named)
    ]
    assert all(one.startswith("arn:aws:bedrock:") for one in places)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_its_actions_calls_and_nothing_else(role: str) -> None:
    needed: set[str] = set()
    for one in ACTIONS:
        if role == one.ROLE:
            needed |= {permission(call) for call in _writes(one)}
            needed |= {permission(each.call) for each in one.FACTS}
    assert _allowed(role) == needed


@pytest.mark.parametrize("role", [READ_ROLE, QUEUE_ROLE, *ROLES, "tocsin-base"])
def test_nothing_is_allowed_everywhere(role: str) -> None:
    for one in _statements(role):
        if one["Effect"] == "Allow" and one["Resource"] == "*":
            assert set(one["Action"]) <= NOT_TO_BE_NARROWED
        elif one["Effect"] == "Allow":
            named = one["Resource"]
            places = [named] if isinstance(named, str) else named
            assert all("ACCOUNT" in place for place in places)
            assert "*" not in one["Action"]


def test_a_session_policy_names_one_resource() -> None:
    grant = Grant(role="r", calls=("iam.GetUser", "lambda.Invoke"), resource="arn:x")
    (statement,) = json.loads(session_policy(grant))["Statement"]
    assert statement["Resource"] == ["arn:x"]
    assert statement["Action"] == ["iam:GetUser", "lambda:InvokeFunction"]
