"""What a request of botocore asks: the operation, and its arguments by their shape.

One reader a protocol: ``json``, ``rest-json``, ``query`` and ``ec2``. Whatever is left
over in a request after its shape was read makes it wrong. Values are compared with the
shape in `forms.py`; who asks is in `keys.py`.

Source: Smithy 2.0, "AWS protocols".
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.awsfake.service import Refused

_FLAWED = "SerializationException"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


def operation_of(request: Request, model: Any) -> Any | None:
    """Return the operation of a service model that is asked for, None for none."""
    match model.resolved_protocol:
        case "json":
            prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
            known = prefix == model.metadata["targetPrefix"]
            return _named(model, name) if known else None
        case "query" | "ec2":
            form = dict(parse_qsl(request.body.decode()))
            known = form.get("Version") == model.metadata["apiVersion"]
            return _named(model, form.get("Action", "")) if known else None
        case "rest-json":
            return _routed(model, request)
        case other:
            raise AssertionError(f"the fake does not speak {other}")


def arguments_of(request: Request, model: Any, operation: Any) -> dict[str, Any]:
    """Return the arguments of a request.

    Raises:
        Refused: It cannot be read, or holds more than the shape knows.
    """
    shape = operation.input_shape
    if shape is None:
        return {}
    try:
        match model.resolved_protocol:
            case "json":
                found: dict[str, Any] = _from_json(shape, _parsed(request.body), "")
                return found
            case "query" | "ec2" as protocol:
                return _Form(request.body, protocol).read(shape)
            case _:
                return _from_rest(request, operation)
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise Refused(_FLAWED, f"it could not be read ({error})") from None


def _named(model: Any, name: str) -> Any | None:
    return model.operation_model(name) if name in model.operation_names else None


# --- JSON ---


def _parsed(body: bytes) -> Any:
    return json.loads(body or b"{}")


def _from_json(shape: Any, value: Any, path: str) -> Any:
    match shape.type_name, value:
        case "structure", dict():
            for name in value.keys() - _wire_names(shape).keys():
                raise Refused(_FLAWED, f"{path}.{name} is not known")
            return {
                name: _from_json(shape.members[name], value[wire], f"{path}.{name}")
                for wire, name in _wire_names(shape).items()
                if wire in value
            }
        case "list", list():
            return [_from_json(shape.member, one, path) for one in value]
        case "map", dict():
            return {
                key: _from_json(shape.value, one, path) for key, one in value.items()
            }
        case "timestamp", int() | float() | str():
            return _moment(value)
        case "blob", str():
            return base64.b64decode(value, validate=True)
        case _:
            return value


def _wire_names(shape: Any) -> Mapping[str, str]:
    return {
        member.serialization.get("name", name): name
        for name, member in shape.members.items()
    }


def _moment(value: float | str) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return datetime.fromtimestamp(value, tz=UTC)


# --- REST ---


def _routed(model: Any, request: Request) -> Any | None:
    found = [
        one
        for one in map(model.operation_model, model.operation_names)
        if one.http["method"] == request.method
        and _labels(one.http["requestUri"], request.path) is not None
    ]
    # Of /a/b and /a/{x} the one that says more itself.
    return max(found, key=lambda one: -one.http["requestUri"].count("{"), default=None)


def _labels(template: str, path: str) -> Mapping[str, str] | None:
    """Return the parts of a path that its template names, None where it is another."""
    bare = template.partition("?")[0].rstrip("/")
    names = re.findall(r"{(\w+)\+?}", bare)
    pattern = re.sub(r"{\w+\\\+}", "(.+)", re.sub(r"{\w+}", "([^/]+)", _escaped(bare)))
    found = re.fullmatch(pattern, path.rstrip("/"))
    return found and dict(zip(names, map(unquote, found.groups()), strict=True))


def _escaped(template: str) -> str:
    return re.escape(template).replace(r"\{", "{").replace(r"\}", "}")


def _from_rest(request: Request, operation: Any) -> dict[str, Any]:
    shape = operation.input_shape
    labels = _labels(operation.http["requestUri"], request.path) or {}
    given: dict[str, Any] = {}
    body_of: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                found: Any = labels.get(wire)
            case "querystring":
                found = _from_query(member, wire, request)
            case "header":
                found = request.headers.get(wire.casefold())
            case _:
                body_of[name] = member
                continue
        if found is not None:
            given[name] = _typed(member, found)
    return {**given, **_from_body(request, shape, body_of)}


def _from_query(member: Any, wire: str, request: Request) -> Any:
    found = [value for key, value in request.query if key == wire]
    if member.type_name == "list":
        return found or None
    return found[0] if found else None


def _from_body(request: Request, shape: Any, members: Mapping[str, Any]) -> Any:
    payload = shape.serialization.get("payload")
    if payload and members[payload].type_name in ("blob", "string"):
        return {payload: request.body} if request.body else {}
    if payload:
        read = _from_json(members[payload], _parsed(request.body), payload)
        return {payload: read} if request.body else {}
    body = _parsed(request.body)
    names = {one.serialization.get("name", name): name for name, one in members.items()}
    for wire in body.keys() - names.keys():
        raise Refused(_FLAWED, f"{wire} is not known")
    return {
        names[wire]: _from_json(members[names[wire]], value, wire)
        for wire, value in body.items()
    }


# --- forms of query and ec2 ---


class _Form:
    """The fields of a form, crossed out as they are read."""

    def __init__(self, body: bytes, protocol: str) -> None:
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        self.fields = {k: v for k, v in pairs if k not in ("Action", "Version")}
        self.unread = set(self.fields)
        self.is_ec2 = protocol == "ec2"

    def read(self, shape: Any) -> dict[str, Any]:
        given: dict[str, Any] = self._value(shape, "")
        for name in sorted(self.unread):
            raise Refused("UnknownParameter", f"{name} is not known")
        return given

    def _value(self, shape: Any, prefix: str) -> Any:
        match shape.type_name:
            case "structure":
                return {
                    name: self._value(member, at)
                    for name, member in shape.members.items()
                    if self._is_there(at := self._at(prefix, name, member))
                }
            case "list":
                return [
                    self._value(shape.member, at) for at in self._places(shape, prefix)
                ]
            case "map":
                raise AssertionError("the fake reads no maps in forms")
            case _:
                self.unread.discard(prefix)
                return _typed(shape, self.fields[prefix])

    def _at(self, prefix: str, name: str, member: Any) -> str:
        told = member.serialization
        wire = told.get("name", name)
        if self.is_ec2:
            wire = told.get("queryName") or wire[:1].upper() + wire[1:]
        elif member.type_name == "list" and told.get("flattened"):
            wire = member.member.serialization.get("name", wire)
        return f"{prefix}.{wire}" if prefix else wire

    def _is_there(self, at: str) -> bool:
        return any(one == at or one.startswith(f"{at}.") for one in self.fields)

    def _places(self, shape: Any, prefix: str) -> Iterator[str]:
        """Yield the prefixes of a list's entries, counted from 1 without a gap."""
        if self.fields.get(prefix) == "":  # how an empty list is sent
            self.unread.discard(prefix)
            return
        if not self.is_ec2 and not shape.serialization.get("flattened"):
            prefix += f".{shape.member.serialization.get('name', 'member')}"
        place = 1
        while self._is_there(f"{prefix}.{place}"):
            yield f"{prefix}.{place}"
            place += 1


def _typed(shape: Any, text: Any) -> Any:
    """Return a text of a form, a path or a header in the type of its shape."""
    match shape.type_name:
        case "boolean":
            return {"true": True, "false": False}[text]
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case "timestamp":
            return _moment(text)
        case "blob":
            return base64.b64decode(text, validate=True)
        case "list":
            return [_typed(shape.member, one) for one in text]
        case _:
            return text
