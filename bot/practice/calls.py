"""One Web API call from request to answer: what Slack checks before a method.

The method is in ``methods``, the facts about it (source: Slack's method
reference and Web API rate limits) in ``methods.json``.
"""

import asyncio
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.practice.faults import TABLE, drop
from bot.practice.settings import Json, SlackError
from bot.practice.workspace import Workspace

TYPES = {"list": list, "object": dict, "integer": int}
WORDS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An allowed call and what its arguments name (empty if they name none)."""

    space: Workspace
    args: Json
    channel: Json
    message: Json
    people: Json
    groups: Json

    def text(self, name: str) -> str:
        """Return an argument as text, empty if it was left out."""
        return str(self.args.get(name, ""))


class WebApi:
    """Answers ``/api/<method>`` with the methods of some kinds of ``Call``."""

    def __init__(self, space: Workspace, *kinds: type[Call]) -> None:
        self._space = space
        self._kinds = kinds
        self._buckets: dict[str, tuple[float, datetime]] = {}
        self.counts: Counter[str] = Counter()
        self.limited = 0

    async def answer(self, request: Request) -> Response:
        """Answer one call; refusals are HTTP 200 as with Slack, 429 aside."""
        name = request.path_params["method"]
        self.counts[name] += 1
        fault = self._space.faults.meet(name)
        kind, status = fault["kind"], fault["status"]
        if kind == "garbage":
            return Response("<html>upstream error</html>", media_type="text/html")
        await asyncio.sleep(fault["seconds"] if kind == "slow" else 0)
        if kind in ("error", "ratelimited", "drop_before"):
            code = "ratelimited" if kind == "ratelimited" else fault["error"]
            found = {"ok": False, "error": code, "retry_after": fault["retry_after"]}
        else:
            found = await self._run(name, request)
        headers = {"X-OAuth-Scopes": ",".join(self._space.settings.scopes())}
        if found.get("error") == "ratelimited":
            self.limited += 1
            status, headers = 429, {"Retry-After": str(found["retry_after"])}
        if kind.startswith("drop"):
            drop(request.receive)
        return JSONResponse(found, status, headers)

    async def _run(self, name: str, request: Request) -> Json:
        try:
            return {"ok": True, **self._found(name, await _arguments(request))}
        except SlackError as no:
            return {"ok": False, "error": no.code, **no.details}

    def _found(self, name: str, given: Json) -> Json:
        spec = TABLE["methods"].get(name)
        if spec is None:
            raise SlackError("unknown_method", req_method=name)
        self._check_token(spec, given.pop("token", ""))
        args = _checked(spec, given)
        place = str(args.get("channel", args.get("channel_id", "")))
        self._check_scope(spec, args, place)
        self._spend(name, spec["tier"], place)
        known = self._named(spec, args, place)
        known |= {"space": self._space, "args": args}
        own = "_" + re.sub(r"\.|(?=[A-Z])", "_", name).lower()
        works = [getattr(kind(**known), own, None) for kind in self._kinds]
        found: Json = next((work() for work in works if work), {})
        if "answer" in spec:
            known |= found
            inside = self._space.bot in known["channel"].get("members", ())
            return self._space.shape(spec["answer"], inside=inside, **known)
        return found

    def _check_token(self, spec: Json, token: str) -> None:
        ours = self._space.settings
        if token != getattr(ours, spec.get("token", "bot_token")):
            other = token and token in (ours.bot_token, ours.app_token)
            known = "not_allowed_token_type" if other else "invalid_auth"
            raise SlackError(known if token else "not_authed")

    def _check_scope(self, spec: Json, args: Json, place: str) -> None:
        channel = self._space.records.get("channels", place) or {"is_private": False}
        private = args.get("is_private") or channel["is_private"]
        needed = (spec.get("private_scope") if private else "") or spec.get("scope")
        ours = self._space.settings
        granted = list(ours.app_scopes) if "token" in spec else ours.scopes()
        if needed and needed not in granted:
            raise SlackError("missing_scope", needed=needed, provided=",".join(granted))

    def _spend(self, method: str, tier: str, place: str) -> None:
        now, (size, per_s) = self._space.settings.clock(), TABLE["tiers"][tier]
        bucket = f"{method} {place}" if tier == "channel" else method
        left, seen_at = self._buckets.get(bucket, (size, now))
        left = min(size, left + max(0.0, (now - seen_at).total_seconds()) * per_s)
        self._buckets[bucket] = (left - (left >= 1), now)
        if left < 1:
            wait_s = max(1, math.ceil((1 - left) / per_s))
            raise SlackError("ratelimited", retry_after=wait_s)

    def _named(self, spec: Json, args: Json, place: str) -> Json:
        known: Json = {"channel": {}, "message": {}, "people": {}, "groups": {}}
        if "access" in spec:
            known["channel"] = self._space.channel_for(place, spec["access"])
        if "message" in spec:
            ts = str(args[spec["message"]])
            known["message"] = self._space.seen(known["channel"]["id"], ts)
            if known["message"] is None:
                raise SlackError("message_not_found")
            if "own" in spec and known["message"]["user"] != self._space.bot:
                raise SlackError(spec["own"])
        for kind in spec.keys() & {"people", "groups"}:
            name, code = spec[kind]
            known[kind] = self._space.records.get(kind, str(args[name]))
            if known[kind] is None:
                raise SlackError(code)
        return known


async def _arguments(request: Request) -> Json:
    header = request.headers.get("authorization", "").removeprefix("Bearer ")
    found: Json = ({"token": header} if header else {}) | dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        found |= dict(json.loads(await request.body() or b"{}"))
    async with request.form() as form:
        found |= dict(form)
    found.pop("team_id", None)  # the SDK adds it everywhere; there is one team
    return found


def _checked(spec: Json, found: Json) -> Json:
    required, optional = spec.get("required", []), spec.get("optional", [])
    args = {name: _typed(name, value) for name, value in found.items()}
    wrong = [f"missing required field: {name}" for name in required if name not in args]
    strange = sorted(args.keys() - {*required, *optional})
    wrong += [f"unexpected argument: {name}" for name in strange]
    wrong += [f"wrong type of argument: {name}" for name in args if args[name] is None]
    if wrong:
        raise SlackError("invalid_arguments", [f"[ERROR] {what}" for what in wrong])
    return args


def _typed(name: str, value: Any) -> Any:
    kind = TABLE["types"].get(name, "text")
    if kind == "text":
        return str(value) if isinstance(value, str | int | float) else None
    if kind == "boolean":
        return WORDS.get(str(value).lower())
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return found if type(found) is TYPES[kind] else None
