"""What the actions on instances of EC2 share: which one is meant, and its ARN.

What is changed at an instance is in the integrations.
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import NotFound

DESCRIBE = "ec2.DescribeInstances"
INSTANCE: Mapping[str, Any] = {
    "type": "string",
    "description": "the id of the instance, as i-0123456789abcdef0",
    "pattern": "^i-[0-9a-f]{8,17}$",
    "maxLength": 19,
}
_KEPT = (
    *("InstanceId", "ImageId", "InstanceType", "LaunchTime", "State", "VpcId"),
    *("SubnetId", "SecurityGroups", "IamInstanceProfile", "PrivateIpAddress"),
)
_GONE = frozenset({"shutting-down", "terminated"})


def the_instance(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one instance of an answer.

    Raises:
        NotFound: There is none, or it is terminated.
    """
    found: list[Mapping[str, Any]] = [
        one
        for reserved in answer.get("Reservations") or ()
        for one in reserved.get("Instances") or ()
        if one["State"]["Name"] not in _GONE
    ]
    if len(found) != 1:
        raise NotFound(
            "The instance was not found",
            because="EC2 has no such instance that is not terminated",
            next_move="Compare the id and the region with the alert.",
        )
    return found[0]


def owner_of(answer: Mapping[str, Any]) -> str:
    """Return the account that the instance is in."""
    return str(answer["Reservations"][0]["OwnerId"])


def arn(owner: str, thing: str) -> str:
    """Return the ARN of a thing of EC2: its ids are unique, whatever the region."""
    return f"arn:*:ec2:*:{owner}:{thing}"


def instance_kept(answer: Mapping[str, Any]) -> Any:
    """Return what identifies an instance. Tags may hold anything: left out."""
    found = the_instance(answer)
    volumes = found.get("BlockDeviceMappings") or ()
    kept: dict[str, Any] = {name: found.get(name) for name in _KEPT}
    kept["Volumes"] = [one.get("Ebs", {}).get("VolumeId") for one in volumes]
    return kept
