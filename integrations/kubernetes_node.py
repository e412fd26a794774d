"""Nodes in Kubernetes: let no new pods onto them, and let them again.

Closed (cordoned), a node goes on with the pods that it has. Emptying it is
`kubernetes_drain.py`.

Source: https://kubernetes.io/docs/concepts/nodes/node/#manual-node-administration
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.domain.plan import Blast, Level
from bot.outside import objects as kinds
from bot.outside.k8s.action import NAME, KubernetesAction
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="kubernetes_node",
    title="Kubernetes nodes",
    docs="https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/",
    summary="Closes nodes to new pods and opens them again.",
)

_STATE = "node.scheduling"
_OPEN, _CLOSED = "open", "closed"
_PARAMS: Mapping[str, Any] = schema(
    node={**NAME, "description": "the name of the node"},
)


def _node(seen: Seen) -> Texts:
    closed = seen.answer["spec"].get("unschedulable")
    return {
        "node.uid": str(seen.answer["metadata"]["uid"]),
        _STATE: _CLOSED if closed else _OPEN,
    }


class _SetScheduling(KubernetesAction):
    """What closing and opening share."""

    ROLE = "tocsin-act-node"
    TARGET = "node"
    IDENTITY: ClassVar[Texts] = {"node": "name"}
    USUAL: ClassVar[Texts] = {_STATE: _OPEN}
    WORDS: ClassVar[Texts] = {_STATE: "the node {node} to new pods"}
    PROMISE = "The node is read again and must be as shown."
    FACTS = (
        Reading(
            call="core.ReadNode",
            arguments={"name": "node"},
            facts=_node,
            keep=kinds.node,
        ),
    )
    SAYS: ClassVar[str]

    def blast(self, case: Case) -> Blast:
        """Return what becomes of pods."""
        del case
        return Blast(systems=-1, says=self.SAYS)


class CordonNode(_SetScheduling):
    """Closes a node to new pods."""

    SAYS = (
        "Pods that run on the node go on. New ones start elsewhere, or wait where "
        "there is no room: count on less capacity."
    )
    WANTED: ClassVar[Texts] = {_STATE: _CLOSED}
    WRITE = ("core.PatchNode", {"name": "{node}", "spec.unschedulable": "true"})
    MANIFEST = ActionManifest(
        name="kubernetes.node.cordon",
        version=1,
        title="Close a node of Kubernetes to new pods",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("core.ReadNode",),
        calls=("core.PatchNode", "core.ReadNode"),
        rollback="kubernetes.node.uncordon",
    )


class UncordonNode(_SetScheduling):
    """Opens a node to new pods again: the way back."""

    SAYS = "Pods may start on the node again; what waited for room may do so at once."
    WANTED: ClassVar[Texts] = {_STATE: _OPEN}
    WRITE = ("core.PatchNode", {"name": "{node}", "spec.unschedulable": "false"})
    MANIFEST = ActionManifest(
        name="kubernetes.node.uncordon",
        version=1,
        title="Open a node of Kubernetes to new pods again",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("core.ReadNode",),
        calls=("core.PatchNode", "core.ReadNode"),
        rollback="kubernetes.node.cordon",
    )


ACTIONS = (CordonNode(), UncordonNode())
