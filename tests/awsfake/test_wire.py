"""What botocore sends is read as it was meant, and it understands what is answered."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from tests.awsfake.answers import NotAnAnswer, answer, refusal
from tests.awsfake.cloud import model_of
from tests.awsfake.questions import Request, arguments_of, operation_of
from tests.awsfake.service import Refused

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SENT = [
    (
        "sagemaker",
        "UpdateEndpointWeightsAndCapacities",
        {
            "EndpointName": "chat",
            "DesiredWeightsAndCapacities": [
                {"VariantName": "a", "DesiredWeight": 0.5, "DesiredInstanceCount": 2}
            ],
        },
    ),
    (
        "cloudwatch",
        "GetMetricData",
        {"MetricDataQueries": [{"Id": "m0"}], "StartTime": NOON, "EndTime": NOON},
    ),
    (
        "sts",
        "AssumeRole",
        {
            "RoleArn": "arn:aws:iam::000000000000:role/tocsin-read",
            "RoleSessionName": "tocsin",
            "DurationSeconds": 900,
            "Tags": [{"Key": "a", "Value": "b=c&d"}, {"Key": "e", "Value": ""}],
        },
    ),
    (
        "ec2",
        "ModifyInstanceAttribute",
        {"InstanceId": "i-0123", "Groups": ["sg-1", "sg-2"]},
    ),
    (
        "ec2",
        "DescribeSecurityGroups",
        {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}], "DryRun": False},
    ),
    ("ec2", "StopInstances", {"InstanceIds": ["i-1", "i-2"], "Force": True}),
    (
        "eks",
        "UpdateNodegroupConfig",
        {
            "clusterName": "ml/a b",
            "nodegroupName": "gpu",
            "scalingConfig": {"minSize": 0, "desiredSize": 0},
            "clientRequestToken": "0" * 32,
        },
    ),
    (
        "eks",
        "ListUpdates",
        {"name": "ml", "nodegroupName": "gpu", "maxResults": 5},
    ),
    (
        "appconfig",
        "CreateHostedConfigurationVersion",
        {
            "ApplicationId": "abc1234",
            "ConfigurationProfileId": "def5678",
            "Content": b"\x00{}",
            "ContentType": "application/json",
            "LatestVersionNumber": 3,
        },
    ),
    (
        "autoscaling",
        "SuspendProcesses",
        {"AutoScalingGroupName": "gpu", "ScalingProcesses": ["Launch", "Terminate"]},
    ),
]


def _sent(service: str, operation: str, given: Any) -> Request:
    model = model_of(service)
    writer = create_serializer(model.resolved_protocol, include_validation=False)
    made = writer.serialize_to_request(given, model.operation_model(operation))
    body, query = (
        urlencode(one, doseq=True) if isinstance(one, dict) else one
        for one in (made["body"], made.get("query_string") or "")
    )
    return Request(
        method=made["method"],
        target=made["url_path"] + (f"?{query}" if query else ""),
        headers={name.casefold(): str(text) for name, text in made["headers"].items()},
        body=body.encode() if isinstance(body, str) else body,
    )


@pytest.mark.parametrize(
    ("service", "name", "given"), SENT, ids=[f"{a}.{b}" for a, b, _ in SENT]
)
def test_what_botocore_sends_is_read_as_it_was_given(
    service: str, name: str, given: Any
) -> None:
    request, model = _sent(service, name, given), model_of(service)
    operation = operation_of(request, model)
    assert operation is not None
    assert operation.name == name
    assert arguments_of(request, model, operation) == given


@pytest.mark.parametrize(
    ("service", "name", "more"),
    [
        ("sagemaker", "DeleteEndpoint", b'{"EndpointName": "a", "Force": 1}'),
        ("sagemaker", "DeleteEndpoint", b"{"),
        ("ec2", "StopInstances", b"&Bogus=1"),
        ("ec2", "StopInstances", b"&InstanceId.3=i-3"),
        ("ec2", "StopInstances", b"&Force=maybe"),
        ("sts", "AssumeRole", b"&DurationSeconds=soon"),
        ("eks", "UpdateNodegroupConfig", b'{"size": 0}'),
    ],
)
def test_what_does_not_fit_the_protocol_is_refused(
    service: str, name: str, more: bytes
) -> None:
    given: Any = {
        "ec2": {"InstanceIds": ["i-1"]},
        "sts": {"RoleArn": "a", "RoleSessionName": "b"},
        "eks": {"clusterName": "a", "nodegroupName": "b"},
        "sagemaker": {"EndpointName": "a"},
    }[service]
    request, model = _sent(service, name, given), model_of(service)
    body = request.body + more if more.startswith(b"&") else more
    asked = Request(
        method=request.method, target=request.target, headers=request.headers, body=body
    )
    operation = operation_of(asked, model)
    with pytest.raises(Refused):
        arguments_of(asked, model, operation)


def test_an_operation_of_another_service_is_none() -> None:
    request = _sent("sts", "GetCallerIdentity", {})
    assert operation_of(request, model_of("ec2")) is None
    assert operation_of(request, model_of("eks")) is None
    assert operation_of(request, model_of("sagemaker")) is None


ANSWERED = [
    ("sagemaker", "DeleteEndpoint", {}),
    (
        "cloudwatch",
        "GetMetricData",
        {"MetricDataResults": [{"Id": "m0", "Timestamps": [NOON], "Values": [1.5]}]},
    ),
    ("sts", "GetCallerIdentity", {"Account": "000000000000", "Arn": "a" * 20}),
    (
        "ec2",
        "DescribeSecurityGroups",
        {
            "SecurityGroups": [
                {"GroupId": "sg-1", "IpPermissions": [], "VpcId": "vpc-1"},
                {
                    "GroupId": "sg-2",
                    "IpPermissions": [
                        {"FromPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
                    ],
                },
            ]
        },
    ),
    (
        "eks",
        "DescribeNodegroup",
        {"nodegroup": {"nodegroupName": "gpu", "createdAt": NOON, "status": "ACTIVE"}},
    ),
    (
        "appconfig",
        "GetHostedConfigurationVersion",
        {"ApplicationId": "abc1234", "VersionNumber": 4, "Content": b"\x00{}"},
    ),
]


@pytest.mark.parametrize(
    ("service", "name", "value"), ANSWERED, ids=[f"{a}.{b}" for a, b, _ in ANSWERED]
)
def test_botocore_understands_what_is_answered(
    service: str, name: str, value: Any
) -> None:
    model = model_of(service)
    operation = model.operation_model(name)
    read = _read(model, operation.output_shape, answer(model, operation, value))
    read.pop("ResponseMetadata", None)
    if "Content" in read:
        read["Content"] = read["Content"].read()
    assert read == value


@pytest.mark.parametrize("service", ["sagemaker", "ec2", "sts", "eks"])
def test_botocore_understands_a_refusal(service: str) -> None:
    model = model_of(service)
    said = refusal(model, Refused("ValidationException", "no such thing"))
    read = _read(model, None, said)
    told = {"Code": "ValidationException", "Message": "no such thing"}
    assert told.items() <= read["Error"].items()


def test_the_fake_cannot_answer_what_aws_could_not() -> None:
    model = model_of("sagemaker")
    operation = model.operation_model("UpdateModelPackage")
    with pytest.raises(NotAnAnswer, match="ModelPackageArn is missing"):
        answer(model, operation, {})
    with pytest.raises(NotAnAnswer):
        answer(model, model.operation_model("DeleteEndpoint"), {"Done": True})


def _read(model: Any, shape: Any, said: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "status_code": said.status,
        "headers": dict(said.headers),
        "body": said.body,
    }
    if shape is not None and "Content" in shape.members:
        sent["body"] = BytesIO(said.body)
    read: dict[str, Any] = create_parser(model.resolved_protocol).parse(sent, shape)
    assert json.dumps(read, default=str)
    return read
