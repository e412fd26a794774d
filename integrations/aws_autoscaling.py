"""Amazon EC2 Auto Scaling: how many instances a group wants, and what it may do itself.

A group replaces what people isolate and grows with what attackers cause. Suspending one
of its processes holds that; what it has begun goes on. The bounds of a group are left
alone: who may change them may also change what its instances run.

Source: Amazon EC2 Auto Scaling User Guide, "Suspend and resume processes".
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws.action import AwsAction
from bot.domain.errors import NotFound
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_autoscaling",
    title="Amazon EC2 Auto Scaling",
    docs="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/",
    summary="Sets how many instances a group wants, and suspends its processes.",
)

_ARN = "autoscaling.group.arn"
_DESIRED = "autoscaling.group.desired"
_IN_BOUNDS = "autoscaling.group.is_in_bounds"
_PROCESS = "autoscaling.group.process"
_RUNS, _SUSPENDED = "runs", "suspended"
_FIND = "autoscaling.DescribeAutoScalingGroups"
_SUSPEND, _RESUME = "autoscaling.SuspendProcesses", "autoscaling.ResumeProcesses"
_SET = "autoscaling.SetDesiredCapacity"
_KEPT = (
    *("AutoScalingGroupName", "AutoScalingGroupARN", "MinSize", "DesiredCapacity"),
    *("MaxSize", "SuspendedProcesses", "LaunchTemplate", "LaunchConfigurationName"),
)
_GROUP: Mapping[str, Any] = {
    "type": "string",
    "description": "the name of the Auto Scaling group",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,253}[A-Za-z0-9]$",
    "maxLength": 255,
}
_ONE_PROCESS: Mapping[str, Any] = {
    "type": "string",
    "description": "the process of the group",
    "enum": [
        *("Launch", "Terminate", "ReplaceUnhealthy", "HealthCheck", "AZRebalance"),
        *("AlarmNotification", "ScheduledActions", "AddToLoadBalancer"),
        "InstanceRefresh",
    ],
}


def _the_group(seen: Seen) -> Mapping[str, Any]:
    """Return the group that is meant.

    Raises:
        NotFound: There is none of this name, or it is being deleted.
    """
    found = [one for one in seen.answer["AutoScalingGroups"] if not one.get("Status")]
    if len(found) != 1:
        raise NotFound(
            "The Auto Scaling group was not found",
            because="there is no group of this name that is not being deleted",
            next_move="Compare the name and the region with the alert.",
        )
    group: Mapping[str, Any] = found[0]
    return group


def _desired(seen: Seen) -> Texts:
    group = _the_group(seen)
    wanted = int(seen.known["desired"])
    is_in = group["MinSize"] <= wanted <= group["MaxSize"]
    return {
        _ARN: group["AutoScalingGroupARN"],
        _DESIRED: str(group["DesiredCapacity"]),
        _IN_BOUNDS: "yes" if is_in else "no",
    }


def _process(seen: Seen) -> Texts:
    group = _the_group(seen)
    held = {one["ProcessName"] for one in group.get("SuspendedProcesses") or ()}
    is_held = seen.known["process"] in held
    return {
        _ARN: group["AutoScalingGroupARN"],
        _PROCESS: _SUSPENDED if is_held else _RUNS,
    }


def _group_kept(answer: Mapping[str, Any]) -> Any:
    """Return how large a group is and what it may do. Tags are left out."""
    return [
        {name: one.get(name) for name in _KEPT} for one in answer["AutoScalingGroups"]
    ]


class _OfGroup(AwsAction):
    ROLE = "tocsin-act-autoscaling"
    TARGET = "group"
    RESOURCE = _ARN


class SetDesired(_OfGroup):
    """Sets how many instances a group wants."""

    IDENTITY: ClassVar[Texts] = {
        "group": "AutoScalingGroupName",
        "desired": "DesiredCapacity",
    }
    NEEDS = (
        Need(
            fact=_IN_BOUNDS,
            values=frozenset({"yes"}),
            because="the number is outside the least and the most of the group",
            next_move="Name a number within them, or change them in EC2 first.",
        ),
    )
    USUAL: ClassVar[Texts] = {_DESIRED: "2"}
    WANTED: ClassVar[Texts] = {_DESIRED: "{desired}"}
    WORDS: ClassVar[Texts] = {_DESIRED: "instances that {group} wants"}
    PROMISE = (
        "The number that is wanted is read again. Instances start and end over "
        "minutes; how many run by then is not told."
    )
    FACTS = (
        Reading(
            call=_FIND,
            arguments={"AutoScalingGroupNames.0": "group"},
            facts=_desired,
            keep=_group_kept,
        ),
    )
    WRITE = (
        _SET,
        {
            "AutoScalingGroupName": "{group}",
            "DesiredCapacity": "{desired}",
            "HonorCooldown": "false",
        },
    )
    MANIFEST = ActionManifest(
        name="aws.autoscaling.set_desired",
        version=1,
        title="Scale an Auto Scaling group",
        params=schema(
            group=_GROUP,
            desired={
                "type": "string",
                "description": "a number of instances up to 999",
                "pattern": "^(0|[1-9][0-9]{0,2})$",
                "maxLength": 3,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_FIND,),
        calls=(_SET, _FIND),
        rollback="aws.autoscaling.set_desired",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one group. Instances that end are lost with their evidence."""
        fewer = int(case.params["desired"]) < int(case.facts[_DESIRED])
        what = (
            "AWS chooses which instances end, and what is on them is lost."
            if fewer
            else "New instances start and cost by the hour."
        )
        says = f"One group. {what} Its policies and schedules may change it again."
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the number from before."""
        return {**dict(draft.params), "desired": was(draft, _DESIRED)}


class _SetProcess(_OfGroup):
    """What suspending and resuming share."""

    IDENTITY: ClassVar[Texts] = {
        "group": "AutoScalingGroupName",
        "process": "ScalingProcesses.0",
    }
    USUAL: ClassVar[Texts] = {_PROCESS: _RUNS}
    WORDS: ClassVar[Texts] = {_PROCESS: "{process} of the group {group}"}
    PROMISE = "The group's suspended processes are read again and must be as shown."
    FACTS = (
        Reading(
            call=_FIND,
            arguments={"AutoScalingGroupNames.0": "group"},
            facts=_process,
            keep=_group_kept,
        ),
    )


_ASKED = {"AutoScalingGroupName": "{group}", "ScalingProcesses.0": "{process}"}


class SuspendProcess(_SetProcess):
    """Keeps a group from doing something by itself."""

    WANTED: ClassVar[Texts] = {_PROCESS: _SUSPENDED}
    WRITE = (_SUSPEND, _ASKED)
    MANIFEST = ActionManifest(
        name="aws.autoscaling.suspend_process",
        version=1,
        title="Suspend a process of an Auto Scaling group",
        params=schema(group=_GROUP, process=_ONE_PROCESS),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_FIND,),
        calls=(_SUSPEND, _FIND),
        rollback="aws.autoscaling.resume_process",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one group; what it would have healed stays broken."""
        del case
        says = "One group: what this process grows, heals or ends stays as it is."
        return Blast(systems=1, says=says)


class ResumeProcess(_SetProcess):
    """Lets a group do it again: the way back."""

    WANTED: ClassVar[Texts] = {_PROCESS: _RUNS}
    WRITE = (_RESUME, _ASKED)
    MANIFEST = ActionManifest(
        name="aws.autoscaling.resume_process",
        version=1,
        title="Resume a process of an Auto Scaling group",
        params=schema(group=_GROUP, process=_ONE_PROCESS),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_FIND,),
        calls=(_RESUME, _FIND),
        rollback="aws.autoscaling.suspend_process",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one group; it makes up for what it missed."""
        del case
        says = "One group: it may at once start, end or replace what it missed."
        return Blast(systems=1, says=says)


ACTIONS = (SetDesired(), SuspendProcess(), ResumeProcess())
