"""The part of IAM that is played allows what is allowed, and nothing else."""

from typing import Any

import pytest

from tests.awsfake.judging import allows

CHAT = "arn:aws:sagemaker:eu-central-1:000000000000:endpoint/chat"
OTHER = "arn:aws:sagemaker:eu-central-1:000000000000:endpoint/other"


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(**changed: Any) -> dict[str, Any]:
    told = {"Effect": "Allow", "Action": ["sagemaker:DeleteEndpoint"], "Resource": CHAT}
    return {**told, **changed}


def _may(
    policy: dict[str, Any],
    action: str = "sagemaker:DeleteEndpoint",
    resource: str = CHAT,
    **context: list[str],
) -> bool:
    known = {name.replace("__", ":"): value for name, value in context.items()}
    return allows(policy, action, resource, known)


def test_what_is_allowed_is_allowed() -> None:
    assert _may(_policy(_allow()))
    assert _may(_policy(_allow(Resource=[OTHER, CHAT])))
    assert _may(_policy(_allow(Resource="arn:aws:sagemaker:*:*:endpoint/c?at")))
    assert _may(_policy(_allow(Action="SageMaker:deleteendpoint")))


@pytest.mark.parametrize(
    "statement",
    [
        _allow(Resource=OTHER),
        _allow(Resource="arn:aws:sagemaker:*/chat"),
        _allow(Resource="arn:aws:sagemaker:*:endpoint/chat"),
        _allow(Resource="arn:aws:s?:*:*:endpoint/chat"),
        _allow(Resource=CHAT.upper()),
        _allow(Action="sagemaker:DescribeEndpoint"),
        _allow(NotResource=OTHER),
        _allow(Condition={"NumericLessThan": {"a:b": "3"}}),
        _allow(Condition={"StringEqualsIfExists": {"a:b": "3"}}),
        _allow(Condition={"StringEquals": {"ec2:Attribute": "Groups"}}),
    ],
)
def test_what_is_not_allowed_or_not_understood_is_refused(
    statement: dict[str, Any],
) -> None:
    assert not _may(_policy(statement))
    assert not _may(_policy())


def test_a_denial_wins_also_one_that_is_not_understood() -> None:
    denied = {"Effect": "Deny", "Action": "sagemaker:*", "Resource": "*"}
    assert not _may(_policy(_allow(), denied))
    strange = {**denied, "Condition": {"NumericLessThan": {"a:b": "3"}}}
    assert not _may(_policy(_allow(), strange))
    elsewhere = {**denied, "Resource": OTHER}
    assert _may(_policy(_allow(), elsewhere))


@pytest.mark.parametrize(
    ("condition", "found", "holds"),
    [
        ({"StringEquals": {"a:B": "x"}}, ["x"], True),
        ({"StringEquals": {"a:B": ["y", "x"]}}, ["x"], True),
        ({"StringEquals": {"a:B": "x"}}, ["X"], False),
        ({"StringEquals": {"a:B": "x*"}}, ["xy"], False),
        ({"StringEquals": {"a:B": "x"}}, ["x", "y"], False),
        ({"StringLike": {"a:B": "pl_*"}}, ["pl_1"], True),
        ({"StringLike": {"a:B": "?*"}}, [""], False),
        ({"ForAllValues:StringEquals": {"a:B": "x"}}, ["x", "y"], False),
        ({"ForAllValues:StringEquals": {"a:B": ["x", "y"]}}, ["x", "y"], True),
        ({"Null": {"a:B": "true"}}, ["x"], False),
        ({"Null": {"a:B": "false"}}, ["x"], True),
        ({"Null": {"a:C": "true"}}, ["x"], True),
        ({"StringEquals": {"a:B": "x", "a:C": "y"}}, ["x"], False),
    ],
)
def test_a_condition_holds_as_in_iam(
    condition: dict[str, Any], found: list[str], *, holds: bool
) -> None:
    assert _may(_policy(_allow(Condition=condition)), a__b=found) is holds
