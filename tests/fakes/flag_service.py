"""A service with switches and limits, for HTTP actions: it believes nobody unsigned.

It keeps `bot.ports.send.Send`, checks each signature by RFC 9421 with code of its own,
the digest of each body, the age of each signature, and makes no request of one
idempotency key twice.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from bot.ports.ask import Answer
from bot.ports.clock import Clock
from bot.ports.send import Request

HOST = "https://flags.example.org"
# Written without the sign that scanners look for.
SHARED = "shared-with-the-service-of-this-test"
READ_TOKEN, ACT_TOKEN = "reads-in-this-test", "acts-in-this-test"
_SIGNED = ("@method", "@target-uri", "content-digest", "idempotency-key", "tocsin-plan")

Fault = Callable[[Request], Answer]


@dataclass
class FlagService:
    """One service.

    Attributes:
        flags: Name → what stands there.
        made: Idempotency keys that were used.
        faults: What the next writes meet instead.
    """

    clock: Clock
    flags: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[Request, Mapping[str, str]]] = field(default_factory=list)

    def flag(self, **fields: Any) -> str:
        name = f"flag-{secrets.token_hex(4)}"
        self.flags[name] = {
            "enabled": True,
            "limit": 50,
            "owner": {"team": "claims"},
            "webhook_secret": "never to be kept",
            **fields,
        }
        return name

    def __call__(
        self,
        request: Request,
        *,
        headers: Mapping[str, str],
        most_bytes: int = 1_048_576,
    ) -> Answer:
        del most_bytes
        self.requests.append((request, headers))
        path = urlsplit(request.url).path.split("/")
        flag = self.flags.get(unquote(path[3])) if len(path) > 3 else None
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if request.method == "GET":
            if token != READ_TOKEN:
                return _said(401, {})
            return _said(200, {"flag": flag}) if flag else _said(404, {})
        if self.faults:
            return self.faults.pop(0)(request)
        wrong = "" if token == ACT_TOKEN else "no token"
        wrong = wrong or unsigned(request, headers, now=self.clock.now().timestamp())
        if wrong:
            return _said(403, {"wrong": wrong})
        if headers["Idempotency-Key"] in self.made:
            return _said(409, {})
        self.made.add(headers["Idempotency-Key"])
        return self._written(request, path, flag)

    def _written(
        self, request: Request, path: list[str], flag: dict[str, Any] | None
    ) -> Answer:
        if flag is None:
            return _said(404, {})
        body = orjson.loads(request.body)
        match request.method, path[4:], body:
            case "POST", ["off"], {"why": str(), **rest} if not rest:
                flag["enabled"] = False
            case "POST", ["on"], {"why": str(), **rest} if not rest:
                flag["enabled"] = True
            case "PUT", ["limit"], {"limit": int(limit), **rest} if not rest:
                flag["limit"] = limit
            case _:
                return _said(422, {})
        return _said(200, {"flag": flag})


def unsigned(request: Request, headers: Mapping[str, str], *, now: float) -> str:
    """Return what is wrong with a request's signature, "" if nothing is."""
    named = {name.lower(): value for name, value in headers.items()}
    given = re.fullmatch(
        r"tocsin=(\((?P<names>[^)]*)\);created=(?P<created>\d+);expires=(?P<ends>\d+)"
        r';keyid="tocsin";alg="hmac-sha256")',
        named.get("signature-input", ""),
    )
    if given is None:
        return "no signature"
    names = given["names"].replace('"', "").split()
    if not set(_SIGNED) <= set(names):
        return "too little is signed"
    if not int(given["created"]) <= now < int(given["ends"]):
        return "too old"
    digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
    if named["content-digest"] != f"sha-256=:{digest}:":
        return "another body"
    values = {**named, "@method": request.method, "@target-uri": request.url}
    lines = [f'"{name}": {values[name]}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {given[1]}'])
    expected = hmac.new(SHARED.encode(), base.encode(), hashlib.sha256).digest()
    found = named["signature"].removeprefix("tocsin=:").removesuffix(":")
    return "" if base64.b64encode(expected).decode() == found else "another signature"


def _said(status: int, value: Any) -> Answer:
    headers = {"x-request-id": "req-1"}
    return Answer(status=status, headers=headers, body=orjson.dumps(value))
