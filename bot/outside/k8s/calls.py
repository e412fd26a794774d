"""The calls of the Kubernetes API that actions make: by name, with path and right.

A call is a verb on a resource, which is also what RBAC lets an account do: the shipped
manifests are compared with this table. What an action does with a call is its own.

Source: https://kubernetes.io/docs/reference/kubernetes-api/ and, for verbs,
https://kubernetes.io/docs/reference/access-authn-authz/authorization/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from bot.acting.reading import Texts

Verb = Literal["get", "list", "create", "patch", "delete"]
METHODS: Mapping[Verb, str] = {
    "get": "GET",
    "list": "GET",
    "create": "POST",
    "patch": "PATCH",
    "delete": "DELETE",
}
QUERY = ("labelSelector", "fieldSelector", "limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One kind of request.

    Attributes:
        group: ``apps``; "" for the core API.
        part: The subresource, such as ``scale``; "" for the thing itself.
        everywhere: It is of no namespace, or of all of them at once.
        typed: Field of the body → what its text stands for.
    """

    verb: Verb
    group: str
    version: str
    resource: str
    part: str = ""
    everywhere: bool = False
    typed: Mapping[str, type] | None = None

    @property
    def changes(self) -> bool:
        """Tell whether it changes anything."""
        return self.verb not in ("get", "list")

    @property
    def right(self) -> tuple[str, str, str]:
        """Return what RBAC must allow: group, resource, verb."""
        resource = f"{self.resource}/{self.part}" if self.part else self.resource
        return self.group, resource, self.verb

    def thing(self, texts: Texts) -> str:
        """Return the path of what is named, without its part."""
        root = f"/apis/{self.group}" if self.group else "/api"
        space = "" if self.everywhere else f"/namespaces/{_segment(texts, 'namespace')}"
        path = f"{root}/{self.version}{space}/{self.resource}"
        if self.verb == "list" or (self.verb == "create" and not self.part):
            return path
        return f"{path}/{_segment(texts, 'name')}"

    def path(self, texts: Texts) -> str:
        """Return the path that is asked."""
        return self.thing(texts) + (f"/{self.part}" if self.part else "")


def _segment(texts: Texts, name: str) -> str:
    """Return a name as one piece of a path, whatever stands in it."""
    piece = quote(texts[name], safe="")
    # Dots alone would lead to another path, on whatever lies in between.
    return "_" if piece in ("", ".", "..") else piece


def _apps(verb: Verb, resource: str) -> Call:
    return Call(verb=verb, group="apps", version="v1", resource=resource)


def _core(verb: Verb, resource: str, *, everywhere: bool = False) -> Call:
    return Call(
        verb=verb, group="", version="v1", resource=resource, everywhere=everywhere
    )


def _network(verb: Verb) -> Call:
    return Call(
        verb=verb,
        group="networking.k8s.io",
        version="v1",
        resource="networkpolicies",
    )


def _batch(verb: Verb, **typed: type) -> Call:
    return Call(
        verb=verb,
        group="batch",
        version="v1",
        resource="cronjobs",
        typed={f"spec.{name}": kind for name, kind in typed.items()},
    )


CALLS: Mapping[str, Call] = {
    "apps.ReadDeployment": _apps("get", "deployments"),
    "apps.PatchDeployment": Call(
        verb="patch",
        group="apps",
        version="v1",
        resource="deployments",
        typed={"spec.paused": bool},
    ),
    "apps.PatchDeploymentScale": Call(
        verb="patch",
        group="apps",
        version="v1",
        resource="deployments",
        part="scale",
        typed={"spec.replicas": int},
    ),
    "apps.ReadReplicaSet": _apps("get", "replicasets"),
    "apps.ListReplicaSets": _apps("list", "replicasets"),
    "autoscaling.ListAutoscalers": Call(
        verb="list",
        group="autoscaling",
        version="v2",
        resource="horizontalpodautoscalers",
    ),
    "batch.ReadCronJob": _batch("get"),
    "batch.PatchCronJob": _batch("patch", suspend=bool),
    "core.ListPods": _core("list", "pods"),
    "core.ListEveryPod": _core("list", "pods", everywhere=True),
    "core.ReadPod": _core("get", "pods"),
    "core.CreateEviction": Call(
        verb="create", group="", version="v1", resource="pods", part="eviction"
    ),
    "core.ReadNode": _core("get", "nodes", everywhere=True),
    "core.PatchNode": Call(
        verb="patch",
        group="",
        version="v1",
        resource="nodes",
        everywhere=True,
        typed={"spec.unschedulable": bool},
    ),
    "networking.ReadPolicy": _network("get"),
    "networking.ListPolicies": _network("list"),
    "networking.CreatePolicy": _network("create"),
    "networking.DeletePolicy": _network("delete"),
    "policy.ListEveryBudget": Call(
        verb="list",
        group="policy",
        version="v1",
        resource="poddisruptionbudgets",
        everywhere=True,
    ),
}
