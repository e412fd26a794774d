"""Checks bodies as the API does with `fieldValidation=Strict`: by the official client.

Its models are made of the API's own OpenAPI document: which fields there are, of which
kind, and which must be there. Needs the extra `kubernetes`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.kube import Object, Request

_OF = {
    "deployments": "V1Deployment",
    "deployments/scale": "V1Scale",
    "cronjobs": "V1CronJob",
    "nodes": "V1Node",
    "networkpolicies": "V1NetworkPolicy",
    "pods/eviction": "V1Eviction",
    "serviceaccounts/token": "AuthenticationV1TokenRequest",
}
_PLAIN: Mapping[str, Any] = {
    "str": str,
    "int": int,
    "bool": bool,
    "float": (int, float),
}
_MANY = re.compile(r"(List|Dict)\[(?:str, )?(.+)\]")


def strict(request: Request, made: Object) -> str:
    """Return what is wrong with an object that a request leaves, "" for nothing."""
    _, resource, verb = request.right
    model = "V1DeleteOptions" if verb == "delete" else _OF[resource]
    return problems(model, made)


def problems(model: str, value: Any) -> str:
    """Return what is wrong with a value of a model."""
    found = [*_wrong(model, value, model)]
    try:
        _model(model).model_validate(value)
    except ValueError as error:
        found.append(str(error))
    return "; ".join(found)


def _wrong(kind: str, value: Any, path: str) -> Iterator[str]:
    if kind in ("object", "datetime") or value is None:
        return
    if kind in _PLAIN:
        is_bool = isinstance(value, bool) and kind != "bool"
        if is_bool or not isinstance(value, _PLAIN[kind]):
            yield f"{path} is no {kind}"
        return
    many = _MANY.fullmatch(kind)
    if many:
        yield from _each(many[1], many[2], value, path)
        return
    if not isinstance(value, Mapping):
        yield f"{path} is no {kind}"
        return
    known = _model(kind)
    fields = {there: known.openapi_types[here] for here, there in _fields(known)}
    for name, one in value.items():
        if name not in fields:
            yield f"{path} has no field {name}"
            continue
        yield from _wrong(fields[name], one, f"{path}.{name}")


def _model(name: str) -> Any:
    """Return a model of the client, which only this kind of test has."""
    from kubernetes import client

    return getattr(client, name)


def _fields(known: Any) -> list[tuple[str, str]]:
    return list(known.attribute_map.items())


def _each(many: str, kind: str, value: Any, path: str) -> Iterator[str]:
    shape: Any = list if many == "List" else Mapping
    if not isinstance(value, shape):
        yield f"{path} is no {many}"
        return
    pairs: Any = enumerate(value) if many == "List" else value.items()
    for name, one in pairs:
        yield from _wrong(kind, one, f"{path}.{name}")
