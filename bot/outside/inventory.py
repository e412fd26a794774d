"""What a namespace holds of the things that an alert names, read once.

Objects are as the cluster has them; what of them is shown is `objects.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import NotFound
from bot.outside import objects as kinds
from bot.outside.pod_names import Named, is_name
from bot.outside.service import Service

LARGEST = 4 * 1024 * 1024
_MOST_PODS = 100
_MOST_SETS = 250

Shown = Mapping[str, Any]


@dataclass(slots=True)
class Inventory:
    """What was read of a namespace, as the cluster has it.

    Attributes:
        sets: Replica sets: the revisions of the deployments, newest first.
        scalers: What scales the deployments.
    """

    deployments: list[Shown] = field(default_factory=list)
    sets: list[Shown] = field(default_factory=list)
    pods: list[Shown] = field(default_factory=list)
    scalers: list[Shown] = field(default_factory=list)

    def take(self, other: "Inventory") -> None:
        """Take over what another one holds."""
        self.deployments, self.sets = other.deployments, other.sets
        self.pods, self.scalers = other.pods, other.scalers

    def names(self) -> frozenset[str]:
        """Return the names of everything."""
        every = (*self.deployments, *self.sets, *self.pods, *self.scalers)
        return frozenset(map(kinds.name_of, every))


def fill(server: Service, space: str, named: Named, found: Inventory) -> None:
    """Read what the alert names; where it names neither pod nor deployment, all.

    Raises:
        Unreachable, NotFound: Something could not be read.
    """
    core, apps = f"/api/v1/namespaces/{space}", f"/apis/apps/v1/namespaces/{space}"
    name, pods = named.deployment, [("limit", str(_MOST_PODS))]
    sets = items(server, f"{apps}/replicasets", _MOST_SETS)
    if named.pod and not name:
        found.pods = _one(server, f"{core}/pods/{named.pod}")
        makers = {kinds.owner(one, "ReplicaSet") for one in found.pods}
        made = [one for one in sets if kinds.name_of(one) in makers]
        name = next((kinds.owner(one, "Deployment") for one in made), "")
    if is_name(name):
        found.deployments = _one(server, f"{apps}/deployments/{name}")
        pods += _selected(found.deployments)
    elif not named.pod:
        found.deployments = items(server, f"{apps}/deployments", _MOST_PODS)
    if (name and found.deployments) or not (named.pod or name):
        found.pods = list(server.get(f"{core}/pods", pods, most=LARGEST)["items"])
    known = set(map(kinds.name_of, found.deployments))
    found.sets = sorted(
        (one for one in sets if kinds.owner(one, "Deployment") in known),
        key=lambda one: (kinds.owner(one, "Deployment"), -kinds.revision(one)),
    )
    path = f"/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers"
    found.scalers = [
        one
        for one in items(server, path, _MOST_PODS)
        if kinds.autoscaler(one)["of"] in known
    ]


def _selected(deployments: Sequence[Shown]) -> list[tuple[str, str]]:
    labels = [one["spec"]["selector"].get("matchLabels") or {} for one in deployments]
    pairs = ",".join(f"{name}={value}" for one in labels for name, value in one.items())
    return [("labelSelector", pairs)]


def items(server: Service, path: str, limit: int) -> list[Shown]:
    """Return at most so many things of a list.

    Raises:
        Unreachable, NotFound: It could not be read.
    """
    answer = server.get(path, (("limit", str(limit)),), most=LARGEST)
    return list(answer["items"])


def _one(server: Service, path: str) -> list[Shown]:
    """Return an object; nothing where it is not there any more."""
    try:
        return [server.get(path)]
    except NotFound:
        return []
