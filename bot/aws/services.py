"""What the actions on services of ECS share: which one is meant, and how it stands.

What is changed of a service is in the integrations.
"""

from collections.abc import Mapping
from typing import Any

from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws.action import AwsAction
from bot.aws.calls import read
from bot.domain.errors import NotFound

DESIRED = "ecs.service.desired_count"
REVISION = "ecs.service.task_definition"
CONTROLLER, SCHEDULING = "ecs.service.controller", "ecs.service.scheduling"
ROLLING, REPLICA = "ECS", "REPLICA"
PARAMS: Mapping[str, Any] = {
    "cluster": {
        "type": "string",
        "description": "the name of the cluster",
        "pattern": "^[A-Za-z0-9_-]{1,255}$",
        "maxLength": 255,
    },
    "service": {
        "type": "string",
        "description": "the name of the service",
        "pattern": "^[A-Za-z0-9_-]{1,255}$",
        "maxLength": 255,
    },
}
_KEPT = (
    *("serviceName", "status", "desiredCount", "runningCount", "taskDefinition"),
    *("schedulingStrategy", "deploymentController"),
)


def _active(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one service that is meant.

    Raises:
        NotFound: There is none of this name, or it is being deleted.
    """
    for one in answer["services"]:
        if one["status"] == "ACTIVE":
            found: Mapping[str, Any] = one
            return found
    raise NotFound(
        "The service was not found",
        because="the cluster has no active service of this name",
        next_move="Compare cluster and service with the alert.",
    )


def _service(seen: Seen) -> Texts:
    """Return what a service is told to do, and who replaces its tasks."""
    found = _active(seen.answer)
    controller = found.get("deploymentController") or {}
    return {
        "ecs.service.arn": found["serviceArn"],
        DESIRED: str(found["desiredCount"]),
        REVISION: short_name(found["taskDefinition"]),
        CONTROLLER: controller.get("type") or ROLLING,
        SCHEDULING: found.get("schedulingStrategy") or REPLICA,
    }


def service_now(case: Case) -> Mapping[str, Any]:
    """Return the service as it is now, with what moves by itself.

    Raises:
        NotFound: It is gone.
        Unreachable: ECS could not be read.
    """
    given = case.params
    asked = {"cluster": given["cluster"], "services": [given["service"]]}
    return _active(read(case.reader, READING.call, asked))


def short_name(arn: str) -> str:
    """Return ``family:revision`` of a task definition's ARN."""
    return arn.rpartition("/")[2]


def _service_kept(answer: Mapping[str, Any]) -> Any:
    return [{name: one.get(name) for name in _KEPT} for one in answer["services"]]


READING = Reading(
    call="ecs.DescribeServices",
    arguments={"cluster": "cluster", "services.0": "service"},
    facts=_service,
    keep=_service_kept,
)


class ServiceAction(AwsAction):
    """Changes one thing of one service."""

    ROLE = "tocsin-act-ecs"
    TARGET = "service"
    RESOURCE = "ecs.service.arn"
