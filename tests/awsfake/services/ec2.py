"""Amazon EC2: instances, their one or more interfaces, security groups.

An instance that is stopped or started is `stopping` or `pending` for as many looks as
`looks_until_done` says.

Source: Amazon EC2 API reference, "Error codes"; Service Authorization Reference,
"Amazon EC2": describing knows no resources.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.awsfake.service import (
    ACCOUNT,
    REGION,
    Asked,
    Beside,
    Operation,
    Refused,
    Service,
)

_NEXT = {"stopping": "stopped", "pending": "running"}
_CODES = {"pending": 0, "running": 16, "stopping": 64, "stopped": 80, "terminated": 48}


@dataclass(kw_only=True)
class Instance:
    """One instance."""

    vpc: str
    groups: list[str]
    interfaces: list[str]
    state: str = "running"
    root: str = "ebs"
    lifecycle: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    looks_left: int = 0


@dataclass
class Group:
    """One security group."""

    vpc: str
    ingress: list[Mapping[str, Any]] = field(default_factory=list)
    egress: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass
class Ec2(Service):
    """The service and its state. Tests make things with `make_*`."""

    NAME = "ec2"

    instances: dict[str, Instance] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    looks_until_done: int = 0

    # --- furnishing ---

    def make_group(self, vpc: str, *, open_to: str = "") -> str:
        """Make a security group; without a network it lets nothing in or out."""
        made = Group(vpc=vpc)
        if open_to:
            rule = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": open_to}]}
            made.ingress, made.egress = [rule], [rule]
        name = f"sg-{secrets.token_hex(8)}0"
        self.groups[name] = made
        return name

    def make_instance(self, vpc: str, *, interfaces: int = 1, **told: Any) -> str:
        """Make a running instance in two groups."""
        groups = [self.make_group(vpc, open_to="10.0.0.0/8") for _ in range(2)]
        name = f"i-{secrets.token_hex(8)}0"
        cards = [f"eni-{secrets.token_hex(8)}0" for _ in range(interfaces)]
        made = Instance(vpc=vpc, groups=groups, interfaces=cards, **told)
        self.instances[name] = made
        return name

    # --- operations ---

    def operations(self) -> Mapping[str, Operation]:
        """Return what is played."""
        return {
            "DescribeInstances": Operation(answer=self._describe),
            "DescribeSecurityGroups": Operation(answer=self._describe_groups),
            "ModifyNetworkInterfaceAttribute": Operation(
                answer=self._modify_interface, touches=_interface_and_groups
            ),
            "StopInstances": Operation(answer=self._stop, touches=_instances),
            "StartInstances": Operation(
                answer=self._start, touches=_instances, beside=self._grants
            ),
        }

    def _describe(self, asked: Asked) -> Mapping[str, Any]:
        found = [(name, self._known(name)) for name in asked.given["InstanceIds"]]
        told = [_described(name, one) for name, one in found]
        for _, one in found:
            one.looks_left = max(0, one.looks_left - 1)
            if not one.looks_left:
                one.state = _NEXT.get(one.state, one.state)
        reserved = {"ReservationId": "r-0", "OwnerId": ACCOUNT, "Instances": told}
        return {"Reservations": [reserved]}

    def _describe_groups(self, asked: Asked) -> Mapping[str, Any]:
        return {
            "SecurityGroups": [
                {
                    "GroupId": name,
                    "OwnerId": ACCOUNT,
                    "VpcId": self._group(name).vpc,
                    "IpPermissions": self._group(name).ingress,
                    "IpPermissionsEgress": self._group(name).egress,
                }
                for name in asked.given["GroupIds"]
            ]
        }

    def _modify_interface(self, asked: Asked) -> Mapping[str, Any]:
        named, groups = asked.given["NetworkInterfaceId"], asked.given["Groups"]
        if asked.given.keys() - {"NetworkInterfaceId", "Groups"}:
            raise Refused("InvalidParameterCombination", "one attribute at a time")
        found = [one for one in self.instances.values() if named in one.interfaces]
        if not found:
            raise Refused("InvalidNetworkInterfaceID.NotFound", "there is none")
        if any(self._group(one).vpc != found[0].vpc for one in groups):
            raise Refused("InvalidGroup.NotFound", "it is in another network")
        found[0].groups = list(groups)
        return {}

    def _stop(self, asked: Asked) -> Mapping[str, Any]:
        return {"StoppingInstances": self._turned(asked, "running", "stopping")}

    def _start(self, asked: Asked) -> Mapping[str, Any]:
        return {"StartingInstances": self._turned(asked, "stopped", "pending")}

    def _grants(self, asked: Asked) -> Sequence[Beside]:
        """Return the grant for the keys of volumes, which EC2 makes for who starts.

        AWS takes the call and stops the instance again; here it is refused.
        """
        ebs = [
            one for one in asked.given["InstanceIds"] if self._known(one).root == "ebs"
        ]
        key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0cc0ffee-0000-4000-8000-000000000000"
        context = {
            "kms:grantisforawsresource": ["true"],
            "kms:viaservice": [f"ec2.{REGION}.amazonaws.com"],
        }
        grant = Beside(permission="kms:CreateGrant", arn=key, context=context)
        return [grant] if ebs else []

    def _turned(self, asked: Asked, before: str, after: str) -> Sequence[Any]:
        named = asked.given["InstanceIds"]
        for one in map(self._known, named):
            if one.lifecycle:
                # A persistent request may be stopped; nothing of an instance tells it.
                says = "it is associated with a one-time Spot Instance request"
                raise Refused("UnsupportedOperation", says)
            if one.state != before or (after == "stopping" and one.root != "ebs"):
                raise Refused("IncorrectInstanceState", f"it is {one.state}")
            one.looks_left = self.looks_until_done
            one.state = after if one.looks_left else _NEXT[after]
        return [
            {
                "InstanceId": name,
                "PreviousState": _state(before),
                "CurrentState": _state(after),
            }
            for name in named
        ]

    def _known(self, name: str) -> Instance:
        if name not in self.instances:
            raise Refused("InvalidInstanceID.NotFound", f"'{name}' does not exist")
        return self.instances[name]

    def _group(self, name: str) -> Group:
        if name not in self.groups:
            raise Refused("InvalidGroup.NotFound", f"'{name}' does not exist")
        return self.groups[name]


def _described(name: str, one: Instance) -> Mapping[str, Any]:
    bought = {"InstanceLifecycle": one.lifecycle} if one.lifecycle else {}
    return {
        **bought,
        "InstanceId": name,
        "InstanceType": "g5.xlarge",
        "State": _state(one.state),
        "VpcId": one.vpc,
        "RootDeviceType": one.root,
        "SecurityGroups": [{"GroupId": group} for group in one.groups],
        "NetworkInterfaces": [{"NetworkInterfaceId": card} for card in one.interfaces],
        "Tags": [{"Key": key, "Value": value} for key, value in one.tags.items()],
    }


def _state(name: str) -> Mapping[str, Any]:
    return {"Code": _CODES[name], "Name": name}


def _interface_and_groups(asked: Asked) -> Sequence[str]:
    card = f"network-interface/{asked.given['NetworkInterfaceId']}"
    groups = [f"security-group/{one}" for one in asked.given.get("Groups", ())]
    return [asked.arn(one) for one in (card, *groups)]


def _instances(asked: Asked) -> Sequence[str]:
    return [asked.arn(f"instance/{one}") for one in asked.given["InstanceIds"]]
