"""Runs the practice cloud's server and ends with the process that started it.

This file is run by the Python of another environment, in which Tocsin is not
installed: it may import nothing but the standard library. Its standard input is a
pipe whose other end the parent holds; when the parent ends, however it ends, the
pipe closes. (PR_SET_PDEATHSIG would fire when the thread that started us ends.)
"""

import contextlib
import fcntl
import importlib
import json
import os
import runpy
import signal
import sys
import threading
import urllib.parse
from pathlib import Path
from typing import IO, Any

_GRACE_S = 4.0


def _end_with_parent() -> None:
    with contextlib.suppress(OSError):
        while sys.stdin.buffer.read(4096):
            pass
    # Kept state is written on SIGTERM; if that hangs, the server still ends.
    last = threading.Timer(_GRACE_S, os._exit, args=(1,))
    last.daemon = True
    last.start()
    os.kill(os.getpid(), signal.SIGTERM)


def _alone() -> IO[str]:
    """Hold the room for as long as we run; wait for the server before us.

    It writes its state when it ends, and ours reads that. We are started in the
    room's scratch folder; the lock lies beside it.
    """
    lock = (Path.cwd().parent / "lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _judge_concurrency_by_method() -> None:
    """Tell reading a function's reserved concurrency from writing it.

    The server asks for ``PutFunctionConcurrency`` in all three cases; with that, a
    role that may only read would have to be allowed to write.
    """
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    judged = actions._lambda_action  # noqa: SLF001 - there is no other place for it
    by_method = {"GET": "GetFunctionConcurrency", "DELETE": "DeleteFunctionConcurrency"}

    def action(method: str, path: str) -> str | None:
        found: str | None = judged(method, path)
        is_limit = found == "PutFunctionConcurrency"
        return by_method.get(method, found) if is_limit else found

    actions._lambda_action = action  # noqa: SLF001 - as above


def _judge_converse_as_aws_does() -> None:
    """Take a conversation with a model for what it is in AWS: invoking that model.

    The server asks for ``bedrock:Converse``, which AWS does not have. Source: Amazon
    Bedrock API reference, Converse: "requires permission for bedrock:InvokeModel".
    """
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    judged = actions._match_rest_action  # noqa: SLF001 - as above

    def action(service: str, *request: Any) -> str | None:
        found: str | None = judged(service, *request)
        is_talk = service == "bedrock-runtime" and found == "Converse"
        return "InvokeModel" if is_talk else found

    actions._match_rest_action = action  # noqa: SLF001 - as above


def _judge_aliases_by_method() -> None:
    """Tell reading and moving one alias of a function from making one.

    The server asks for ``CreateAlias`` or ``ListAliases`` in all cases.
    """
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    judged = actions._lambda_action  # noqa: SLF001 - as above
    by_method = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}

    def action(method: str, path: str) -> str | None:
        found: str | None = judged(method, path)
        is_one = "/aliases/" in path
        return by_method.get(method, found) if is_one else found

    actions._lambda_action = action  # noqa: SLF001 - as above


def _judge_what_is_meant() -> None:
    """Ask for the thing that AWS asks for, where the server takes another one.

    It judges a service of ECS and a node group of EKS by their cluster, a rule of
    EventBridge by a name that AWS uses for other buses only, an agent's alias by the
    agent, and IP sets, guardrails that are applied and bought throughput by nothing.
    Source: Service Authorization Reference, "Resource types".
    """
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    judged = actions.extract_resource_arn

    def meant(service: str, *request: Any) -> str:
        found: str = judged(service, *request)
        _method, path, headers, body, _query, region, account = request
        name = _NAMING.get(service)
        asked = {**_json_of(body), "": _target(headers)} if name else {}
        thing = name(urllib.parse.unquote(path), asked) if name else ""
        prefix = f"arn:aws:{_PREFIXES.get(service, service)}:{region}:{account}"
        return f"{prefix}:{thing}" if thing else found

    actions.extract_resource_arn = meant


def _json_of(body: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(body)
        return found if isinstance(found, dict) else {}
    return {}


def _target(headers: Any) -> str:
    """Return the operation that a request names in a header, "" if it names none."""
    named = {str(key).lower(): str(one) for key, one in dict(headers or {}).items()}
    return named.get("x-amz-target", "").rpartition(".")[2]


def _service_named(_path: str, asked: dict[str, Any]) -> str:
    named = asked.get("service") or next(iter(asked.get("services", ())), "")
    return f"service/{asked['cluster']}/{named}" if named and "cluster" in asked else ""


def _rule_named(_path: str, asked: dict[str, Any]) -> str:
    named = asked.get("Rule") or asked.get("Name") or ""
    bus = asked.get("EventBusName") or "default"
    on = "" if bus == "default" else f"{bus}/"
    return f"rule/{on}{named}" if named else ""


def _set_named(_path: str, asked: dict[str, Any]) -> str:
    scope = "regional" if asked.get("Scope") == "REGIONAL" else "global"
    kind = "webacl" if asked[""].endswith("WebACL") else "ipset"
    named = f"{scope}/{kind}/{asked.get('Name')}/{asked.get('Id')}"
    return named if "Id" in asked else ""


def _alias_named(path: str, _asked: dict[str, Any]) -> str:
    match path.strip("/").split("/"):
        case ["agents", agent, "agentaliases", alias]:
            return f"agent-alias/{agent}/{alias}"
        case _:
            return ""


def _guardrail_named(path: str, _asked: dict[str, Any]) -> str:
    match path.strip("/").split("/"):
        case ["guardrail", guardrail, "version", _version, "apply"]:
            return f"guardrail/{guardrail.rpartition('/')[2]}"
        case _:
            return ""


def _throughput_named(path: str, _asked: dict[str, Any]) -> str:
    _, found, named = path.partition("/provisioned-model-throughput/")
    return f"provisioned-model/{named.rpartition('/')[2]}" if found else ""


def _node_group_named(path: str, _asked: dict[str, Any]) -> str:
    match path.strip("/").split("/"):
        case ["clusters", cluster, "node-groups", group, *_]:
            return f"nodegroup/{cluster}/{group}/unknown"
        case _:
            return ""


_NAMING = {
    "eks": _node_group_named,
    "ecs": _service_named,
    "events": _rule_named,
    "wafv2": _set_named,
    "bedrock": _throughput_named,
    "bedrock-agent": _alias_named,
    "bedrock-runtime": _guardrail_named,
}
_PREFIXES = {"bedrock-agent": "bedrock", "bedrock-runtime": "bedrock"}


if __name__ == "__main__":
    lock = _alone()
    runpy.run_path(str(Path(__file__).with_name("cloud_played.py")))["play"]()
    _judge_aliases_by_method()
    _judge_what_is_meant()
    _judge_concurrency_by_method()
    _judge_converse_as_aws_does()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")
