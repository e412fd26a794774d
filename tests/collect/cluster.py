"""A namespace as the API of Kubernetes tells it, on loopback.

Built as https://kubernetes.io/docs/reference/kubernetes-api/ says. The secrets in it
stand where real ones would: in environments, commands and annotations.
"""

from collections.abc import Callable
from typing import Any

from tests.loopback import Query, Said, said

SPACE, POD = "serving", "vllm-7d9f-abcde"
CORE, APPS = f"/api/v1/namespaces/{SPACE}", f"/apis/apps/v1/namespaces/{SPACE}"
SCALERS = f"/apis/autoscaling/v2/namespaces/{SPACE}/horizontalpodautoscalers"
HIDDEN = "hunter2-in-the-cluster"
LOG = f"{CORE}/pods/{POD}/log"


def template(image: str) -> dict[str, Any]:
    container = {
        "name": "vllm",
        "image": image,
        "command": ["serve", f"--api-key={HIDDEN}"],
        "env": [{"name": "API_KEY", "value": HIDDEN}],
        "resources": {"limits": {"nvidia.com/gpu": "1"}},
    }
    return {"template": {"spec": {"containers": [container], "volumes": [HIDDEN]}}}


def meta(name: str, made: str, kind: str = "", maker: str = "") -> dict[str, Any]:
    owners = [{"kind": kind, "name": maker}] if maker else []
    notes = {"kubectl.kubernetes.io/last-applied-configuration": HIDDEN}
    return {
        "name": name,
        "creationTimestamp": made,
        "ownerReferences": owners,
        "annotations": notes,
    }


def revision(number: int, made: str, image: str) -> dict[str, Any]:
    named = meta(f"vllm-{number}", made, "Deployment", "vllm")
    named["annotations"]["deployment.kubernetes.io/revision"] = str(number)
    return {"metadata": named, "spec": {"replicas": 1, **template(image)}, "status": {}}


def pod(name: str, *, ready: bool = True, restarts: int = 0) -> dict[str, Any]:
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    status = {
        "name": "vllm",
        "image": "vllm:2",
        "ready": ready,
        "restartCount": restarts,
        "state": {"running": {"startedAt": "2026-05-04T11:50:00Z"}},
        "lastState": ended if restarts else {},
    }
    word = "True" if ready else "False"
    return {
        "metadata": meta(name, "2026-05-04T11:45:00Z", "ReplicaSet", "vllm-2"),
        "spec": {"nodeName": "gpu-1", **template("vllm:2")["template"]["spec"]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": word}],
            "containerStatuses": [status],
        },
    }


def event(name: str, at: str, reason: str = "BackOff") -> dict[str, Any]:
    return {
        "metadata": {"name": "e"},
        "involvedObject": {"kind": "Pod", "name": name},
        "type": "Warning",
        "reason": reason,
        "message": "Back-off restarting",
        "lastTimestamp": at,
        "count": 4,
    }


def items(*found: dict[str, Any]) -> Said:
    return said({"kind": "List", "items": list(found)})


def log(query: Query) -> Said:
    text = "2026-05-04T11:49:00Z Received request c-1: prompt: 'my diagnosis', params\n"
    if "previous" in query:
        text = "2026-05-04T11:48:00Z CUDA out of memory\n"
    return Said(body=text.encode())


def answers() -> dict[str, Said | Callable[[Query], Said]]:
    """Return what a cluster answers about a deployment that was just rolled out."""
    deployment = {
        "metadata": meta("vllm", "2026-01-01T00:00:00Z"),
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "vllm"}},
            **template("vllm:2"),
        },
        "status": {"replicas": 2, "readyReplicas": 1},
    }
    scaler = {
        "metadata": meta("vllm", "2026-01-01T00:00:00Z"),
        "spec": {
            "scaleTargetRef": {"name": "vllm"},
            "minReplicas": 1,
            "maxReplicas": 4,
        },
        "status": {"currentReplicas": 2},
    }
    sick = pod(POD, ready=False, restarts=3)
    other = revision(9, "2026-05-04T11:59:00Z", "x:1")
    other["metadata"]["ownerReferences"][0]["name"] = "other"
    return {
        f"{APPS}/deployments": items(deployment),
        f"{APPS}/deployments/vllm": said(deployment),
        f"{APPS}/replicasets": items(
            revision(1, "2026-05-01T00:00:00Z", "vllm:1"),
            revision(2, "2026-05-04T11:45:00Z", "vllm:2"),
            other,
        ),
        f"{CORE}/pods": items(pod("vllm-7d9f-well"), sick),
        f"{CORE}/pods/{POD}": said(sick),
        f"{CORE}/events": items(
            event(POD, "2026-05-04T11:50:00Z"),
            event(POD, "2026-05-04T09:00:00Z", "Old"),
            event("stranger", "2026-05-04T11:50:00Z", "Strange"),
        ),
        SCALERS: items(scaler),
        LOG: log,
        f"{CORE}/pods/vllm-7d9f-well/log": Said(body=b"fine\n"),
    }
