"""The shipped policies allow what the actions call, and no more."""

import json
from importlib.resources import files
from typing import Any

import pytest

from bot.aws.action import AwsAction
from bot.aws.mint import READ_ROLE, Grant, permission, session_policy
from bot.gate.catalogue import load_actions

ACTIONS = [one for one in load_actions().values() if isinstance(one, AwsAction)]
ROLES = sorted({one.ROLE for one in ACTIONS})
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


def test_the_reader_may_read_what_the_actions_read_and_nothing_else() -> None:
    needed = {
        permission(call)
        for one in ACTIONS
        for call in set(one.MANIFEST.calls) - _writes(one)
    }
    assert _allowed(READ_ROLE) == needed - {NEEDS_NO_PERMISSION}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_its_actions_calls_and_nothing_else(role: str) -> None:
    needed: set[str] = set()
    for one in ACTIONS:
        if role == one.ROLE:
            needed |= {permission(call) for call in _writes(one)}
            needed |= {permission(each.call) for each in one.FACTS}
    assert _allowed(role) == needed


@pytest.mark.parametrize("role", [READ_ROLE, *ROLES, "tocsin-base"])
def test_nothing_is_allowed_everywhere(role: str) -> None:
    for one in _statements(role):
        if one["Effect"] == "Allow":
            assert "ACCOUNT" in one["Resource"]
            assert "*" not in one["Action"]


def test_a_session_policy_names_one_resource() -> None:
    grant = Grant(role="r", calls=("iam.GetUser", "lambda.Invoke"), resource="arn:x")
    (statement,) = json.loads(session_policy(grant))["Statement"]
    assert statement["Resource"] == ["arn:x"]
    assert statement["Action"] == ["iam:GetUser", "lambda:InvokeFunction"]
