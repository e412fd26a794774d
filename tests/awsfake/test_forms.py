"""A value is as botocore's model says, or it is told what is wrong with it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.awsfake.cloud import model_of
from tests.awsfake.forms import problems

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
WEIGHTS = "DesiredWeightsAndCapacities"
ENDPOINT = {
    "EndpointName": "chat",
    "EndpointArn": "arn:aws:sagemaker:eu-central-1:000000000000:endpoint/chat",
    "EndpointStatus": "InService",
    "CreationTime": NOON,
    "LastModifiedTime": NOON,
}


def _shape(service: str, operation: str, side: str) -> Any:
    return getattr(model_of(service).operation_model(operation), f"{side}_shape")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, ".EndpointName is missing"),
        ({"EndpointName": 7}, "is a int and must be a string"),
        ({"EndpointName": True}, "is a bool and must be a string"),
        ({"EndpointName": "x" * 64}, "must be at most 63"),
        ({"EndpointName": "chat\n"}, "must satisfy the pattern"),
        ({"EndpointName": "-chat"}, "must satisfy the pattern"),
        ({"EndpointName": "chat", "Force": True}, ".Force is not a member"),
        (["chat"], "it is a list and must be a structure"),
    ],
)
def test_an_argument_that_aws_would_not_take_is_named(given: Any, says: str) -> None:
    found = list(problems(_shape("sagemaker", "DeleteEndpoint", "input"), given))
    assert len(found) >= 1
    assert says in " ".join(found)


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ([], "must be at least 1"),
        ([{"DesiredWeight": 1.0}], "[0].VariantName is missing"),
        ([{"VariantName": "a", "DesiredWeight": -0.5}], "must be at least 0"),
        ([{"VariantName": "a", "DesiredInstanceCount": 1.5}], "must be a integer"),
    ],
)
def test_lists_and_numbers_are_looked_into(weights: Any, says: str) -> None:
    given = {"EndpointName": "chat", WEIGHTS: weights}
    shape = _shape("sagemaker", "UpdateEndpointWeightsAndCapacities", "input")
    assert says in " ".join(problems(shape, given))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"EndpointStatus": "Fine"}, "must be one of OutOfService, Creating"),
        ({"CreationTime": "2026-05-04"}, "must be a timestamp"),
        ({"EndpointArn": "chat"}, "must satisfy the pattern"),
    ],
)
def test_an_answer_that_aws_could_not_give_is_told(changed: Any, says: str) -> None:
    shape = _shape("sagemaker", "DescribeEndpoint", "output")
    assert list(problems(shape, ENDPOINT)) == []
    assert says in " ".join(problems(shape, {**ENDPOINT, **changed}))


def test_of_a_union_exactly_one_member_is_given() -> None:
    shape = _shape("bedrock-agent", "CreateDataSource", "input")
    union = next(
        one for one in _walked(shape, set()) if one.metadata.get("union") is True
    )
    first, second, *_ = union.members
    none_given = list(problems(union, {}))
    assert any("exactly one member" in one for one in none_given)
    both: dict[str, Any] = {first: {}, second: {}}
    assert any("exactly one member" in one for one in problems(union, both))


def _walked(shape: Any, seen: set[str]) -> Any:
    if shape.name in seen:
        return
    seen.add(shape.name)
    yield shape
    match shape.type_name:
        case "structure":
            for one in shape.members.values():
                yield from _walked(one, seen)
        case "list":
            yield from _walked(shape.member, seen)
        case _:
            return
