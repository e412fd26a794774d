"""Amazon EKS: managed node groups and their sizes.

A group that is scaled is `UPDATING` for as many looks as `looks_until_done` says.

Source: Amazon EKS API reference; Service Authorization Reference, "Amazon EKS".
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.awsfake.service import Asked, Operation, Refused, Service

_BEGAN = datetime(2026, 5, 4, 9, tzinfo=UTC)
Named = tuple[str, str]


@dataclass(kw_only=True)
class NodeGroup:
    """One managed node group."""

    least: int = 1
    wanted: int = 2
    most: int = 4
    status: str = "ACTIVE"
    looks_left: int = 0


@dataclass
class Eks(Service):
    """The service and its state."""

    NAME = "eks"

    groups: dict[Named, NodeGroup] = field(default_factory=dict)
    looks_until_done: int = 0

    def make_group(self) -> Named:
        """Make a node group; return its cluster's name and its own."""
        named = (f"ml-{secrets.token_hex(4)}", f"gpu-{secrets.token_hex(4)}")
        self.groups[named] = NodeGroup()
        return named

    def operations(self) -> Mapping[str, Operation]:
        """Return what is played."""
        return {
            "DescribeNodegroup": Operation(answer=self._describe, touches=_group),
            "UpdateNodegroupConfig": Operation(answer=self._update, touches=_group),
        }

    def _describe(self, asked: Asked) -> Mapping[str, Any]:
        found = self._known(asked)
        told = {
            "nodegroupName": asked.given["nodegroupName"],
            "nodegroupArn": _group(asked)[0],
            "clusterName": asked.given["clusterName"],
            "createdAt": _BEGAN,
            "status": found.status,
            "scalingConfig": {
                "minSize": found.least,
                "desiredSize": found.wanted,
                "maxSize": found.most,
            },
        }
        found.looks_left = max(0, found.looks_left - 1)
        if not found.looks_left and found.status == "UPDATING":
            found.status = "ACTIVE"
        return {"nodegroup": told}

    def _update(self, asked: Asked) -> Mapping[str, Any]:
        found, wanted = self._known(asked), asked.given.get("scalingConfig", {})
        if found.status != "ACTIVE":
            says = "Nodegroup cannot be updated as it is currently not in Active State"
            raise Refused("ResourceInUseException", says, 409)
        sizes = (
            wanted.get("minSize", found.least),
            wanted.get("desiredSize", found.wanted),
            wanted.get("maxSize", found.most),
        )
        if list(sizes) != sorted(sizes):
            raise Refused("InvalidParameterException", "the sizes do not go up")
        found.least, found.wanted, found.most = sizes
        found.looks_left = self.looks_until_done
        found.status = "UPDATING" if found.looks_left else "ACTIVE"
        update = {"id": "u-1", "status": "InProgress", "type": "ConfigUpdate"}
        return {"update": {**update, "createdAt": _BEGAN}}

    def _known(self, asked: Asked) -> NodeGroup:
        found = self.groups.get(
            (asked.given["clusterName"], asked.given["nodegroupName"])
        )
        if found is None:
            raise Refused("ResourceNotFoundException", "No node group found.", 404)
        return found


_ID = "0cc0ffee-0000-4000-8000-000000000000"


def _group(asked: Asked) -> tuple[str, ...]:
    named = f"{asked.given['clusterName']}/{asked.given['nodegroupName']}"
    return (asked.arn(f"nodegroup/{named}/{_ID}"),)
