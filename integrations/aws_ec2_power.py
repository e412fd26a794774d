"""Amazon EC2: stop an instance, and start it again.

What is in its memory and on disks of its host is lost; volumes stay. Where evidence is
wanted, isolate it first and stop it later.

Source:
    Amazon EC2 User Guide, "Stop and start Amazon EC2 instances"; Amazon EC2 Auto
    Scaling User Guide, "Health checks": what is stopped is unhealthy and is ended; AWS
    KMS developer guide, "Grants": kms:GrantIsForAWSResource.
"""

from typing import ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.aws.instances import (
    DESCRIBE,
    INSTANCE,
    arn,
    instance_kept,
    owner_of,
    the_instance,
)
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_ec2_power",
    title="Amazon EC2: stopping instances",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html",
    summary="Stops an instance, and starts it again.",
)

_STATE = "ec2.instance.state"
_ROOT = "ec2.instance.root_device"
_SCALED = "ec2.instance.is_scaled"
_KEYS = "ec2.instance.keys_of_volumes"
_ANY_KEY = "kms:key/*"
"""Which keys encrypt the volumes is not read; only through EC2 may the role use one."""
_BOUGHT = "ec2.instance.bought"
_ON_DEMAND = "on demand"
_SCALED_BY = "aws:autoscaling:groupName"


def _instance(seen: Seen) -> Texts:
    found = the_instance(seen.answer)
    tags = {one.get("Key") for one in found.get("Tags") or ()}
    return {
        "ec2.instance.arn": arn(
            owner_of(seen.answer), f"instance/{found['InstanceId']}"
        ),
        _STATE: found["State"]["Name"],
        _ROOT: found.get("RootDeviceType", ""),
        _SCALED: "yes" if _SCALED_BY in tags else "no",
        _KEYS: _ANY_KEY if found.get("RootDeviceType") == "ebs" else "",
        _BOUGHT: found.get("InstanceLifecycle") or _ON_DEMAND,
    }


class _SetPower(AwsAction):
    """What stopping and starting share."""

    ROLE = "tocsin-act-ec2"
    TARGET = "instance_id"
    RESOURCE = "ec2.instance.arn"
    IDENTITY: ClassVar[Texts] = {"instance_id": "InstanceIds.0"}
    USUAL: ClassVar[Texts] = {_STATE: "running"}
    WORDS: ClassVar[Texts] = {_STATE: "state of the instance {instance_id}"}
    SECONDS = 300  # machines with accelerators take minutes to stop
    STATES = (State(fact=_STATE, moving=frozenset({"pending", "stopping"})),)
    PROMISE = "The instance's state is read again until it is as shown."
    FACTS = (
        Reading(
            call=DESCRIBE,
            arguments={"InstanceIds.0": "instance_id"},
            facts=_instance,
            keep=instance_kept,
        ),
    )


class StopInstance(_SetPower):
    """Stops an instance."""

    NEEDS = (
        Need(
            fact=_STATE,
            values=frozenset({"running"}),
            because="it is not running",
            next_move="Wait until it runs, then propose it again.",
        ),
        Need(
            fact=_ROOT,
            values=frozenset({"ebs"}),
            because="its root disk is its host's, and so it cannot be stopped",
            next_move="Isolate it instead.",
        ),
        Need(
            fact=_BOUGHT,
            values=frozenset({_ON_DEMAND}),
            because="it is no instance on demand (Spot, capacity block), and EC2 may "
            "refuse to stop it or to start it again",
            next_move="Isolate it instead.",
        ),
    )
    WANTED: ClassVar[Texts] = {_STATE: "stopped"}
    WRITE = ("ec2.StopInstances", {"InstanceIds.0": "{instance_id}"})
    MANIFEST = ActionManifest(
        name="aws.ec2.stop_instance",
        cuts_off=True,
        version=1,
        title="Stop an EC2 instance",
        params=schema(instance_id=INSTANCE),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE,),
        calls=("ec2.StopInstances", DESCRIBE),
        rollback="aws.ec2.start_instance",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one instance, and what is lost with it."""
        scaled = case.facts[_SCALED] == "yes"
        kept = (
            "its Auto Scaling group will end it, with volumes that end with it, and "
            "put another in its place: suspend ReplaceUnhealthy of that group first."
            if scaled
            else "volumes stay."
        )
        says = (
            "One instance. Its memory, disks of its host and a public address that is "
            f"not its own are lost; {kept}"
        )
        return Blast(systems=1, says=says)


class StartInstance(_SetPower):
    """Starts a stopped instance: the way back.

    Without a grant of the keys of its volumes EC2 takes the call and stops it again.
    """

    IMPLIED: ClassVar[Texts] = {"kms.CreateGrant": _KEYS}
    NEEDS = (
        Need(
            fact=_STATE,
            values=frozenset({"stopped"}),
            because="it is not stopped",
            next_move="Wait until it has stopped, then propose it again.",
        ),
    )
    WANTED: ClassVar[Texts] = {_STATE: "running"}
    WRITE = ("ec2.StartInstances", StopInstance.WRITE[1])
    MANIFEST = ActionManifest(
        name="aws.ec2.start_instance",
        version=1,
        title="Start an EC2 instance again",
        params=schema(instance_id=INSTANCE),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE,),
        calls=("ec2.StartInstances", DESCRIBE),
        rollback="aws.ec2.stop_instance",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one instance."""
        del case
        says = "One instance that costs by the hour; whatever starts with it, starts."
        return Blast(systems=1, says=says)


ACTIONS = (StopInstance(), StartInstance())
