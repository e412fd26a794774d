"""Texts of a plan become exactly what AWS's own model wants, or nothing does."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.session import Session

from bot.aws.arguments import MOST_ENTRIES, typed, typed_over

_CORE = Session()


@cache
def _client(service: str) -> Any:
    key = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return _CORE.create_client(service, region_name="eu-central-1", **key)


def _typed(call: str, texts: Mapping[str, str]) -> dict[str, Any]:
    service, _, operation = call.partition(".")
    return typed(_client(service), operation, texts, idempotency_key="k")


def test_a_path_says_where_a_text_belongs() -> None:
    found = _typed(
        "s3.PutObjectTagging",
        {
            "Bucket": "b",
            "Key": "k",
            "Tagging.TagSet.0.Key": "state",
            "Tagging.TagSet.0.Value": "held",
            "Tagging.TagSet.1.Key": "owner",
            "Tagging.TagSet.1.Value": "ml",
        },
    )
    assert found == {
        "Bucket": "b",
        "Key": "k",
        "Tagging": {
            "TagSet": [
                {"Key": "state", "Value": "held"},
                {"Key": "owner", "Value": "ml"},
            ]
        },
    }


def test_numbers_truths_and_maps_have_their_own_forms() -> None:
    found = _typed(
        "sagemaker.UpdateEndpointWeightsAndCapacities",
        {
            "EndpointName": "chat",
            "DesiredWeightsAndCapacities.0.VariantName": "old",
            "DesiredWeightsAndCapacities.0.DesiredWeight": "0.5",
            "DesiredWeightsAndCapacities.0.DesiredInstanceCount": "2",
        },
    )
    (variant,) = found["DesiredWeightsAndCapacities"]
    assert variant == {
        "VariantName": "old",
        "DesiredWeight": 0.5,
        "DesiredInstanceCount": 2,
    }
    service = {"service": "chat", "forceNewDeployment": "true", "desiredCount": "0"}
    assert _typed("ecs.UpdateService", service) == {
        "service": "chat",
        "forceNewDeployment": True,
        "desiredCount": 0,
    }


def test_an_empty_list_is_one_empty_text() -> None:
    assert _typed("wafv2.UpdateIPSet", {"Name": "n", "Addresses": ""}) == {
        "Name": "n",
        "Addresses": [],
    }


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"service": "s", "nothing": "1"}, "has no argument nothing"),
        ({"desiredCount": "two"}, "must be a whole number"),
        ({"desiredCount": "٢"}, "must be a whole number"),
        ({"forceNewDeployment": "yes"}, "must be true or false"),
        ({"loadBalancers.1.targetGroupArn": "x"}, "does not count its entries from 0"),
        ({"loadBalancers": "x"}, "is not a text"),
        ({"service": "s", "service.name": "t"}, "goes through a text"),
        ({"service.name": "t"}, "is one text"),
        ({"service.name": "t", "service": "s"}, "is given twice"),
        (
            {f"loadBalancers.{n}.containerName": "c" for n in range(MOST_ENTRIES + 1)},
            "has more than 100 entries",
        ),
    ],
)
def test_what_does_not_fit_is_refused(texts: dict[str, str], says: str) -> None:
    with pytest.raises(ParamValidationError, match=says):
        _typed("ecs.UpdateService", texts)


@pytest.mark.parametrize("number", ["inf", "nan", "1e3", "", ".", ".5", "0x1", "1_0"])
def test_a_number_is_digits_with_a_point(number: str) -> None:
    weight = {"DesiredWeightsAndCapacities.0.DesiredWeight": number}
    with pytest.raises(ParamValidationError, match="must be a number"):
        _typed("sagemaker.UpdateEndpointWeightsAndCapacities", weight)


_RULE = {"Name": "per-address", "Statement": {"RateBasedStatement": {"Limit": 2000}}}
_ACL = {"Description": "front", "Rules": [{"Name": "known"}, _RULE]}
_LIMIT = "Rules.1.Statement.RateBasedStatement.Limit"


def _over(texts: Mapping[str, str]) -> dict[str, Any]:
    waf = _client("wafv2")
    return typed_over(waf, "UpdateWebACL", _ACL, texts, idempotency_key="k")


def test_one_field_of_a_document_is_set_and_the_rest_repeated() -> None:
    found = _over({_LIMIT: "100", "LockToken": "t"})
    statement = {"RateBasedStatement": {"Limit": 100}}
    rule = {"Name": "per-address", "Statement": statement}
    rules = [{"Name": "known"}, rule]
    assert found == {"Description": "front", "LockToken": "t", "Rules": rules}


def test_the_document_itself_stays_as_it_was_read() -> None:
    _over({_LIMIT: "100"})
    assert _RULE["Statement"] == {"RateBasedStatement": {"Limit": 2000}}


@pytest.mark.parametrize(
    "path",
    [
        "Rules.2.Statement.RateBasedStatement.Limit",
        "Rules.-1.Statement.RateBasedStatement.Limit",
        "Rules.x.Name",
        "Rules.1.Statement.NoStatement.Limit",
        "Rules.1.Name.Limit",
        "Nothing",
    ],
)
def test_a_path_into_what_is_not_there_is_refused(path: str) -> None:
    with pytest.raises(ParamValidationError):
        _over({path: "100"})
