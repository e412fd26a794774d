"""What changed last at an endpoint of SageMaker and in a group of packages."""

import json
from datetime import timedelta
from typing import Any

from bot.ports.collect import Collected
from integrations.aws_sagemaker_history import READS, collect
from tests.aws.alerts import WINDOW, alert, thing
from tests.fakes.aws import FakeAws, refused
from tests.fakes.clock import NOON

ARN = "arn:aws:sagemaker:eu-central-1:444455556666"
CHANGED = NOON - timedelta(minutes=5)


def config(name: str, instances: int) -> dict[str, Any]:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": f"model-{name}",
        "InitialInstanceCount": instances,
        "InstanceType": "ml.m5.large",
    }
    return {
        "EndpointConfigName": name,
        "EndpointConfigArn": f"{ARN}:endpoint-config/{name}",
        "ProductionVariants": [variant],
        "CreationTime": NOON,
    }


def listed(name: str) -> dict[str, Any]:
    arn = f"{ARN}:endpoint-config/{name}"
    return {"EndpointConfigName": name, "EndpointConfigArn": arn, "CreationTime": NOON}


ANSWERS: dict[str, Any] = {
    "sagemaker.DescribeEndpoint": {
        "EndpointName": "scorer",
        "EndpointArn": f"{ARN}:endpoint/scorer",
        "EndpointConfigName": "scorer-8",
        "EndpointStatus": "InService",
        "CreationTime": NOON,
        "LastModifiedTime": CHANGED,
    },
    "sagemaker.ListEndpointConfigs": {
        "EndpointConfigs": [listed("scorer-9"), listed("scorer-8"), listed("scorer-7")]
    },
    "sagemaker.DescribeEndpointConfig": lambda **asked: config(
        asked["EndpointConfigName"], int(asked["EndpointConfigName"][-1])
    ),
    "sagemaker.DescribeModel": lambda **asked: {
        "ModelName": asked["ModelName"],
        "ModelArn": f"{ARN}:model/x",
        "CreationTime": NOON,
        "PrimaryContainer": {
            "Image": "registry/x:1",
            "Environment": {"TOKEN": "quiet"},
        },
    },
}


def read(about: Any, **answers: Any) -> dict[str, Collected]:
    found = collect(about, WINDOW, reader=FakeAws({**ANSWERS, **answers}, READS))
    return {one.name: one for one in found}


def test_an_endpoint_tells_what_its_configuration_does_differently() -> None:
    file = read(alert(*thing("endpoint", "scorer")))["sagemaker-endpoint-scorer.json"]
    assert file.says == (
        "Endpoint scorer in eu-central-1: InService, last changed 2026-05-04 11:55:00 "
        "UTC, within the window. 2 differences to the configuration before."
    )
    content = json.loads(file.content)
    (pair, differ), *_ = content["changes"].items()
    assert pair == "scorer-7 → scorer-8"
    assert [one["path"].rpartition(".")[2] for one in differ] == [
        "InitialInstanceCount",
        "ModelName",
    ]
    (model,) = content["models"]
    assert model["containers"][0]["environment (names only)"] == ["TOKEN"]
    assert "quiet" not in file.content


def test_an_endpoint_that_is_gone_is_said() -> None:
    words = 'Could not find endpoint "scorer".'
    gone = refused("ValidationException", words)
    found = read(
        alert(*thing("endpoint", "scorer")), **{"sagemaker.DescribeEndpoint": gone}
    )
    assert [(one.content, one.says) for one in found.values()] == [
        ("", "SageMaker knows no endpoint scorer in eu-central-1.")
    ]


def test_an_endpoint_that_may_not_be_read_names_the_permission() -> None:
    denied = refused("AccessDeniedException")
    found = read(
        alert(*thing("endpoint", "scorer")), **{"sagemaker.DescribeEndpoint": denied}
    )
    (file,) = found.values()
    assert "the role lacks sagemaker:DescribeEndpoint" in file.says


def test_a_group_of_packages_tells_its_newest_and_who_touched_it() -> None:
    arn = f"{ARN}:model-package/claims/2"
    newest = {
        "ModelPackageArn": arn,
        "ModelPackageVersion": 2,
        "ModelPackageGroupName": "claims",
        "CreationTime": NOON - timedelta(days=2),
        "ModelPackageStatus": "Completed",
        "ModelApprovalStatus": "Approved",
    }
    touched = {
        **newest,
        "ModelPackageName": "claims",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "LastModifiedTime": CHANGED,
        "LastModifiedBy": {"UserProfileName": "dana", "DomainId": "d-1"},
    }
    found = read(
        alert(*thing("model", "claims"), source="aws_sagemaker"),
        **{
            "sagemaker.ListModelPackages": {"ModelPackageSummaryList": [newest]},
            "sagemaker.DescribeModelPackage": touched,
        },
    )
    file = found["sagemaker-packages-claims.json"]
    assert file.says == (
        "Model packages claims in eu-central-1: the newest is version 2, Approved; "
        "last changed 2026-05-04 11:55:00 UTC, within the window."
    )
    (one,) = json.loads(file.content)["newest"]
    assert one["LastModifiedBy"] == {"UserProfileName": "dana"}


def test_a_group_without_packages_is_said() -> None:
    found = read(
        alert(*thing("model", "claims"), source="aws_sagemaker"),
        **{"sagemaker.ListModelPackages": {"ModelPackageSummaryList": []}},
    )
    (file,) = found.values()
    assert file.says == "No model package claims in eu-central-1."
