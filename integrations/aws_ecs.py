"""How a service of Amazon ECS is doing: deployments, events, why tasks stopped.

Collects only. Environments of containers are not read.
"""

from collections.abc import Mapping
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.named import named
from bot.aws.shown import as_json, number, only
from bot.domain.envelope import Alert
from bot.domain.errors import NotFound, Unreachable
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_ecs",
    title="Amazon ECS",
    docs="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/",
    summary="State, deployments and events of a service, and why its tasks stopped.",
)
READS = ("ecs.DescribeServices", "ecs.ListTasks", "ecs.DescribeTasks")
MOST_EVENTS = 30
MOST_TASKS = 20
_SERVICE = (
    *("serviceName", "serviceArn", "status", "desiredCount", "runningCount"),
    *("pendingCount", "launchType", "platformVersion", "taskDefinition", "createdAt"),
)
_DEPLOYMENT = (
    *("id", "status", "taskDefinition", "desiredCount", "pendingCount", "runningCount"),
    *("failedTasks", "createdAt", "updatedAt", "rolloutState", "rolloutStateReason"),
)
_EVENT = ("createdAt", "message")
_TASK = (
    *("taskArn", "taskDefinitionArn", "lastStatus", "stopCode", "stoppedReason"),
    *("createdAt", "startedAt", "stoppedAt", "healthStatus", "availabilityZone"),
)
_CONTAINER = ("name", "image", "lastStatus", "exitCode", "reason", "healthStatus")


def concerns(alert: Alert) -> bool:
    """Tell whether an alert names a service of a cluster."""
    return bool(named(alert).services)


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return one file a service."""
    del window  # ECS keeps stopped tasks for an hour, and the last events
    if not concerns(alert):
        return ()
    things = named(alert)
    asking = Asking(reader, region=things.region)
    return tuple(_service(asking.fresh(), *one) for one in things.services)


def _service(asking: Asking, cluster: str, service: str) -> Collected:
    name = f"ecs-{cluster}-{service}.json"
    try:
        answer = asking.ask("ecs.DescribeServices", cluster=cluster, services=[service])
    except NotFound:
        answer = {}
    except Unreachable as error:
        says = f"Service {cluster}/{service}: {error.what}, because {error.because}."
        return Collected(name=name, content="", says=says, call=asking.told)
    told = next(iter(answer.get("services") or ()), None)
    if told is None:
        says = f"ECS knows no service {service} of {cluster} in {asking.region}."
        return Collected(name=name, content="", says=says, call=asking.told)
    deployments = [only(_DEPLOYMENT, one) for one in told.get("deployments") or ()]
    events, stopped = told.get("events") or (), _stopped(asking, cluster, service)
    running = f"{told.get('runningCount', 0)} of {told.get('desiredCount', 0)}"
    return Collected(
        name=name,
        content=as_json(
            {
                "service": only(_SERVICE, told),
                "deployments": deployments,
                "events": [only(_EVENT, one) for one in events[:MOST_EVENTS]],
                "stopped": stopped,
            }
        ),
        says=asking.says(
            f"Service {cluster}/{service} in {asking.region}: {told.get('status')}, "
            f"{running} tasks run, {number(len(deployments), 'deployment')}, "
            f"{number(len(stopped), 'task')} stopped lately."
        ),
        call=asking.told,
    )


def _stopped(asking: Asking, cluster: str, service: str) -> list[dict[str, Any]]:
    """Return the tasks that stopped within the last hour, and why."""
    listed = asking.every(
        "ecs.ListTasks",
        Paging(items="taskArns"),
        pages=1,
        most=MOST_TASKS,
        cluster=cluster,
        serviceName=service,
        desiredStatus="STOPPED",
    )
    if not listed:
        return []
    answer = asking.maybe("ecs.DescribeTasks", cluster=cluster, tasks=listed)
    return [_task(one) for one in answer.get("tasks") or ()]


def _task(told: Mapping[str, Any]) -> dict[str, Any]:
    containers = [only(_CONTAINER, one) for one in told.get("containers") or ()]
    return only(_TASK, told) | {"containers": containers}
