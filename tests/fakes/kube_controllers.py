"""What a cluster's controllers do after a write: revisions, statuses, budgets.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
"""

import copy
import secrets
from typing import Any, Protocol

from bot.outside.k8s.selectors import selects

REVISION = "deployment.kubernetes.io/revision"
HASH = "pod-template-hash"
Object = dict[str, Any]
Place = tuple[str, str, str]


class State(Protocol):
    objects: dict[Place, Object]

    def of(self, resource: str, space: str = "") -> list[Object]: ...


def follow(state: State, place: Place) -> None:
    """Do what a controller does once an object has changed."""
    resource, space, name = place
    if resource != "deployments":
        return
    one = state.objects[place]
    count, meta = int(one["spec"]["replicas"]), one["metadata"]
    if not one["spec"].get("paused"):
        _revise(state, space, one)
    one["status"] = {
        "observedGeneration": meta["generation"],
        "replicas": count,
        "updatedReplicas": count,
        "readyReplicas": count,
        "availableReplicas": count,
    }
    del name


def _revise(state: State, space: str, one: Object) -> None:
    """Have the replica set of the template be the newest revision."""
    mine = [
        each
        for each in state.of("replicasets", space)
        if each["metadata"]["ownerReferences"][0]["uid"] == one["metadata"]["uid"]
    ]
    newest = max((_number(each) for each in mine), default=0)
    found = [each for each in mine if _template(each) == one["spec"]["template"]]
    if found and _number(found[0]) == newest:
        return
    made = found[0] if found else _replica_set(one)
    made["metadata"]["annotations"] = {REVISION: str(newest + 1)}
    state.objects["replicasets", space, made["metadata"]["name"]] = made
    one["metadata"].setdefault("annotations", {})[REVISION] = str(newest + 1)


def _number(one: Object) -> int:
    return int(one["metadata"]["annotations"][REVISION])


def _template(one: Object) -> Object:
    held: Object = copy.deepcopy(one["spec"]["template"])
    held["metadata"]["labels"].pop(HASH)
    return held


def _replica_set(one: Object) -> Object:
    mark = secrets.token_hex(5)
    template = copy.deepcopy(one["spec"]["template"])
    template["metadata"]["labels"][HASH] = mark
    owner = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": one["metadata"]["name"],
        "uid": one["metadata"]["uid"],
        "controller": True,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{one['metadata']['name']}-{mark}",
            "namespace": one["metadata"]["namespace"],
            "uid": secrets.token_hex(8),
            "resourceVersion": "1",
            "labels": dict(template["metadata"]["labels"]),
            "ownerReferences": [owner],
        },
        "spec": {"replicas": 0, "selector": {}, "template": template},
    }


def disrupted(budgets: list[Object], pod: Object) -> bool:
    """Take an eviction off the budgets of a pod; tell whether they allowed it."""
    labels = pod["metadata"].get("labels") or {}
    mine = [one for one in budgets if selects(one["spec"]["selector"], labels)]
    if any(one["status"]["disruptionsAllowed"] < 1 for one in mine):
        return False
    for one in mine:
        one["status"]["disruptionsAllowed"] -= 1
    return True
