"""A cluster's API on loopback: keeps objects, versions, rights and tokens.

It answers as https://kubernetes.io/docs/reference/using-api/api-concepts/ says: a
write for another `resourceVersion` is a conflict, a token is good for its account and
time, what an account may do stands in the manifests that are shipped. Bodies are
checked by `check`: the official client's models, where that is installed. What is
written must pass the shipped admission policies, `kube_policies.py`. The controllers
that follow a write are `kube_controllers.py`.
"""

import contextlib
import copy
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bot.outside.k8s.base import Base
from bot.outside.k8s.selectors import as_labels
from bot.outside.k8s.wire import route_to
from tests.fakes.clock import FakeClock
from tests.fakes.kube_controllers import disrupted, follow
from tests.fakes.kube_policies import Admission, refused
from tests.fakes.kube_rights import ACCOUNTS, Right, may, rights

SPACES = ("serving", "batch")
_PATH = re.compile(
    r"/(?:api|apis/(?P<group>[a-z0-9.]+))/(?P<version>v[0-9]+)"
    r"(?:/namespaces/(?P<space>[^/]+))?"
    r"/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+))?(?:/(?P<part>[a-z]+))?"
)
Object = dict[str, Any]
Place = tuple[str, str, str]
"""Resource, namespace, name."""
Said = tuple[int, Object]
VERBS = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}
_UNSAID = {
    ("deployments", "scale"): "replicas",
    ("deployments", ""): "paused",
    ("nodes", ""): "unschedulable",
}
"""Fields that are no pointers and `omitempty` in k8s.io/api: their zero is not said."""
_OPERATIONS = {"create": "CREATE", "patch": "UPDATE", "delete": "DELETE"}


class Refused(Exception):
    """The API says no."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked, taken apart."""

    verb: str
    group: str
    version: str
    space: str
    resource: str
    name: str
    part: str
    query: Mapping[str, list[str]]
    body: Any
    kind: str
    account: str
    agent: str

    @property
    def place(self) -> Place:
        return self.resource, self.space, self.name

    @property
    def right(self) -> tuple[str, str, str]:
        resource = f"{self.resource}/{self.part}" if self.part else self.resource
        return self.group, resource, self.verb


@dataclass
class FakeCluster:
    """The state of a cluster, and what was asked of it.

    Attributes:
        check: Returns what is wrong with a body that becomes an object.
        is_slow: Controllers do not follow.
        is_cut: Lists go on, on a page that nobody asks for.
        fault: The next write is made, and this happens instead of its answer: a
            status, or 0 for a connection that breaks off.
    """

    port: int = 0
    clock: Any = field(default_factory=FakeClock)
    objects: dict[Place, Object] = field(default_factory=dict)
    rights: frozenset[Right] = field(default_factory=lambda: rights(SPACES))
    check: Callable[[Request, Object], str] = lambda _request, _made: ""
    is_slow: bool = False
    is_cut: bool = False
    fault: int | None = None
    asked: list[Request] = field(default_factory=list)
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _count: int = 100
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def base(self, account: str = "tocsin") -> Base:
        """Return the bot's own identity, as a kubeconfig would give it."""
        return Base(line=route_to(self.url), token=self.token(account, 86_400))

    def token(self, account: str, seconds: int = 600) -> str:
        """Return a token of an account, good for so long."""
        made = f"{account}-{secrets.token_urlsafe(12)}"
        self.tokens[made] = (account, self.clock.now() + timedelta(seconds=seconds))
        return made

    # --- what a test does to it ---

    def put(self, resource: str, space: str, one: Object) -> Object:
        """Make or replace an object, as somebody else would."""
        with self._lock:
            place = (resource, space, str(one["metadata"]["name"]))
            made = copy.deepcopy(one)
            if space:
                made["metadata"]["namespace"] = space
            made["metadata"].setdefault("uid", secrets.token_hex(8))
            self._store(place, made, self.objects.get(place))
            return self.objects[place]

    def change(self, resource: str, space: str, name: str, **spec: Any) -> None:
        """Change the spec of an object behind the bot's back."""
        with self._lock:
            old = self.objects[resource, space, name]
            new = copy.deepcopy(old)
            new["spec"] |= spec
            self._store((resource, space, name), new, old)

    def of(self, resource: str, space: str = "") -> list[Object]:
        """Return the objects of a kind."""
        return [
            one
            for (kind, where, _), one in sorted(self.objects.items())
            if kind == resource and space in ("", where)
        ]

    def _store(self, place: Place, made: Object, old: Object | None) -> None:
        self._count += 1
        meta = made["metadata"]
        meta["resourceVersion"] = str(self._count)
        changed = old is None or old.get("spec") != made.get("spec")
        before = int((old or {}).get("metadata", {}).get("generation", 0))
        meta["generation"] = before + changed
        self.objects[place] = made
        if not self.is_slow:
            follow(self, place)

    # --- what it answers ---

    def answer(self, request: Request) -> Said:
        """Return status and body."""
        with self._lock:
            self.asked.append(request)
            try:
                self._judge(request)
                return self._done(request)
            except Refused as no:
                return no.status, {
                    "kind": "Status",
                    "apiVersion": "v1",
                    "status": "Failure",
                    "reason": no.reason,
                    "code": no.status,
                    "message": "<!channel> whatever a server writes",
                }

    def _judge(self, request: Request) -> None:
        if not request.account:
            raise Refused(401, "Unauthorized")
        if not may(
            self.rights, request.account, request.space, request.right, request.name
        ):
            raise Refused(403, "Forbidden")

    def _done(self, request: Request) -> Said:
        match request.verb, request.part:
            case "create", "token":
                return self._token(request)
            case "list", "":
                meta = {"continue": "more"} if self.is_cut else {}
                return 200, {"metadata": meta, "items": self._listed(request)}
            case "create", "":
                return self._create(request)
            case _:
                return self._of_one(request)

    def _of_one(self, request: Request) -> Said:
        old = self.objects.get(request.place)
        if old is None:
            raise Refused(404, "NotFound")
        match request.verb, request.part:
            case "get", "":
                return 200, copy.deepcopy(old)
            case "patch", _:
                return self._patch(request, old)
            case "create", "eviction":
                return self._evict(request, old)
            case "delete", "":
                return self._delete(request, old)
            case _:
                raise Refused(405, "MethodNotAllowed")

    def _listed(self, request: Request) -> list[Object]:
        wanted = as_labels(request.query.get("labelSelector", [""])[0])
        node = request.query.get("fieldSelector", [""])[0]
        found = self.of(request.resource, request.space)
        return [
            copy.deepcopy(one)
            for one in found
            if wanted.items() <= (one["metadata"].get("labels") or {}).items()
            and (not node or node == f"spec.nodeName={one['spec'].get('nodeName')}")
        ]

    def _token(self, request: Request) -> Said:
        wanted = request.body["spec"]["expirationSeconds"]
        if request.body["kind"] != "TokenRequest" or wanted < 600:
            raise Refused(422, "Invalid")
        self._admitted(request, request.body, None)
        ends_at = self.tokens[(made := self.token(request.name, wanted))][1]
        status = {"token": made, "expirationTimestamp": f"{ends_at:%FT%TZ}"}
        return 201, {**request.body, "status": status}

    def _create(self, request: Request) -> Said:
        made = copy.deepcopy(request.body)
        place = (request.resource, request.space, made["metadata"]["name"])
        if made["metadata"].get("namespace") != request.space:
            raise Refused(400, "BadRequest")
        if place in self.objects:
            raise Refused(409, "AlreadyExists")
        self._admitted(request, made, None)
        made["metadata"]["uid"] = secrets.token_hex(8)
        self._store(place, made, None)
        return 201, made

    def _patch(self, request: Request, old: Object) -> Said:
        shown = _scale(old) if request.part == "scale" else copy.deepcopy(old)
        made = _patched(copy.deepcopy(shown), request)
        if made["metadata"]["resourceVersion"] != old["metadata"]["resourceVersion"]:
            raise Refused(409, "Conflict")
        if made["metadata"]["uid"] != old["metadata"]["uid"]:
            raise Refused(422, "Invalid")
        self._admitted(request, made, shown)
        if request.part == "scale":
            spec = {**old["spec"], "replicas": made["spec"]["replicas"]}
            made = {**copy.deepcopy(old), "spec": spec}
        self._store(request.place, made, old)
        return 200, made

    def _delete(self, request: Request, old: Object) -> Said:
        self._checked(request, request.body)
        wanted = request.body.get("preconditions") or {}
        if any(old["metadata"][name] != value for name, value in wanted.items()):
            raise Refused(409, "Conflict")
        self._admit(request, None, old)
        del self.objects[request.place]
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    def _evict(self, request: Request, old: Object) -> Said:
        body = request.body
        if (body["metadata"]["name"], body["metadata"]["namespace"]) != (
            request.name,
            request.space,
        ):
            raise Refused(400, "BadRequest")
        self._admitted(request, body, None)
        wanted = (body.get("deleteOptions") or {}).get("preconditions") or {}
        if wanted.get("uid", old["metadata"]["uid"]) != old["metadata"]["uid"]:
            raise Refused(409, "Conflict")
        if not disrupted(self.of("poddisruptionbudgets", request.space), old):
            raise Refused(429, "TooManyRequests")
        if self.is_slow:
            old["metadata"]["deletionTimestamp"] = f"{self.clock.now():%FT%TZ}"
        else:
            del self.objects[request.place]
        return 201, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    def _checked(self, request: Request, made: Object) -> None:
        if self.check(request, made):
            raise Refused(400, "BadRequest")

    def _admitted(self, request: Request, made: Object, old: Object | None) -> None:
        self._checked(request, made)
        self._admit(request, made, old)

    def _admit(self, request: Request, new: Object | None, old: Object | None) -> None:
        status, reason = refused(
            Admission(
                request=_as_review(request),
                new=as_go_says(request, new),
                old=as_go_says(request, old),
            )
        )
        if status:
            raise Refused(status, reason)


def as_go_says(request: Request, one: Object | None) -> Object | None:
    """Return an object as policies see it: of some fields Go does not say a zero."""
    unsaid = _UNSAID.get((request.resource, request.part))
    if one is None or unsaid is None or one["spec"].get(unsaid):
        return one
    spec = {name: value for name, value in one["spec"].items() if name != unsaid}
    return {**one, "spec": spec}


def _as_review(request: Request) -> Object:
    """Return a request as policies see it; an empty part is left out, as by the API."""
    part = {"subResource": request.part} if request.part else {}
    return {
        "operation": _OPERATIONS[request.verb],
        "resource": {
            "group": request.group,
            "version": request.version,
            "resource": request.resource,
        },
        "name": request.name,
        "namespace": request.space,
        "userInfo": {"username": f"system:serviceaccount:{ACCOUNTS}:{request.account}"},
        **part,
    }


def _scale(one: Object) -> Object:
    meta = {
        key: one["metadata"][key]
        for key in ("name", "namespace", "uid", "resourceVersion")
    }
    replicas = one["spec"]["replicas"]
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": meta,
        "spec": {"replicas": replicas},
        "status": {"replicas": replicas},
    }


def _patched(one: Object, request: Request) -> Object:
    if request.kind == "application/merge-patch+json":
        merged: Object = _merged(one, request.body)
        return merged
    if request.kind != "application/json-patch+json":
        raise Refused(415, "UnsupportedMediaType")
    for change in request.body:
        *path, last = change["path"].strip("/").split("/")
        holder = one
        for name in path:
            holder = holder[name]
        if change["op"] != "replace" or last not in holder:
            raise Refused(422, "Invalid")
        holder[last] = copy.deepcopy(change["value"])
    return one


def _merged(one: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    made = dict(one) if isinstance(one, dict) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = _merged(made.get(name), value)
    return made


def _taken_apart(
    cluster: FakeCluster, method: str, target: str, headers: Any, body: bytes
) -> Request:
    parts = urlsplit(target)
    found = _PATH.fullmatch(parts.path)
    if found is None:
        raise Refused(404, "NotFound")
    named = {key: unquote(text or "") for key, text in found.groupdict().items()}
    verb = VERBS.get(method) or ("get" if named["name"] else "list")
    shown = str(headers.get("Authorization", "")).removeprefix("Bearer ")
    account, ends_at = cluster.tokens.get(shown, ("", cluster.clock.now()))
    return Request(
        verb=verb,
        group=named["group"],
        version=named["version"],
        space=named["space"],
        resource=named["resource"],
        name=named["name"],
        part=named["part"],
        query=parse_qs(parts.query),
        body=json.loads(body) if body else None,
        kind=str(headers.get("Content-Type", "")),
        account=account if cluster.clock.now() < ends_at else "",
        agent=str(headers.get("User-Agent", "")),
    )


@contextlib.contextmanager
def running_cluster(**given: Any) -> Iterator[FakeCluster]:
    """Serve a cluster for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = (
            64 * 1024
        )  # one packet: else each answer waits for an acknowledgement

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                request = _taken_apart(
                    cluster, self.command, self.path, self.headers, body
                )
                status, said = cluster.answer(request)
            except Refused as no:
                status, said = no.status, {}
            if self.command != "GET" and cluster.fault is not None and status < 300:
                status, cluster.fault = cluster.fault, None
            if not status:
                self.close_connection = True
                return
            held = json.dumps(said).encode()
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Audit-Id", "5d1f-audit")
                self.send_header("Content-Length", str(len(held)))
                self.end_headers()
                self.wfile.write(held)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - its names

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    cluster = FakeCluster(port=server.server_address[1], **given)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield cluster
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


__all__ = ["ACCOUNTS", "FakeCluster", "Request", "running_cluster"]
