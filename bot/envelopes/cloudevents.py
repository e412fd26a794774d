"""CloudEvents 1.0 in its three modes: structured, binary, batch.

Only the wrapping is read here; what an event is about is the caller's business.

Source:
    CloudEvents specification 1.0.2, JSON format and HTTP protocol binding.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member, safe_key, text_of
from bot.envelopes.jsonbody import Json, loads, looks_like_json, read_text
from bot.envelopes.times import read_time
from bot.ports.integration import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """One event without its wrapping.

    Attributes:
        id: Unique together with `source`; "" when the sender left it out.
        source: Who sends, often a path or URI.
        type: Reverse-DNS name of what happened.
        subject: What it happened to; may be "".
        at: The sender's time, aware UTC.
        data: JSON where it could be read, else a string.
        extensions: Further attributes of the producer, as texts.
    """

    id: str
    source: str
    type: str
    subject: str = ""
    at: datetime | None = None
    data: Json = None
    extensions: Mapping[str, str] = field(default_factory=dict)


_OURS = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "data", "data_base64"}
    | {"datacontenttype", "dataschema"}
)
_MOST_EXTENSIONS = 20


def is_binary(headers: Mapping[str, str]) -> bool:
    """Tell whether the attributes are in ``ce-*`` headers."""
    return "ce-specversion" in headers or "ce-type" in headers


def is_event(value: Json) -> bool:
    """Tell whether a JSON object is a structured event."""
    has = {"specversion", "type", "source"}
    return isinstance(value, dict) and has <= value.keys()


def is_batch(value: Json) -> bool:
    """Tell whether a JSON list holds structured events only."""
    return isinstance(value, list) and value != [] and all(map(is_event, value))


def from_headers(payload: Payload) -> CloudEvent:
    """Return an event whose attributes are headers and whose data is the body.

    Raises:
        Unparsed: The body is not text, or JSON that cannot be read.
    """
    named = {
        key.removeprefix("ce-"): unquote(value)
        for key, value in payload.headers.items()
        if key.startswith("ce-")
    }
    text = read_text(payload.body)
    says_text = payload.headers.get("content-type", "").startswith("text/")
    is_json = looks_like_json(text) and not says_text
    data: Json = loads(text).value if is_json else text
    return CloudEvent(
        id=named.get("id", ""),
        source=named.get("source", ""),
        type=named.get("type", ""),
        subject=named.get("subject", ""),
        at=read_time(named.get("time")),
        data=data,
        extensions=_extensions(named),
    )


def from_json(value: Json) -> CloudEvent:
    """Return a structured event; attributes of a wrong type read as absent."""
    return CloudEvent(
        id=first_text(value, "id"),
        source=first_text(value, "source"),
        type=first_text(value, "type"),
        subject=first_text(value, "subject"),
        at=read_time(member(value, "time")),
        data=_data_of(value),
        extensions=_extensions(value if isinstance(value, dict) else {}),
    )


def _extensions(attributes: Mapping[str, Json]) -> dict[str, str]:
    """Return what the producer added: scalars only, twenty at most."""
    named = (
        (safe_key(name), text_of(one))
        for name, one in attributes.items()
        if name not in _OURS
    )
    return dict([pair for pair in named if pair[1].strip()][:_MOST_EXTENSIONS])


def _data_of(value: Json) -> Json:
    packed = member(value, "data_base64")
    data = _unpacked(packed) if isinstance(packed, str) else member(value, "data")
    if isinstance(data, str) and looks_like_json(data):
        try:
            return loads(data).value
        except Unparsed:
            return data
    return data


def _unpacked(packed: str) -> str:
    try:
        return base64.b64decode(packed, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return packed
