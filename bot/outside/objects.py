"""Objects of Kubernetes, reduced to what tells a responder something.

Each kind has a list of what is kept: what is not on it, such as environments, commands,
volumes and annotations, is never looked at. Pure.

Source: https://kubernetes.io/docs/reference/kubernetes-api/ (apps/v1, core/v1,
autoscaling/v2).
"""

from collections.abc import Iterator, Mapping
from typing import Any

Shown = Mapping[str, Any]
_REVISION = "deployment.kubernetes.io/revision"
_CONDITION = ("type", "status", "reason", "message", "lastTransitionTime")
_STATE = ("reason", "message", "exitCode", "signal", "startedAt", "finishedAt")


def deployment(one: Shown) -> Shown:
    """Return how a deployment is meant to be, and how it is."""
    spec, status = one.get("spec") or {}, one.get("status") or {}
    counts = ("replicas", "updatedReplicas", "readyReplicas", "unavailableReplicas")
    return {
        **_named(one),
        "wanted": spec.get("replicas"),
        **{key: status.get(key) for key in counts},
        "paused": spec.get("paused", False),
        "strategy": (spec.get("strategy") or {}).get("type"),
        "conditions": _conditions(status),
        "containers": _containers(spec),
    }


def replica_set(one: Shown) -> Shown:
    """Return one revision of a deployment: when it came, and with which images."""
    spec, status = one.get("spec") or {}, one.get("status") or {}
    return {
        **_named(one),
        "revision": revision(one),
        "of": owner(one, "Deployment"),
        "wanted": spec.get("replicas"),
        "ready": status.get("readyReplicas", 0),
        "containers": _containers(spec),
    }


def pod(one: Shown) -> Shown:
    """Return where a pod runs, how it is, and how its containers ended before."""
    status = one.get("status") or {}
    return {
        **_named(one),
        "of": owner(one, "ReplicaSet"),
        "node": (one.get("spec") or {}).get("nodeName"),
        "phase": status.get("phase"),
        "reason": status.get("reason"),
        "message": status.get("message"),
        "started": status.get("startTime"),
        "conditions": [
            one for one in _conditions(status) if one.get("status") != "True"
        ],
        "containers": [_container_status(each) for each in statuses(one)],
    }


def autoscaler(one: Shown) -> Shown:
    """Return what scales a deployment, between which bounds, and how far it is."""
    spec, status = one.get("spec") or {}, one.get("status") or {}
    return {
        **_named(one),
        "of": (spec.get("scaleTargetRef") or {}).get("name"),
        "between": [spec.get("minReplicas"), spec.get("maxReplicas")],
        "now": status.get("currentReplicas"),
        "wanted": status.get("desiredReplicas"),
        "scaled": status.get("lastScaleTime"),
        "conditions": _conditions(status),
    }


def node(one: Shown) -> Shown:
    """Return whether a node takes new pods, how it is, and what keeps pods off."""
    spec, status = one.get("spec") or {}, one.get("status") or {}
    taint = ("key", "effect", "timeAdded")
    return {
        **_named(one),
        "closed": spec.get("unschedulable", False),
        "taints": [
            {key: each.get(key) for key in taint} for each in spec.get("taints") or ()
        ],
        "conditions": _conditions(status),
        "version": (status.get("nodeInfo") or {}).get("kubeletVersion"),
    }


def event(one: Shown) -> Shown:
    """Return what happened to which object."""
    about = one.get("involvedObject") or {}
    return {
        "at": event_time(one),
        "type": one.get("type"),
        "reason": one.get("reason"),
        "about": f"{about.get('kind')} {about.get('name')}",
        "message": one.get("message"),
        "count": one.get("count", 1),
    }


def event_time(one: Shown) -> str:
    """Return when it happened last, as the cluster writes times; "" if it does not."""
    held = (one.get("lastTimestamp"), one.get("eventTime"), one.get("firstTimestamp"))
    return next((str(at) for at in held if at), "")


def name_of(one: Shown) -> str:
    """Return an object's name."""
    return str((one.get("metadata") or {}).get("name", ""))


def owner(one: Shown, kind: str) -> str:
    """Return the name of what made an object; "" if nothing of that kind did."""
    owners = (one.get("metadata") or {}).get("ownerReferences") or ()
    return next((str(by["name"]) for by in owners if by.get("kind") == kind), "")


def revision(one: Shown) -> int:
    """Return which revision of its deployment a replica set is; 0 if it is none."""
    notes = (one.get("metadata") or {}).get("annotations") or {}
    text = str(notes.get(_REVISION, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - a number that is no joke


def statuses(one: Shown) -> list[Shown]:
    """Return how a pod's containers are, those that start it first."""
    status = one.get("status") or {}
    names = ("initContainerStatuses", "containerStatuses")
    return [each for name in names for each in status.get(name) or ()]


def restarts(one: Shown) -> int:
    """Return how often containers of a pod were started again."""
    return sum(int(each.get("restartCount", 0)) for each in statuses(one))


def is_ready(one: Shown) -> bool:
    """Tell whether a pod takes requests."""
    held = (one.get("status") or {}).get("conditions") or ()
    return any(
        each.get("type") == "Ready" and each.get("status") == "True" for each in held
    )


def images(one: Shown) -> tuple[str, ...]:
    """Return the images of a deployment's or a replica set's containers."""
    return tuple(str(each["image"]) for each in _containers(one.get("spec") or {}))


def _named(one: Shown) -> Shown:
    meta = one.get("metadata") or {}
    return {"name": meta.get("name"), "made": meta.get("creationTimestamp")}


def _conditions(status: Shown) -> list[Shown]:
    held = status.get("conditions") or ()
    return [{key: one[key] for key in _CONDITION if key in one} for one in held]


def _containers(spec: Shown) -> list[Shown]:
    inside = (spec.get("template") or {}).get("spec") or {}
    return [
        {
            "name": one.get("name"),
            "image": one.get("image"),
            "resources": one.get("resources"),
        }
        for one in inside.get("containers") or ()
    ]


def _container_status(one: Shown) -> Shown:
    return {
        "name": one.get("name"),
        "image": one.get("image"),
        "image_id": one.get("imageID"),
        "ready": one.get("ready"),
        "restarts": one.get("restartCount"),
        "state": dict(_states(one.get("state"))),
        "before": dict(_states(one.get("lastState"))),
    }


def _states(state: Any) -> Iterator[tuple[str, Shown]]:
    for name, detail in (state or {}).items():
        yield str(name), {key: detail[key] for key in _STATE if key in detail}
