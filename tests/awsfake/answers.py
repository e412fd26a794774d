"""What AWS's answer to an operation looks like on the wire, and a refusal.

An answer is compared with the output shape first: the fake cannot say what AWS could
not. One writer a protocol, as in `questions.py`.

Source: Smithy 2.0, "AWS protocols"; EC2 and STS API references, "Common errors".
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from tests.awsfake.forms import problems
from tests.awsfake.service import Refused

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class NotAnAnswer(AssertionError):
    """The fake was about to say what AWS's own model does not allow."""


def answer(model: Any, operation: Any, value: Mapping[str, Any]) -> Answer:
    """Return an answer as it is sent.

    Raises:
        NotAnAnswer: The value is not as the output shape says.
    """
    shape = operation.output_shape
    wrong = list(problems(shape, value, operation.name)) if shape else list(value)
    if wrong:
        raise NotAnAnswer("; ".join(wrong))
    match model.resolved_protocol:
        case "json":
            return _json(_to_json(shape, value) if shape else {})
        case "rest-json":
            return _rest(operation, value)
        case protocol:
            return _xml(operation, value, is_ec2=protocol == "ec2")


def refusal(model: Any, refused: Refused) -> Answer:
    """Return a refusal in the form of the service's protocol."""
    told = {"message": refused.message, "Message": refused.message}
    match model.resolved_protocol:
        case "json":
            said = _json({"__type": refused.code, **told})
        case "rest-json":
            said = _json(told, {"x-amzn-errortype": refused.code})
        case protocol:
            said = _xml_refusal(refused, is_ec2=protocol == "ec2")
    return Answer(status=refused.status, body=said.body, headers=said.headers)


# --- JSON ---


def _json(value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    named = {"content-type": "application/json", "x-amzn-requestid": REQUEST_ID}
    return Answer(
        status=200,
        body=json.dumps(value).encode(),
        headers={**named, **(headers or {})},
    )


def _to_json(shape: Any, value: Any) -> Any:
    match shape.type_name:
        case "structure":
            return {
                shape.members[name].serialization.get("name", name): _to_json(
                    shape.members[name], one
                )
                for name, one in value.items()
            }
        case "list":
            return [_to_json(shape.member, one) for one in value]
        case "map":
            return {key: _to_json(shape.value, one) for key, one in value.items()}
        case "timestamp":
            is_iso = shape.serialization.get("timestampFormat") == "iso8601"
            return value.isoformat() if is_iso else value.timestamp()
        case "blob":
            return base64.b64encode(value).decode()
        case _:
            return value


def _rest(operation: Any, value: Mapping[str, Any]) -> Answer:
    shape = operation.output_shape
    status = operation.http.get("responseCode", 200)
    payload = shape.serialization.get("payload") if shape else None
    headers: dict[str, str] = {}
    inside: dict[str, Any] = {}
    for name, one in value.items():
        told = shape.members[name].serialization
        match told.get("location"):
            case "header":
                headers[told.get("name", name)] = str(one)
            case "statusCode":
                status = one
            case _:
                inside[name] = one
    if payload and shape.members[payload].type_name in ("blob", "string"):
        raw = inside.get(payload, b"")
        body = raw if isinstance(raw, bytes) else raw.encode()
        return Answer(status=status, body=body, headers=headers)
    if payload:
        said = _json(_to_json(shape.members[payload], inside.get(payload, {})), headers)
    else:
        said = _json(_to_json(shape, inside) if shape else {}, headers)
    return Answer(status=status, body=said.body, headers=said.headers)


# --- XML ---


def _xml(operation: Any, value: Mapping[str, Any], *, is_ec2: bool) -> Answer:
    shape = operation.output_shape
    root = ET.Element(f"{operation.name}Response")
    if is_ec2:
        ET.SubElement(root, "requestId").text = REQUEST_ID
        inside = root
    else:
        about = ET.SubElement(root, "ResponseMetadata")
        ET.SubElement(about, "RequestId").text = REQUEST_ID
        wrapper = shape.serialization.get("resultWrapper") if shape else None
        inside = ET.SubElement(root, wrapper) if wrapper else root
    for name, one in value.items():
        _put(inside, shape.members[name], name, one)
    return _xml_answer(root)


def _put(parent: ET.Element, shape: Any, name: str, value: Any) -> None:
    """Write one member below its parent."""
    wire = shape.serialization.get("name", name)
    if shape.type_name == "list":
        inner = shape.member.serialization.get("name", "member")
        is_flat = shape.serialization.get("flattened")
        place = parent if is_flat else ET.SubElement(parent, wire)
        for one in value:
            _fill(ET.SubElement(place, wire if is_flat else inner), shape.member, one)
        return
    _fill(ET.SubElement(parent, wire), shape, value)


def _fill(element: ET.Element, shape: Any, value: Any) -> None:
    match shape.type_name:
        case "structure":
            for name, one in value.items():
                _put(element, shape.members[name], name, one)
        case "list" | "map":
            raise AssertionError("the fake writes no lists of lists and no maps")
        case _:
            element.text = _text(value)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


def _xml_refusal(refused: Refused, *, is_ec2: bool) -> Answer:
    root = ET.Element("Response" if is_ec2 else "ErrorResponse")
    place = ET.SubElement(root, "Errors") if is_ec2 else root
    error = ET.SubElement(place, "Error")
    ET.SubElement(error, "Code").text = refused.code
    ET.SubElement(error, "Message").text = refused.message
    ET.SubElement(root, "RequestID" if is_ec2 else "RequestId").text = REQUEST_ID
    return _xml_answer(root)


def _xml_answer(root: ET.Element) -> Answer:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Answer(status=200, body=body, headers={"content-type": "text/xml"})
