"""A LiteLLM proxy for tests: keys, teams and deployments, by the real one's shapes.

It keeps `bot.ports.send.Send` and refuses what the real one refuses: other fields than
its requests know, wrong types, a viewer that writes, things that are not there. Shapes
and statuses are those of LiteLLM 1.108.7 (aliases, soft budgets and what is refused
of a configuration file: 1.110.2): BlockKeyRequest, UpdateKeyRequest,
BlockTeamRequest, UpdateTeamRequest and BlockModelRequest in its ``proxy/_types.py``,
and what its endpoints were seen to answer.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from bot.ports.ask import Answer
from bot.ports.send import Request

# Written without the sign that scanners look for.
READ_KEY, ACT_KEY = "viewer-of-this-test", "admin-of-this-test"
_OPTIONAL_NUMBER = (int, float, type(None))
_BODIES: Mapping[str, Mapping[str, Any]] = {
    "/key/block": {"key": str},
    "/key/unblock": {"key": str},
    "/key/update": {
        "key": str,
        "max_budget": _OPTIONAL_NUMBER,
        "rpm_limit": (int, type(None)),
        "tpm_limit": (int, type(None)),
        "aliases": dict,
    },
    "/team/block": {"team_id": str},
    "/team/unblock": {"team_id": str},
    "/team/update": {
        "team_id": str,
        "max_budget": _OPTIONAL_NUMBER,
        "model_aliases": dict,
    },
    "/model/block": {"model_id": str},
    "/model/unblock": {"model_id": str},
}
_FIRST = {"key": "key", "team": "team_id", "model": "model_id"}

Fault = Callable[[Request], Answer]


@dataclass
class FakeLitellm:
    """One proxy. What a test changes in its records is changed behind the bot's back.

    Attributes:
        asked: Method and path of each request, with the key that was shown.
        lists_parts: Keys are listed for a part of their alias, as by older proxies.
        faults: What the next writes meet instead, first come, first served: it may
            raise, or answer what it likes.
    """

    url: str = "http://127.0.0.1:4000"
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    teams: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lists_parts: bool = False

    def key(self, **fields: Any) -> str:
        """Make a key; return its hash."""
        token = hashlib.sha256(secrets.token_bytes(16)).hexdigest()
        self.keys[token] = {
            "key_name": "sk-...abcd",
            "key_alias": f"claims-{token[:6]}",
            "spend": 3.25,
            "models": [],
            "aliases": {},
            "team_id": None,
            "blocked": None,
            "metadata": {"callback_secret": "never to be kept"},
            "max_budget": 10.0,
            "rpm_limit": None,
            "tpm_limit": None,
            "status": "active",
            **fields,
        }
        return token

    def team(self, **fields: Any) -> str:
        name = f"team-{secrets.token_hex(4)}"
        self.teams[name] = {
            "team_id": name,
            "team_alias": "claims",
            "spend": 40.5,
            "blocked": False,
            "max_budget": 100.0,
            "soft_budget": None,
            "models": [],
            "model_id": None,
            "litellm_model_table": None,
            "metadata": {"callback_secret": "never to be kept"},
            **fields,
        }
        return name

    def model(self, group: str, *, blocked: bool = False, stored: bool = True) -> str:
        name = secrets.token_hex(8)
        self.models[name] = {
            "model_name": group,
            "litellm_params": {
                "model": f"openai/{group}",
                "api_base": "https://x.test",
            },
            "model_info": {"id": name, "db_model": stored, "blocked": blocked},
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
        parts = urlsplit(request.url)
        shown = headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append((request.method, parts.path, shown))
        self.headers.append(headers)
        if shown not in (READ_KEY, ACT_KEY):
            return _said(401, {"error": {"message": "Authentication Error"}})
        if request.method == "GET":
            asked = parse_qs(parts.query, keep_blank_values=True)
            named = {key: one[-1] for key, one in asked.items()}
            return self._read(parts.path, named)
        if self.faults:
            return self.faults.pop(0)(request)
        if shown != ACT_KEY:
            return _said(403, {"error": {"message": "viewers do not write"}})
        return self._write(parts.path, request, headers)

    def _read(self, path: str, named: Mapping[str, str]) -> Answer:
        match path:
            case "/key/info":
                found = self.keys.get(named["key"])
                return _found(found and {"key": named["key"], "info": found})
            case "/key/list":
                alias = named["key_alias"]
                tokens = [
                    token
                    for token, one in self.keys.items()
                    if self._has(one, alias) and one["status"] != "deleted"
                ]
                count = {"total_count": len(tokens), "current_page": 1}
                return _said(200, {"keys": tokens, **count, "total_pages": 1})
            case "/team/info":
                team = named["team_id"]
                keys = [one for one in self.keys.values() if one["team_id"] == team]
                record = self.teams.get(team)
                about = {"team_id": team, "team_info": record, "keys": keys}
                return _found(record and {**about, "team_memberships": []})
            case "/model/info":
                return _said(200, {"data": list(self.models.values())})
            case _:
                return _found(None)

    def _has(self, key: Mapping[str, Any], alias: str) -> bool:
        known = key["key_alias"] or ""
        return alias in known if self.lists_parts else alias == known

    def _write(self, path: str, request: Request, headers: Mapping[str, str]) -> Answer:
        shape = _BODIES.get(path)
        if shape is None or request.method != "POST":
            return _said(405, {"detail": "Method Not Allowed"})
        body = orjson.loads(request.body)
        of = path.split("/")[1]
        if headers.get("Content-Type") != "application/json" or not _fits(
            body, shape, of
        ):
            return _said(422, {"detail": "unprocessable"})
        place = {"key": self.keys, "team": self.teams, "model": self.models}[of]
        record = place.get(body[_FIRST[of]])
        if record is None:
            return _found(None)
        state = record["model_info"] if of == "model" else record
        if wrong := _unwritable(of, state, body):
            return _said(400, {"error": {"message": wrong}})
        match path.rsplit("/", 1)[1]:
            case "block":
                state["blocked"] = True
            case "unblock":
                state["blocked"] = False
            case _:
                fields = {key: one for key, one in body.items() if key != _FIRST[of]}
                if "model_aliases" in fields:
                    table = {"model_aliases": fields.pop("model_aliases")}
                    state |= {"litellm_model_table": table, "model_id": 1}
                state |= fields
        return _said(200, {_FIRST[of]: body[_FIRST[of]]})


def _unwritable(of: str, state: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Return what the real one says against a change that is well formed."""
    if of == "model" and not state["db_model"]:
        return "Cannot edit config-based model"
    budget, soft = body.get("max_budget"), state.get("soft_budget")
    if of == "team" and budget is not None and soft is not None and budget <= soft:
        return "max_budget must be strictly greater than soft_budget"
    return ""


def _fits(body: Any, shape: Mapping[str, Any], of: str) -> bool:
    """Tell whether a body has the fields and types that the real proxy takes.

    The real one overlooks fields that it does not know; this one refuses them.
    """
    return (
        isinstance(body, dict)
        and _FIRST[of] in body
        and body.keys() <= shape.keys()
        and not any(isinstance(one, bool) for one in body.values())
        and all(isinstance(one, shape[key]) for key, one in body.items())
    )


def _found(value: Any) -> Answer:
    missing = {"error": {"message": "not found", "code": "404"}}
    return _said(200, value) if value else _said(404, missing)


def _said(status: int, value: Any) -> Answer:
    headers = {"x-litellm-call-id": "0b2c7e1a-0000-4000-8000-000000000001"}
    return Answer(status=status, headers=headers, body=orjson.dumps(value))
