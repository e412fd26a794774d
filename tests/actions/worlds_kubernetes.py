"""A thing in the fake cluster for each action: made, named, changed behind its back.

What every action promises about it is in `test_every_kubernetes_action.py`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.outside.k8s.action import KubernetesAction
from integrations.kubernetes_cronjob import ResumeCronJob, SuspendCronJob
from integrations.kubernetes_deployment import (
    HoldRollout,
    ResumeRollout,
    ScaleDeployment,
)
from integrations.kubernetes_drain import DrainNode
from integrations.kubernetes_isolation import IsolateWorkload, ReleaseWorkload
from integrations.kubernetes_node import CordonNode, UncordonNode
from integrations.kubernetes_rollout import UndoRollout
from tests.fakes.kube import FakeCluster

Params = dict[str, str]
SPACE = "serving"
HIDDEN = "never-" + "show-this"
"""Stands where the values of environments and what was applied last stand."""
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, kw_only=True)
class World:
    """One action's world.

    Attributes:
        make: Makes a thing of its own and returns the parameters of a plan on it.
        move: Changes the thing so that the plan is not true any more.
    """

    action: KubernetesAction
    make: Callable[[FakeCluster], Params]
    move: Callable[[FakeCluster, Params], Any]
    also: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.action.MANIFEST.name


def fresh(what: str) -> str:
    return f"{what}-{secrets.token_hex(4)}"


def template(name: str, image: str, **spec: Any) -> dict[str, Any]:
    secret = {"name": "API_KEY", "value": HIDDEN}
    container = {"name": "main", "image": image, "env": [secret], "args": [HIDDEN]}
    return {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [container], **spec},
    }


def deployment(cluster: FakeCluster, **spec: Any) -> Params:
    name = fresh("chat")
    cluster.put(
        "deployments",
        SPACE,
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "annotations": {_APPLIED: HIDDEN}},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": {"app": name}},
                "template": template(name, "vllm:1"),
                **spec,
            },
        },
    )
    for number in range(2):
        pod(cluster, f"{name}-{number}", of=f"{name}-7c9f", app=name)
    return {"namespace": SPACE, "deployment": name}


def pod(
    cluster: FakeCluster,
    name: str,
    *,
    node: str = "",
    space: str = SPACE,
    of: str = "chat",
    **labels: str,
) -> dict[str, Any]:
    owner = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": of,
        "uid": "1",
        "controller": True,
    }
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels, "ownerReferences": [owner]},
        "spec": {**template(name, "vllm:1")["spec"], "nodeName": node},
        "status": {"phase": "Running"},
    }
    return cluster.put("pods", space, made)


def to_scale(cluster: FakeCluster) -> Params:
    return {**deployment(cluster), "replicas": "0"}


def to_undo(cluster: FakeCluster) -> Params:
    params = deployment(cluster)
    name = params["deployment"]
    cluster.change("deployments", SPACE, name, template=template(name, "vllm:2"))
    sets = [
        one
        for one in cluster.of("replicasets", SPACE)
        if one["metadata"]["ownerReferences"][0]["name"] == name
        and one["spec"]["template"]["spec"]["containers"][0]["image"] == "vllm:1"
    ]
    return {**params, "replica_set": sets[0]["metadata"]["name"]}


def _change(cluster: FakeCluster, params: Params, **spec: Any) -> None:
    cluster.change("deployments", SPACE, params["deployment"], **spec)


def replaced(cluster: FakeCluster, params: Params) -> None:
    """Delete the deployment and make one of the same name."""
    old = cluster.objects.pop(("deployments", SPACE, params["deployment"]))
    meta = {"name": params["deployment"]}
    cluster.put("deployments", SPACE, {**old, "metadata": meta})


def policy(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/managed-by": "tocsin"},
        },
        "spec": spec,
    }


def isolated(cluster: FakeCluster) -> Params:
    params = deployment(cluster)
    cluster.put(
        "networkpolicies",
        SPACE,
        policy(
            f"tocsin-isolate-{params['deployment']}",
            podSelector={"matchLabels": {"app": params["deployment"]}},
            policyTypes=["Ingress", "Egress"],
        ),
    )
    return params


def _opened(cluster: FakeCluster, params: Params) -> None:
    name = f"tocsin-isolate-{params['deployment']}"
    cluster.change("networkpolicies", SPACE, name, egress=[{}])


def cronjob(cluster: FakeCluster, **spec: Any) -> Params:
    name = fresh("index")
    inside = {**template(name, "index:1"), "metadata": {}}
    inside["spec"] |= {"restartPolicy": "Never"}
    made = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name, "annotations": {_APPLIED: HIDDEN}},
        "spec": {
            "schedule": "0 3 * * *",
            "jobTemplate": {"spec": {"template": inside}},
            **spec,
        },
    }
    cluster.put("cronjobs", "batch", made)
    return {"namespace": "batch", "cronjob": name}


def _set_job(cluster: FakeCluster, params: Params, *, suspend: bool) -> None:
    cluster.change("cronjobs", "batch", params["cronjob"], suspend=suspend)


def node(cluster: FakeCluster, **spec: Any) -> Params:
    name = fresh("gpu")
    made = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "annotations": {"note": HIDDEN}},
        "spec": spec,
    }
    cluster.put("nodes", "", made)
    return {"node": name}


def _set_node(cluster: FakeCluster, params: Params, *, closed: bool) -> None:
    cluster.change("nodes", "", params["node"], unschedulable=closed)


def to_drain(cluster: FakeCluster) -> Params:
    params = node(cluster)
    for number in range(3):
        pod(cluster, f"{params['node']}-p{number}", node=params["node"], app="x")
    keeper = pod(cluster, f"{params['node']}-agent", node=params["node"])
    keeper["metadata"]["ownerReferences"][0]["kind"] = "DaemonSet"
    return params


WORLDS = (
    World(
        action=ScaleDeployment(),
        make=to_scale,
        move=lambda cluster, params: _change(cluster, params, replicas=5),
    ),
    World(
        action=HoldRollout(),
        make=deployment,
        move=lambda cluster, params: _change(cluster, params, paused=True),
    ),
    World(
        action=ResumeRollout(),
        make=lambda cluster: deployment(cluster, paused=True),
        move=replaced,
    ),
    World(
        action=UndoRollout(),
        make=to_undo,
        move=lambda cluster, params: _change(
            cluster, params, template=template(params["deployment"], "vllm:3")
        ),
    ),
    World(action=IsolateWorkload(), make=deployment, move=replaced),
    World(action=ReleaseWorkload(), make=isolated, move=_opened),
    World(
        action=SuspendCronJob(),
        make=cronjob,
        move=lambda cluster, params: _set_job(cluster, params, suspend=True),
    ),
    World(
        action=ResumeCronJob(),
        make=lambda cluster: cronjob(cluster, suspend=True),
        move=lambda cluster, params: _set_job(cluster, params, suspend=False),
    ),
    World(
        action=CordonNode(),
        make=node,
        move=lambda cluster, params: _set_node(cluster, params, closed=True),
    ),
    World(
        action=UncordonNode(),
        make=lambda cluster: node(cluster, unschedulable=True),
        move=lambda cluster, params: _set_node(cluster, params, closed=False),
    ),
    World(
        action=DrainNode(),
        make=to_drain,
        move=lambda cluster, params: pod(
            cluster, fresh("late"), node=params["node"], app="x"
        ),
    ),
)
