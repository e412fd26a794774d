"""What AWS shows late is not called failed, and what has no way back is not planned."""

from typing import Any

import pytest

from bot.aws.mint import Grant, is_too_wide, literal, session_policy
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest, Unreachable
from integrations.aws_lambda_alias import MoveAlias
from integrations.aws_waf_rates import SetRateLimit
from tests.cloud import plan_of
from tests.fakes.aws import FakeAws

FUNCTION = "arn:aws:lambda:eu-central-1:444455556666:function:chat"
PARAMS = {"function_name": "chat", "alias": "live", "version": "7"}


def _lambda(version: str) -> FakeAws:
    alias = {
        "AliasArn": f"{FUNCTION}:live",
        "Name": "live",
        "FunctionVersion": version,
        "RevisionId": "r1",
    }
    wanted = {"FunctionArn": f"{FUNCTION}:7", "CodeSha256": "abc", "Version": "7"}
    answers: dict[str, Any] = {
        "lambda.GetAlias": alias,
        "lambda.GetFunctionConfiguration": wanted,
    }
    return FakeAws(answers, MoveAlias().MANIFEST.calls)


@pytest.mark.parametrize(
    ("version", "verdict", "says"),
    [
        ("8", Verdict.INCONCLUSIVE, "Too early to tell: lambda.alias.version is still"),
        ("7", Verdict.PASS, "Read again: lambda.alias.version is 7."),
        ("6", Verdict.FAIL, "Read again: lambda.alias.version is not as promised."),
    ],
)
def test_what_is_still_as_before_may_only_be_late(
    version: str, verdict: Verdict, says: str
) -> None:
    draft = MoveAlias().plan(PARAMS, reader=_lambda("8"))
    found = MoveAlias().verify(plan_of(draft), reader=_lambda(version))
    assert found.verdict is verdict
    assert found.says.startswith(says)


def test_what_the_way_back_could_not_name_is_not_changed() -> None:
    with pytest.raises(BadRequest) as refused:
        MoveAlias().plan(PARAMS, reader=_lambda("$LATEST"))
    assert refused.value.because == (
        "the way back could not set what is now: version must be the number of a "
        "published version"
    )


def test_a_session_names_no_more_than_aws_takes() -> None:
    one = "arn:aws:wafv2:eu-central-1:444455556666:regional/ipset/blocked-{}/{}"
    arns = tuple(one.format(place, "0" * 36) for place in range(19))
    fits = Grant(role="r", calls=("wafv2.UpdateWebACL",), resources=arns[:18])
    wide = Grant(role="r", calls=("wafv2.UpdateWebACL",), resources=arns)
    assert len(session_policy(fits)) <= 2048 < len(session_policy(wide))
    assert (is_too_wide(fits), is_too_wide(wide)) == (False, True)


def test_what_is_placed_in_the_account_later_counts_at_its_full_length() -> None:
    grant = Grant(role="r", calls=("appconfig.StartDeployment",), resources=())
    room = 2048 - len(session_policy(grant)) - len('""')
    named = f"appconfig:{'x' * (room - len('appconfig:'))}"
    near = Grant(role="r", calls=grant.calls, resources=(named,))
    assert len(session_policy(near)) <= 2048
    assert is_too_wide(near)


def test_an_acl_whose_rules_refer_to_too_much_is_left_to_people() -> None:
    seen = {
        "SampledRequestsEnabled": True,
        "CloudWatchMetricsEnabled": True,
        "MetricName": "m",
    }
    of = "arn:aws:wafv2:eu-central-1:444455556666:regional/ipset"
    rules: list[dict[str, Any]] = [
        {
            "Name": f"known-{place}",
            "Priority": place,
            "Statement": {"IPSetReferenceStatement": {"ARN": f"{of}/a-{place:060}/b"}},
            "VisibilityConfig": seen,
        }
        for place in range(20)
    ]
    rate = {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}}
    rules.append({**rules[0], "Name": "rate", "Priority": 30, "Statement": rate})
    acl = {
        "Name": "front",
        "Id": "0" * 8,
        "ARN": f"{of.removesuffix('ipset')}webacl/front/1",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": seen,
        "Rules": rules,
    }
    answer = {"WebACL": acl, "LockToken": "t"}
    params = {
        "web_acl_name": "front",
        "web_acl_id": "00000000-0000-0000-0000-000000000000",
        "rule_name": "rate",
        "limit": "100",
    }
    aws = FakeAws({"wafv2.GetWebACL": answer}, SetRateLimit().MANIFEST.calls)
    with pytest.raises(BadRequest, match="more things than one session of AWS"):
        SetRateLimit().plan(params, reader=aws)


@pytest.mark.parametrize(
    ("named", "read"),
    [
        ("arn:aws:iam::1:user/*/bob", "arn:aws:iam::1:user/${*}/bob"),
        ("arn:aws:iam::1:role/a?${b}", "arn:aws:iam::1:role/a${?}${$}{b}"),
        (f"{FUNCTION}:live", f"{FUNCTION}:live"),
        ("arn:*:ec2:*:1:instance/i-0", "arn:*:ec2:*:1:instance/i-0"),
    ],
)
def test_a_name_that_iam_would_read_as_a_pattern_is_only_itself(
    named: str, read: str
) -> None:
    assert literal(named) == read


def test_an_answer_that_lacks_a_field_is_told_and_not_stumbled_over() -> None:
    draft = MoveAlias().plan(PARAMS, reader=_lambda("8"))
    strange = {**_lambda("8").answers, "lambda.GetAlias": {"FunctionVersion": "7"}}
    aws = FakeAws(strange, MoveAlias().MANIFEST.calls)
    with pytest.raises(Unreachable, match="another form than is known"):
        MoveAlias().plan(PARAMS, reader=aws)
    found = MoveAlias().verify(plan_of(draft), reader=aws)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.says == (
        "It could not be checked: its answer has another form than is known (KeyError)."
    )
