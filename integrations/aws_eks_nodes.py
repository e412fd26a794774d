"""Amazon EKS: how many nodes a managed node group has, down to none.

The three bounds are set at once, because a group goes to none only if its least number
is none too. They are undone by those from before.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_eks_nodes",
    title="Amazon EKS node groups",
    docs="https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html",
    summary="Scales a managed node group, down to nothing.",
)

_SIZES = "eks.node_group.sizes"
_STATUS = "eks.node_group.status"
_DESCRIBE = "eks.DescribeNodegroup"
_WRITE = "eks.UpdateNodegroupConfig"
_BOUNDS = ("minSize", "desiredSize", "maxSize")
_NUMBER = "(0|[1-9][0-9]{0,2})"


def _group(seen: Seen) -> Texts:
    found = seen.answer["nodegroup"]
    sizes = found["scalingConfig"]
    return {
        "eks.node_group.arn": found["nodegroupArn"],
        _STATUS: found["status"],
        _SIZES: "/".join(str(sizes[one]) for one in _BOUNDS),
    }


def _group_kept(answer: Mapping[str, Any]) -> Any:
    """Return which nodes they are. Labels and tags may hold anything: left out."""
    found = answer["nodegroup"]
    fields = (
        *("nodegroupName", "nodegroupArn", "clusterName", "status", "scalingConfig"),
        *("instanceTypes", "amiType", "releaseVersion", "capacityType"),
    )
    return {name: found.get(name) for name in fields}


class ScaleNodeGroup(AwsAction):
    """Sets the least, the wanted and the most number of nodes."""

    ROLE = "tocsin-act-eks"
    TARGET = "node_group"
    RESOURCE = "eks.node_group.arn"
    IDENTITY: ClassVar[Texts] = {
        "cluster": "clusterName",
        "node_group": "nodegroupName",
    }
    NEEDS = (
        Need(
            fact=_STATUS,
            values=frozenset({"ACTIVE", "DEGRADED"}),
            because="EKS is still changing the node group and would refuse",
            next_move="Wait until its status is ACTIVE, then propose it again.",
        ),
    )
    STATES = (
        State(
            fact=_STATUS,
            moving=frozenset({"CREATING", "UPDATING"}),
            broken=frozenset({"DELETING", "DELETE_FAILED", "CREATE_FAILED"}),
        ),
    )
    SECONDS = 180
    USUAL: ClassVar[Texts] = {_SIZES: "1/2/4"}
    WANTED: ClassVar[Texts] = {_SIZES: "{sizes}"}
    WORDS: ClassVar[Texts] = {
        _SIZES: "least/wanted/most nodes of {node_group} in {cluster}"
    }
    PROMISE = (
        "The bounds are read again once EKS has taken them. Nodes start and end over "
        "minutes; whether their pods found another place is not known then."
    )
    FACTS = (
        Reading(
            call=_DESCRIBE,
            arguments={"clusterName": "cluster", "nodegroupName": "node_group"},
            facts=_group,
            keep=_group_kept,
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.eks.scale_node_group",
        version=1,
        title="Scale a managed node group of EKS",
        params=schema(
            cluster={
                "type": "string",
                "description": "the name of the cluster",
                "pattern": "^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$",
                "maxLength": 100,
            },
            node_group={
                "type": "string",
                "description": "the name of the managed node group",
                "pattern": "^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$",
                "maxLength": 63,
            },
            sizes={
                "type": "string",
                "description": "least/wanted/most nodes, as 0/0/4 for none",
                "pattern": f"^{_NUMBER}/{_NUMBER}/[1-9][0-9]{{0,2}}$",
                "maxLength": 11,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_DESCRIBE,),
        calls=(_WRITE, _DESCRIBE),
        rollback="aws.eks.scale_node_group",
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call with the three bounds.

        Raises:
            BadRequest: They do not go up.
        """
        sizes = params["sizes"].split("/")
        least, wanted, most = map(int, sizes)
        if not least <= wanted <= most:
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because="least, wanted and most nodes do not go up",
                next_move="Name them in this order, as 0/2/4.",
            )
        bounds = {
            f"scalingConfig.{name}": size
            for name, size in zip(_BOUNDS, sizes, strict=True)
        }
        named = {
            "clusterName": params["cluster"],
            "nodegroupName": params["node_group"],
        }
        return _WRITE, {**named, **bounds}

    def blast(self, case: Case) -> Blast:
        """Return the one group; what runs on nodes that end must find others."""
        del case
        says = (
            "Every pod on nodes that end: it is moved where there is room, and waits "
            "where there is none. An autoscaler in the cluster may change it again."
        )
        return Blast(systems=-1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the bounds from before."""
        return {**dict(draft.params), "sizes": was(draft, _SIZES)}


ACTIONS = (ScaleNodeGroup(),)
