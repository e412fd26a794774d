"""The shipped policies allow what the actions call, and no more."""

import importlib
import json
import pkgutil
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any

import pytest

import integrations
from bot.aws import blobs, canary, ip_sets, measure, wrapping
from bot.aws.action import AwsAction
from bot.aws.mint import (
    MODEL_ROLE,
    QUEUE_ROLE,
    READ_ROLE,
    STORE_ROLE,
    Grant,
    session_policy,
)
from bot.aws.permissions import NOT_NARROWED, permission
from bot.aws.session import _loader
from bot.gate.catalogue import load_actions

ACTIONS = [one for one in load_actions().values() if isinstance(one, AwsAction)]
ROLES = sorted({one.ROLE for one in ACTIONS})
READS = {
    call
    for one in pkgutil.iter_modules(integrations.__path__)
    for call in getattr(
        importlib.import_module(f"integrations.{one.name}"), "READS", ()
    )
}
QUEUE_CALLS = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueUrl"}
OF_NO_ACCOUNT = {
    *("arn:aws:s3:::*", "arn:aws:s3:::*/*"),
    "arn:aws:apigateway:*::/usageplans/??????",
    "arn:aws:apigateway:*::/usageplans/??????????",
}
"""The ARNs of S3 and API Gateway name no account; for S3 a condition does. Ids of
usage plans have six or ten characters: a star would also reach the keys of a plan,
which AWS tells with their values."""
NEVER = ("secretvalue", "kms:", "decrypt", "bedrock:invoke", "converse")
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
    # Witnesses, and what is measured afterwards.
    reads |= {"lambda.Invoke", "sts.GetCallerIdentity", canary.CALL, measure.CALL}
    # Read while it is planned, for the card.
    reads |= {ip_sets.LIST, ip_sets.GET}
    return {call for call in action.MANIFEST.calls if call not in reads}


def test_the_reader_may_read_what_is_read_and_nothing_else() -> None:
    needed = {
        permission(call)
        for one in ACTIONS
        for call in set(one.MANIFEST.calls) - _writes(one)
    }
    needed |= {permission(call) for call in READS}
    # Where a version is named, S3 judges this one instead.
    needed |= {"s3:GetObjectVersionTagging"}
    assert _allowed(READ_ROLE) == needed - {NEEDS_NO_PERMISSION}


def test_the_reader_opens_no_secret_no_object_and_calls_no_model() -> None:
    allowed = " ".join(_allowed(READ_ROLE)).casefold()
    assert [one for one in NEVER if one in allowed] == []
    of_objects = {one for one in _allowed(READ_ROLE) if one.startswith("s3:")}
    assert of_objects == {
        "s3:GetObjectTagging",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectLegalHold",
        "s3:GetBucketPolicy",
    }
    of_secrets = {one for one in _allowed(READ_ROLE) if one.startswith("secretsm")}
    assert of_secrets == {"secretsmanager:DescribeSecret"}
    changing = ("put", "create", "delete", "update", "set", "attach", "stop", "run")
    verbs = [one.partition(":")[2].casefold() for one in _allowed(READ_ROLE)]
    assert [one for one in verbs if one.startswith(changing)] == []


@pytest.mark.parametrize("role", [READ_ROLE, "tocsin-act-flags"])
def test_parameters_are_reached_under_one_prefix_only(role: str) -> None:
    (of_ssm,) = (one for one in _statements(role) if "ssm:" in str(one["Action"]))
    assert of_ssm["Resource"] == "arn:aws:ssm:*:ACCOUNT:parameter/tocsin/*"
    assert set(of_ssm["Action"]) <= {"ssm:GetParameter", "ssm:PutParameter"}


def test_the_role_fits_into_one_inline_policy() -> None:
    """AWS counts characters without spaces: 10,240 for a role."""
    text = files("bot.aws").joinpath(f"{READ_ROLE}.json").read_text("utf-8")
    assert len("".join(text.split())) < 10_240 - 1_000


def test_the_queues_role_takes_messages_and_nothing_else() -> None:
    assert _allowed(QUEUE_ROLE) == QUEUE_CALLS


def test_the_stores_role_keeps_ciphertext_and_wraps_keys_and_nothing_else() -> None:
    needed = {permission(call) for call in (*blobs.CALLS, *wrapping.CALLS)}
    assert _allowed(STORE_ROLE) == needed


def test_the_stores_role_wraps_nothing_but_keys_of_shares() -> None:
    (wraps,) = (
        one for one in _statements(STORE_ROLE) if "kms:Encrypt" in one["Action"]
    )
    assert wraps["Condition"]["Null"] == {"kms:EncryptionContext:share": "false"}


def test_the_models_role_asks_and_does_nothing_else() -> None:
    assert _allowed(MODEL_ROLE) == {"bedrock:InvokeModel", "bedrock:ApplyGuardrail"}
    given = [one["Resource"] for one in _statements(MODEL_ROLE)]
    places = [
        one for named in given for one in ([named] if type(named) is str else named)
    ]
    assert all(one.startswith("arn:aws:bedrock:") for one in places)


@pytest.mark.parametrize("role", [READ_ROLE, *ROLES])
def test_buckets_of_other_accounts_are_out_of_reach(role: str) -> None:
    own = {"StringEquals": {"aws:ResourceAccount": "ACCOUNT"}}
    assert all(
        one["Condition"] == own
        for one in _statements(role)
        if str(one["Resource"]).startswith("arn:aws:s3:")
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_its_actions_calls_and_nothing_else(role: str) -> None:
    needed: set[str] = set()
    for one in ACTIONS:
        if role == one.ROLE:
            needed |= {permission(call) for call in _writes(one)}
            needed |= {permission(each.call) for each in one.FACTS}
            needed |= {permission(call) for call in one.IMPLIED}
    assert _allowed(role) == needed


@pytest.mark.parametrize(
    "role", [READ_ROLE, QUEUE_ROLE, STORE_ROLE, *ROLES, "tocsin-base"]
)
def test_nothing_is_allowed_everywhere(role: str) -> None:
    for one in _statements(role):
        if one["Effect"] == "Allow" and one["Resource"] == "*":
            assert set(one["Action"]) <= NOT_NARROWED
        elif one["Effect"] == "Allow":
            named = one["Resource"]
            places = [named] if isinstance(named, str) else named
            assert all("ACCOUNT" in one or one in OF_NO_ACCOUNT for one in places)
            assert "*" not in one["Action"]


@pytest.mark.parametrize(
    "function", ["rotate-claims", "SecretsManagerRDSPostgreSQLRotationSingleUser"]
)
def test_a_function_that_rotates_may_be_called_as_aws_itself_names_it(
    function: str,
) -> None:
    (calls,) = (
        one
        for one in _statements("tocsin-act-secrets")
        if "lambda:InvokeFunction" in one["Action"]
    )
    asked = f"arn:aws:lambda:eu-central-1:ACCOUNT:function:{function}"
    assert any(fnmatchcase(asked, one) for one in calls["Resource"])


FILES = sorted(
    one.name.removesuffix(".json")
    for one in files("bot.aws").iterdir()
    if one.name.startswith("tocsin-") and one.name.endswith(".json")
)
NO_OPERATIONS = {
    *("apigateway:GET", "apigateway:PATCH", "iam:PassRole", "lambda:InvokeFunction"),
    *("s3:PutObjectVersionTagging", "s3:GetObjectVersionTagging", "s3:ListBucket"),
    "s3:ListBucketMultipartUploads",
    *("sts:TagSession", "sts:SetSourceIdentity"),
}
"""Permissions that are called otherwise than the operation they are for.

Source: Service Authorization Reference.
"""
KEYS_OF = {
    "aws:ResourceAccount": ("s3:",),
    "aws:ResourceTag/tocsin-probe": ("lambda:InvokeFunction",),
    "iam:PassedToService": ("iam:PassRole",),
    "iam:PolicyARN": ("iam:Attach", "iam:Detach"),
    "kms:EncryptionContext:share": ("kms:Encrypt", "kms:Decrypt"),
    "kms:GrantIsForAWSResource": ("kms:CreateGrant",),
    "kms:ResourceAliases": ("kms:",),
    "kms:ViaService": ("kms:",),
    "sts:RoleSessionName": ("sts:AssumeRole",),
    "sts:SourceIdentity": ("sts:AssumeRole", "sts:SetSourceIdentity"),
}
"""Condition key → the actions whose request has it, by how they begin.

A condition on a key that a request does not have is never true, and the role could not
do what it is there for. Source: Service Authorization Reference.
"""


def _named(statement: dict[str, Any]) -> list[str]:
    named = statement["Action"]
    return [named] if isinstance(named, str) else named


@pytest.mark.parametrize("file", FILES)
def test_a_condition_stands_only_beside_actions_that_know_its_key(file: str) -> None:
    strange = [
        (action, key)
        for one in _statements(file)
        for keys in one.get("Condition", {}).values()
        for key in keys
        for action in _named(one)
        if not action.startswith(KEYS_OF.get(key, ()))
    ]
    assert strange == []


@pytest.mark.slow
def test_every_action_of_the_files_is_one_that_aws_has() -> None:
    behind = {"bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime")}
    every = {
        action
        for file in FILES
        for one in _statements(file)
        for action in _named(one)
        if action != "*"
    }
    known: dict[str, set[str]] = {}
    for prefix in {one.partition(":")[0] for one in every}:
        services = behind.get(prefix, (prefix,))
        models = (_loader().load_service_model(one, "service-2") for one in services)
        known[prefix] = {name for model in models for name in model["operations"]}
    strange = {
        one
        for one in every
        if one.partition(":")[2] not in known[one.partition(":")[0]]
    }
    assert strange == NO_OPERATIONS


def test_a_session_policy_names_one_resource() -> None:
    grant = Grant(
        role="r", calls=("iam.GetUser", "lambda.Invoke"), resources=("arn:x",)
    )
    (statement,) = json.loads(session_policy(grant))["Statement"]
    assert statement["Resource"] == ["arn:x"]
    assert statement["Action"] == ["iam:GetUser", "lambda:InvokeFunction"]
