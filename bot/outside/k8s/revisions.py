"""Revisions of a deployment: which replica set is which, told by the pod template.

A template is never shown: it holds environments. It is known by a digest, and by the
images in it. Pure.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ (rolling
back: a replica set is a revision; the label `pod-template-hash` is the controller's).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from bot.outside import objects as kinds

Shown = Mapping[str, Any]
_HASH = "pod-template-hash"
_OF_NODE = ("hostNetwork", "hostPID", "hostIPC")
NONE = "none"


def template(one: Shown) -> Shown:
    """Return the pod template of a deployment or a replica set, as people wrote it."""
    held = dict(one["spec"]["template"])
    meta = dict(held.get("metadata") or {})
    labels = {k: v for k, v in (meta.get("labels") or {}).items() if k != _HASH}
    return {**held, "metadata": {**meta, "labels": labels}}


def digest(one: Shown) -> str:
    """Return the first 128 bits of SHA-256 over the template, in hex."""
    said = orjson.dumps(template(one), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()[:32]


def current(deployment: str, sets: Iterable[Shown]) -> str:
    """Return the replica set that has a deployment's template, "none" if none has yet.

    Args:
        deployment: The digest of its template.
        sets: Those that it made; of equals the newest revision counts.
    """
    same = [one for one in sets if digest(one) == deployment]
    same.sort(key=kinds.revision)
    return kinds.name_of(same[-1]) if same else NONE


def made_by(uid: str, sets: Iterable[Shown]) -> list[Shown]:
    """Return the replica sets that a deployment made, known by its uid."""
    return [
        one
        for one in sets
        if any(
            by.get("uid") == uid and by.get("controller")
            for by in (one.get("metadata") or {}).get("ownerReferences") or ()
        )
    ]


def images(one: Shown) -> str:
    """Return the images of the containers, those that run first before the others."""
    inside = one["spec"]["template"]["spec"]
    return ", ".join(str(each["image"]) for each in _containers(inside))


def _containers(inside: Shown) -> list[Shown]:
    return [*(inside.get("initContainers") or ()), *inside["containers"]]


def account(one: Shown) -> str:
    """Return the service account of the pods."""
    inside = one["spec"]["template"]["spec"]
    return str(inside.get("serviceAccountName") or "default")


def rights(one: Shown) -> str:
    """Return what the pods get of their node, "none" if nothing.

    Namespaces and directories of the node, privileges, capabilities that are added.
    """
    inside = one["spec"]["template"]["spec"]
    found = [name for name in _OF_NODE if inside.get(name)]
    found += [
        f"directory {one['hostPath']['path']}"
        for one in inside.get("volumes") or ()
        if "hostPath" in one
    ]
    for each in _containers(inside):
        found += [f"{one} of {each['name']}" for one in _raised(each)]
    return ", ".join(found) or NONE


def _raised(container: Shown) -> list[str]:
    held = container.get("securityContext") or {}
    added = (held.get("capabilities") or {}).get("add") or ()
    return [*(["privilege"] if held.get("privileged") else []), *map(str, added)]


def rolled_out(one: Shown, *, updated: bool) -> str:
    """Return what a deployment still lacks of being as it is meant, "" for nothing.

    Args:
        updated: All pods must be of the newest template.
    """
    wanted, status = int(one["spec"]["replicas"]), one.get("status") or {}
    if int(status.get("observedGeneration", 0)) < int(one["metadata"]["generation"]):
        return "the cluster has not begun with it"
    if updated and int(status.get("updatedReplicas", 0)) != wanted:
        return f"{status.get('updatedReplicas', 0)} of {wanted} pods are replaced"
    if int(status.get("replicas", 0)) != wanted:
        return f"there are {status.get('replicas', 0)} pods, not {wanted}"
    if int(status.get("availableReplicas", 0)) != wanted:
        return f"{status.get('availableReplicas', 0)} of {wanted} pods are available"
    return ""


def is_stuck(one: Shown) -> bool:
    """Tell whether the cluster has given a rollout up for taking too long."""
    held = (one.get("status") or {}).get("conditions") or ()
    return any(
        each.get("type") == "Progressing"
        and each.get("reason") == "ProgressDeadlineExceeded"
        for each in held
    )
