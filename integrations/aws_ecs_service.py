"""Amazon ECS: how many tasks a service runs, and of which revision.

Zero stops a service without deleting anything; another revision of the same task
definition brings back what ran before. Both are undone by the value from before.

Source: Amazon ECS API reference, UpdateService: what services whose tasks another one
replaces (``CODE_DEPLOY``, ``EXTERNAL``) take; DeploymentRolloutState.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws.services import (
    CONTROLLER,
    DESIRED,
    PARAMS,
    READING,
    REPLICA,
    REVISION,
    ROLLING,
    SCHEDULING,
    ServiceAction,
    service_now,
)
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_ecs_service",
    title="Amazon ECS services",
    docs="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/",
    summary="Scales a service, down to nothing, and changes its task definition.",
)


def _revision(seen: Seen) -> Texts:
    """Return the revision that is wanted.

    Raises:
        BadRequest: It may not run any more, or is another family's.
    """
    found = seen.answer["taskDefinition"]
    family = seen.known[REVISION].partition(":")[0]
    if found.get("status", "ACTIVE") != "ACTIVE" or found["family"] != family:
        raise BadRequest(
            "The service was not planned to change",
            because="the revision is not an active one of the same task definition",
            next_move=f"Name a revision of {family} that ran well before.",
        )
    return {
        "ecs.task_definition.arn": found["taskDefinitionArn"],
        "ecs.task_definition.images": ", ".join(_images(found)),
    }


def _images(definition: Mapping[str, Any]) -> list[str]:
    return sorted(one.get("image", "") for one in definition["containerDefinitions"])


def _revision_kept(answer: Mapping[str, Any]) -> Any:
    """Return which code it is. Environments hold secrets: left out."""
    found = answer["taskDefinition"]
    return {"arn": found["taskDefinitionArn"], "images": _images(found)}


_READ_REVISION = Reading(
    call="ecs.DescribeTaskDefinition",
    arguments={"taskDefinition": "task_definition"},
    facts=_revision,
    keep=_revision_kept,
)


class SetDesiredCount(ServiceAction):
    """Sets how many tasks a service runs; 0 stops it."""

    IDENTITY: ClassVar[Texts] = {"cluster": "cluster", "service": "service"}
    NEEDS = (
        Need(
            fact=SCHEDULING,
            values=frozenset({REPLICA}),
            because="it runs one task on every instance, and ECS counts none for it",
            next_move="Keep it from its instances by hand, or drain those.",
        ),
    )
    # A task that a load balancer lets go of gracefully ends after five minutes.
    SECONDS = 300
    USUAL: ClassVar[Texts] = {DESIRED: "2"}
    WANTED: ClassVar[Texts] = {DESIRED: "{desired_count}"}
    WORDS: ClassVar[Texts] = {DESIRED: "tasks wanted of {service} in {cluster}"}
    PROMISE = (
        "The count that is wanted is read again, and how many tasks run is told. Where "
        "it is 0, none may run any more."
    )
    FACTS = (READING,)
    WRITE = (
        "ecs.UpdateService",
        {
            "cluster": "{cluster}",
            "service": "{service}",
            "desiredCount": "{desired_count}",
        },
    )
    MANIFEST = ActionManifest(
        name="aws.ecs.set_desired_count",
        cuts_off=True,
        version=1,
        title="Scale or stop an ECS service",
        params=schema(
            **PARAMS,
            desired_count={
                "type": "string",
                "description": "0 to stop it, or a number of tasks up to 5000",
                "pattern": "^(0|[1-9][0-9]{0,2}|[1-4][0-9]{3}|5000)$",
                "maxLength": 4,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("ecs.DescribeServices",),
        calls=("ecs.UpdateService", "ecs.DescribeServices"),
        rollback="aws.ecs.set_desired_count",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one service; auto scaling may bring tasks back."""
        stopped = case.params["desired_count"] == "0"
        what = "All its tasks end." if stopped else "Tasks start or end."
        says = f"One service. {what} Where it is scaled automatically, that goes on."
        return Blast(systems=1, says=says)

    def witness(self, case: Case) -> Verified:
        """Say how many tasks run; one that is stopped has none."""
        running = int(service_now(case)["runningCount"])
        wanted = case.params["desired_count"]
        tasks = "1 task runs" if running == 1 else f"{running} tasks run"
        if wanted == "0" and running:
            says = f"Too early to tell: none is wanted, and {tasks} still."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
        says = f"Read again: {wanted} wanted, {tasks}."
        return Verified(verdict=Verdict.PASS, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the count from before."""
        before = was(draft, DESIRED)
        return {**dict(draft.params), "desired_count": before}


class SetTaskDefinition(ServiceAction):
    """Lets a service run another revision of its task definition."""

    IDENTITY: ClassVar[Texts] = {
        "cluster": "cluster",
        "service": "service",
        "task_definition": "taskDefinition",
    }
    BESIDE = ("ecs.task_definition.arn",)
    NEEDS = (
        Need(
            fact=CONTROLLER,
            values=frozenset({ROLLING}),
            because="ECS does not replace its tasks itself, and refuses another "
            "revision for it",
            next_move="Roll it back in CodeDeploy, or where it is deployed from.",
        ),
    )
    SECONDS = 600
    WANTED: ClassVar[Texts] = {REVISION: "{task_definition}"}
    WORDS: ClassVar[Texts] = {REVISION: "revision that {service} in {cluster} runs"}
    PROMISE = (
        "The revision is read again, until ECS says that every task was replaced. "
        "What the tasks answer is not looked at."
    )
    FACTS = (READING, _READ_REVISION)
    WRITE = (
        "ecs.UpdateService",
        {
            "cluster": "{cluster}",
            "service": "{service}",
            "taskDefinition": "{task_definition}",
        },
    )
    MANIFEST = ActionManifest(
        name="aws.ecs.set_task_definition",
        version=1,
        title="Roll an ECS service back to another revision",
        params=schema(
            **PARAMS,
            task_definition={
                "type": "string",
                "description": "the task definition with its revision, as chat:41",
                "pattern": "^[A-Za-z0-9_-]{1,240}:[1-9][0-9]{0,8}$",
                "maxLength": 250,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("ecs.DescribeServices", "ecs.DescribeTaskDefinition"),
        calls=(
            "ecs.UpdateService",
            "ecs.DescribeServices",
            "ecs.DescribeTaskDefinition",
        ),
        rollback="aws.ecs.set_task_definition",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one service and the images it will run."""
        images = case.facts["ecs.task_definition.images"]
        return Blast(systems=1, says=f"One service; its tasks will run {images}.")

    def witness(self, case: Case) -> Verified:
        """Say how far ECS is with replacing the tasks."""
        found = service_now(case)
        state = {
            one["status"]: one.get("rolloutState")
            for one in found.get("deployments") or ()
        }.get("PRIMARY")
        says = f"Read again: it runs {case.params['task_definition']}, and "
        if state == "FAILED":
            says += "ECS could not bring its tasks up."
            return Verified(verdict=Verdict.FAIL, says=says)
        if state == "IN_PROGRESS":
            says = "Too early to tell: ECS still replaces its tasks."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
        says += f"{found['runningCount']} of {found['desiredCount']} tasks run."
        return Verified(verdict=Verdict.PASS, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the revision from before."""
        before = was(draft, REVISION)
        return {**dict(draft.params), "task_definition": before}


ACTIONS = (SetDesiredCount(), SetTaskDefinition())
