"""Amazon EC2 Auto Scaling: groups, what they want, and their suspended processes.

Source: Amazon EC2 Auto Scaling API reference; Service Authorization Reference, "Amazon
EC2 Auto Scaling".
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.awsfake.service import Asked, Operation, Refused, Service

_BEGAN = datetime(2026, 5, 4, 9, tzinfo=UTC)
_ID = "0cc0ffee-0000-4000-8000-000000000000"


@dataclass(kw_only=True)
class ScalingGroup:
    """One group."""

    least: int = 0
    wanted: int = 2
    most: int = 4
    suspended: set[str] = field(default_factory=set)
    status: str = ""


@dataclass
class AutoScaling(Service):
    """The service and its state."""

    NAME = "autoscaling"

    groups: dict[str, ScalingGroup] = field(default_factory=dict)

    def make_group(self, **told: Any) -> str:
        """Make a group and return its name."""
        name = f"gpu-{secrets.token_hex(4)}"
        self.groups[name] = ScalingGroup(**told)
        return name

    def operations(self) -> Mapping[str, Operation]:
        """Return what is played."""
        return {
            "DescribeAutoScalingGroups": Operation(answer=self._describe),
            "SetDesiredCapacity": Operation(answer=self._set, touches=_group),
            "SuspendProcesses": Operation(answer=self._suspend, touches=_group),
            "ResumeProcesses": Operation(answer=self._resume, touches=_group),
        }

    def _describe(self, asked: Asked) -> Mapping[str, Any]:
        named = asked.given["AutoScalingGroupNames"]
        known = [name for name in named if name in self.groups]
        return {
            "AutoScalingGroups": [
                _told(asked, name, self.groups[name]) for name in known
            ]
        }

    def _set(self, asked: Asked) -> Mapping[str, Any]:
        found, wanted = self._known(asked), asked.given["DesiredCapacity"]
        if not found.least <= wanted <= found.most:
            raise Refused("ValidationError", "it is outside the group's bounds")
        found.wanted = wanted
        return {}

    def _suspend(self, asked: Asked) -> Mapping[str, Any]:
        self._known(asked).suspended |= set(asked.given["ScalingProcesses"])
        return {}

    def _resume(self, asked: Asked) -> Mapping[str, Any]:
        self._known(asked).suspended -= set(asked.given["ScalingProcesses"])
        return {}

    def _known(self, asked: Asked) -> ScalingGroup:
        found = self.groups.get(asked.given["AutoScalingGroupName"])
        if found is None:
            raise Refused("ValidationError", "AutoScalingGroup name not found")
        return found


def _told(asked: Asked, name: str, group: ScalingGroup) -> Mapping[str, Any]:
    status = {"Status": group.status} if group.status else {}
    suspended = [{"ProcessName": one} for one in sorted(group.suspended)]
    return {
        "AutoScalingGroupName": name,
        "AutoScalingGroupARN": _arn(asked, name),
        "MinSize": group.least,
        "MaxSize": group.most,
        "DesiredCapacity": group.wanted,
        "DefaultCooldown": 300,
        "AvailabilityZones": ["eu-central-1a"],
        "HealthCheckType": "EC2",
        "CreatedTime": _BEGAN,
        "SuspendedProcesses": suspended,
        **status,
    }


def _group(asked: Asked) -> tuple[str, ...]:
    return (_arn(asked, asked.given["AutoScalingGroupName"]),)


def _arn(asked: Asked, name: str) -> str:
    return asked.arn(f"autoScalingGroup:{_ID}:autoScalingGroupName/{name}")
