"""Kubernetes: the objects that an alert's labels name, their events and last log lines.

Collects only. Secrets and config maps are never asked for, and of objects only what
`bot/outside/objects.py` names is kept: no environments, no commands, no annotations.
Namespaces that the settings do not name are not read, whatever an alert says.

Source: https://kubernetes.io/docs/reference/kubernetes-api/
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.envelope import Alert
from bot.domain.errors import TocsinError
from bot.outside import Service, counted, told
from bot.outside import objects as kinds
from bot.outside.changes import ago
from bot.outside.cluster import open_cluster
from bot.outside.inventory import Inventory, Shown, fill, items
from bot.outside.pod_logs import lines_of
from bot.outside.pod_names import Named, is_name, named_in
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest
from bot.ports.probe import Access

MANIFEST = Manifest(
    name="kubernetes",
    title="Kubernetes",
    docs="https://kubernetes.io/docs/reference/kubernetes-api/",
    summary="Deployments, pods, events and last log lines of what an alert names.",
)
COLLECT_SETTINGS = dict.fromkeys(
    (
        *("kubernetes_context", "kubernetes_config", "kubernetes_program"),
        "kubernetes_namespaces",
    ),
    "[collect]",
)
RIGHT = "get and list on pods, pods/log, events, deployments, replicasets, autoscalers"
_EVERY = "*"
_OBJECTS, _EVENTS = "kubernetes-objects.json", "kubernetes-events.jsonl"
_MOST_EVENTS = 500
_EVENTS_KEPT = 200
_PODS_WITH_LOGS = 3
_LOOKED_BACK = timedelta(hours=6)


def concerns(alert: Alert) -> bool:
    """Tell whether the alert names something that runs in Kubernetes."""
    return named_in(alert).is_something


def is_configured(
    *, kubernetes_context: str, kubernetes_namespaces: Sequence[str], **_other: object
) -> bool:
    """Tell whether a cluster and namespaces of it may be read."""
    return bool(kubernetes_context and kubernetes_namespaces)


def collect(
    alert: Alert,
    window: Window,
    *,
    reader: Any,
    kubernetes_context: str,
    kubernetes_config: Path | None,
    kubernetes_program: str,
    kubernetes_namespaces: Sequence[str],
) -> tuple[Collected, ...]:
    """Return the objects, the events and the last lines of the pods of an alert.

    What cannot be read is a file that says why.
    """
    del reader
    named = named_in(alert)
    if not named.is_something:
        return ()
    space = _namespace(named, kubernetes_namespaces)
    if not space:
        return (_nothing(_not_allowed(named)),)
    try:
        server = _server(kubernetes_context, kubernetes_config, kubernetes_program)
    except TocsinError as error:
        return (_nothing(f"{error.what}: {error.because}. {error.next_move}"),)
    found = Inventory()
    read = _objects(server, space, named, alert, found)
    if not found.names():
        return (read,)
    logs = [_logs(server, space, one) for one in found.pods[:_PODS_WITH_LOGS]]
    return (read, _events(server, space, window, found), *logs)


def probe(
    *,
    kubernetes_context: str,
    kubernetes_config: Path | None,
    kubernetes_program: str,
    kubernetes_namespaces: Sequence[str],
) -> tuple[Access, ...]:
    """Return of each namespace whether it can be read."""
    try:
        server = _server(kubernetes_context, kubernetes_config, kubernetes_program)
    except TocsinError as error:
        says, move = error.because, error.next_move
        return (Access(name="Kubernetes", works=False, says=says, next_move=move),)
    spaces = [one for one in kubernetes_namespaces if one != _EVERY] or ["default"]
    return tuple(_access(server, one) for one in spaces[:5])


def _access(server: Service, space: str) -> Access:
    name = f"Kubernetes namespace {space}"
    missing: list[str] = []
    for path in (
        *(f"/api/v1/namespaces/{space}/{one}" for one in ("pods", "events")),
        *(
            f"/apis/apps/v1/namespaces/{space}/{one}"
            for one in ("deployments", "replicasets")
        ),
        f"/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers",
    ):
        try:
            server.get(path, (("limit", "1"),))
        except TocsinError as error:
            missing.append(f"{path.rpartition('/')[2]}: {error.because}")
    if not missing:
        return Access(name=name, works=True, says="its objects and events can be read")
    move = "Give the account of collect.kubernetes_context a role that may read them."
    return Access(name=name, works=False, says="; ".join(missing), next_move=move)


def _server(context: str, config: Path | None, program: str) -> Service:
    cluster = open_cluster(context, config, program)
    return Service(ask=cluster.ask, title="Kubernetes", url=cluster.url, right=RIGHT)


def _namespace(named: Named, allowed: Sequence[str]) -> str:
    """Return the namespace that may be read; "" for none."""
    if not named.namespace:
        only = [one for one in allowed if one != _EVERY]
        return only[0] if len(allowed) == len(only) == 1 else ""
    is_allowed = named.namespace in allowed or _EVERY in allowed
    return named.namespace if is_allowed else ""


def _not_allowed(named: Named) -> str:
    if not named.namespace:
        return "The alert names no namespace, so nothing was read of Kubernetes."
    return (
        f"The alert names the namespace {named.namespace}; "
        "collect.kubernetes_namespaces does not, so it was not read."
    )


def _objects(
    server: Service, space: str, named: Named, alert: Alert, found: Inventory
) -> Collected:
    """Return the objects as a file, and put them into `found`."""
    call = f"kubernetes GET namespaces/{space}: deployments, replicasets, pods, hpa"

    def read() -> Collected:
        known = Inventory()
        fill(server, space, named, known)
        shown = {
            "namespace": space,
            "deployments": [kinds.deployment(one) for one in known.deployments],
            "revisions": [kinds.replica_set(one) for one in known.sets],
            "pods": [kinds.pod(one) for one in known.pods],
            "autoscalers": [kinds.autoscaler(one) for one in known.scalers],
        }
        content = json.dumps(shown, indent=1, ensure_ascii=False)
        says = _says(space, known, alert)
        known.pods = _telling(known.pods, named)
        # Only now is it sure that all of it is built as a cluster builds it.
        found.take(known)
        return Collected(name=_OBJECTS, content=content, says=says, call=call)

    return told(_OBJECTS, call, read)


def _says(space: str, found: Inventory, alert: Alert) -> str:
    ready = sum(map(kinds.is_ready, found.pods))
    again = sum(map(kinds.restarts, found.pods))
    says = f"Namespace {space}: {counted(len(found.deployments), 'deployment')}, "
    says += f"{counted(len(found.pods), 'pod')} of which {ready} ready, "
    says += f"{counted(again, 'restart')}."
    if not found.names():
        return f"{says} What the alert names is not there any more."
    changed = _changed(found, alert)
    return f"{says} {changed}" if changed else says


def _changed(found: Inventory, alert: Alert) -> str:
    """Say which images came last, when that was not long before the alert."""
    at, newest = alert.detected_at, [one for one in found.sets if kinds.revision(one)]
    newest.sort(key=lambda one: str(kinds.replica_set(one)["made"]))
    if len(newest) < 2:  # noqa: PLR2004 - a first revision changed nothing
        return ""
    last = newest[-1]
    of = kinds.owner(last, "Deployment")
    made = datetime.fromisoformat(kinds.replica_set(last)["made"])
    before = [one for one in newest[:-1] if kinds.owner(one, "Deployment") == of]
    if not before or not abs(at - made) <= _LOOKED_BACK:
        return ""
    old, new = (", ".join(kinds.images(one)) for one in (before[-1], last))
    what = f"from {old} to {new}" if old != new else "with the same images"
    return f"{of} was rolled out {ago(at - made)}, {what}."


def _events(server: Service, space: str, window: Window, found: Inventory) -> Collected:
    call = f"kubernetes GET namespaces/{space}/events"

    def read() -> Collected:
        path, names = f"/api/v1/namespaces/{space}/events", found.names()
        rows = [
            one
            for one in items(server, path, _MOST_EVENTS)
            if one["involvedObject"].get("name") in names and _is_in(one, window)
        ]
        rows.sort(key=kinds.event_time, reverse=True)
        lines = [json.dumps(kinds.event(one), ensure_ascii=False) for one in rows]
        says = f"{counted(len(rows), 'event')} of these objects, the newest first."
        content = "\n".join(lines[:_EVENTS_KEPT])
        return Collected(name=_EVENTS, content=content, says=says, call=call)

    return told(_EVENTS, call, read)


def _is_in(event: Shown, window: Window) -> bool:
    try:
        at = datetime.fromisoformat(kinds.event_time(event))
    except ValueError:
        return False
    return at.utcoffset() is not None and window.since <= at <= window.until


def _telling(pods: Sequence[Shown], named: Named) -> list[Shown]:
    """Return the pods, those first whose lines say most."""
    return sorted(
        (one for one in pods if is_name(kinds.name_of(one))),
        key=lambda one: (
            kinds.name_of(one) != named.pod,
            kinds.is_ready(one),
            -kinds.restarts(one),
            kinds.name_of(one),
        ),
    )


def _logs(server: Service, space: str, pod: Shown) -> Collected:
    name = kinds.name_of(pod)
    file, call = (
        f"logs-{name}.txt",
        f"kubernetes GET namespaces/{space}/pods/{name}/log",
    )

    def read() -> Collected:
        lines = list(lines_of(server, space, pod))
        says = (
            f"The last {counted(len(lines), 'line')} of {name}; prompts are left out."
        )
        return Collected(name=file, content="\n".join(lines), says=says, call=call)

    return told(file, call, read)


def _nothing(says: str) -> Collected:
    return Collected(name="kubernetes.txt", content="", says=says)
