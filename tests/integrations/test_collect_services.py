"""How services of ECS and functions of Lambda are doing."""

import json
from typing import Any

from integrations import aws_ecs, aws_lambda_state
from tests.aws.alerts import WINDOW, alert
from tests.fakes.aws import FakeAws, refused
from tests.fakes.clock import NOON

SERVICE = {"Dimensions.ClusterName": "prod", "Dimensions.ServiceName": "claims-api"}
FUNCTION = {"Dimensions.FunctionName": "claims"}
TASK = "arn:aws:ecs:eu-central-1:444455556666:task/prod/1"
ECS: dict[str, Any] = {
    "ecs.DescribeServices": {
        "services": [
            {
                "serviceName": "claims-api",
                "status": "ACTIVE",
                "desiredCount": 3,
                "runningCount": 1,
                "deployments": [
                    {"id": "ecs-svc/1", "rolloutState": "FAILED", "failedTasks": 4}
                ],
                "events": [
                    {"id": str(number), "createdAt": NOON, "message": f"event {number}"}
                    for number in range(100)
                ],
            }
        ]
    },
    "ecs.ListTasks": {"taskArns": [TASK]},
    "ecs.DescribeTasks": {
        "tasks": [
            {
                "taskArn": TASK,
                "stopCode": "EssentialContainerExited",
                "stoppedReason": "Essential container in task exited",
                "containers": [{"name": "app", "exitCode": 137, "reason": "OOM"}],
                "overrides": {
                    "containerOverrides": [
                        {"environment": [{"name": "TOKEN", "value": "quiet"}]}
                    ]
                },
            }
        ]
    },
}
SETTINGS = {
    "FunctionName": "claims",
    "State": "Active",
    "LastModified": "2026-05-04T11:30:12.000+0000",
    "Version": "$LATEST",
    "Environment": {"Variables": {"API_TOKEN": "quiet"}},
}
LAMBDA: dict[str, Any] = {
    "lambda.GetFunctionConfiguration": SETTINGS,
    "lambda.GetFunctionConcurrency": {"ReservedConcurrentExecutions": 0},
    "lambda.ListAliases": {"Aliases": [{"Name": "live", "FunctionVersion": "7"}]},
    "lambda.ListVersionsByFunction": {
        "Versions": [SETTINGS, {**SETTINGS, "Version": "7"}]
    },
}


def read(module: Any, about: Any, answers: Any) -> Any:
    (file,) = module.collect(about, WINDOW, reader=FakeAws(answers, module.READS))
    return file


def test_a_service_tells_why_its_tasks_stopped() -> None:
    file = read(aws_ecs, alert(**SERVICE), ECS)
    assert file.says == (
        "Service prod/claims-api in eu-central-1: ACTIVE, 1 of 3 tasks run, "
        "1 deployment, 1 task stopped lately."
    )
    content = json.loads(file.content)
    assert content["stopped"][0]["containers"][0]["exitCode"] == 137
    assert content["deployments"][0]["rolloutState"] == "FAILED"
    assert len(content["events"]) == aws_ecs.MOST_EVENTS
    assert "quiet" not in file.content


def test_a_service_or_cluster_that_is_gone_is_said() -> None:
    missing = {"services": [], "failures": [{"arn": "x", "reason": "MISSING"}]}
    for answer in (missing, refused("ClusterNotFoundException")):
        file = read(aws_ecs, alert(**SERVICE), {"ecs.DescribeServices": answer})
        assert file.says == "ECS knows no service claims-api of prod in eu-central-1."


def test_tasks_that_may_not_be_listed_are_said_beside_the_service() -> None:
    answers = {**ECS, "ecs.ListTasks": refused("AccessDeniedException")}
    file = read(aws_ecs, alert(**SERVICE), answers)
    assert file.content
    assert "the role lacks ecs:ListTasks" in file.says


def test_a_function_tells_its_limit_and_the_names_in_its_environment() -> None:
    file = read(aws_lambda_state, alert(**FUNCTION), LAMBDA)
    assert file.says == (
        "Function claims in eu-central-1: Active, last changed 2026-05-04 11:30 UTC, "
        "within the window, reserved concurrency 0, 1 alias, 1 published version."
    )
    content = json.loads(file.content)
    assert content["function"]["environment (names only)"] == ["API_TOKEN"]
    assert content["aliases"] == [{"Name": "live", "FunctionVersion": "7"}]
    assert "quiet" not in file.content


def test_a_function_that_is_gone_or_closed_is_said() -> None:
    gone = {"lambda.GetFunctionConfiguration": refused("ResourceNotFoundException")}
    file = read(aws_lambda_state, alert(**FUNCTION), gone)
    assert file.says == "Lambda knows no function claims in eu-central-1."
    file = read(aws_lambda_state, alert(**FUNCTION), {})
    assert "the role lacks lambda:GetFunctionConfiguration" in file.says
