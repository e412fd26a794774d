"""Google Cloud: entries of the audit logs, with Vertex AI and VPC Service Controls.

Entries come bare, in a list, as lines, as the message of Pub/Sub to which a sink
writes, or as an event of Eventarc. Which methods matter is
`bot/rules/sources/gcp_audit.yaml`.

Source:
    Google Cloud documentation, "AuditLog" and "LogEntry", "Vertex AI audit logging",
    "VPC Service Controls audit logging"; Pub/Sub, "Push subscriptions".
"""

import base64
import binascii
from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.batches import events_in, gathered_from, nothing_new, objects_in
from bot.envelopes.fields import first_text, member
from bot.envelopes.jsonbody import Document, Json, loads_apart
from bot.envelopes.mapping import (
    SourceMap,
    body,
    digest,
    envelope_of,
    not_one_of,
)
from bot.envelopes.wording import joined, last_words
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="gcp_audit",
    title="Google Cloud audit logs",
    docs="https://cloud.google.com/logging/docs/audit",
    summary="Entries of the audit logs: Vertex AI, keys, rights, perimeters, logging.",
)
_PAYLOAD = "protoPayload"
_LIST = "entries[]"
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=(f"{_PAYLOAD}.methodName",),
    title_else="An entry of Google Cloud's audit log",
    event_id=("insertId", "insertid"),
    occurred_at=("timestamp", "receiveTimestamp", "p_event_time"),
    entities={
        f"{_PAYLOAD}.authenticationInfo.principalEmail": EntityKind.PRINCIPAL,
        "resource.labels.endpoint_id": EntityKind.ENDPOINT,
        "resource.labels.model_id": EntityKind.MODEL,
        "resource.labels.project_id": EntityKind.ACCOUNT,
    },
)


def recognizes(payload: Payload) -> bool:
    """Tell by the payload of an audit log whether an entry is one."""
    try:
        events = objects_in(events_in(payload.body, _LIST))
    except Unparsed:
        return False
    return bool(events) and all(_is_entry(_opened(one)) for one in events)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an entry.

    Raises:
        Unparsed: Not JSON, or none of it is an entry.
    """
    document = _entries(payload)
    if document.value == []:
        return (nothing_new(MANIFEST.name),)
    entries = [one for one in objects_in(document) if _is_entry(one)]
    if not entries:
        raise not_one_of(FIELDS, "it holds no payload of an audit log")
    return gathered_from(entries, lambda one: _envelope(one, document))


def _entries(payload: Payload) -> Document:
    document = events_in(payload.body, _LIST)
    opened = [_opened(one) for one in objects_in(document)]
    return Document(value=opened, notes=document.notes)


def _opened(value: Json) -> Json:
    """Take off what Pub/Sub or Eventarc put around an entry."""
    packed = first_text(value, "message.data")
    if packed and isinstance(member(value, "message"), dict):
        try:
            text = base64.b64decode(packed, validate=True).decode("utf-8")
            return loads_apart(text).value
        except (binascii.Error, ValueError, Unparsed):
            return value
    inner = member(value, "data")
    return inner if isinstance(member(inner, _PAYLOAD), dict) else value


def _is_entry(value: Json) -> bool:
    audit = member(value, _PAYLOAD)
    return bool(first_text(audit, "methodName") or first_text(audit, "serviceName"))


def _envelope(entry: Json, document: Document) -> Envelope:
    made = envelope_of(entry, FIELDS, document.notes)
    audit = member(entry, _PAYLOAD)
    method = first_text(audit, "methodName")
    resource = first_text(audit, "resourceName")
    actor = first_text(audit, "authenticationInfo.principalEmail")
    refused = _refusal(audit)
    return replace(
        made,
        title=body(joined(_spoken(method), resource, refused)),
        dedup_key=digest([method, resource, actor, refused]),
    )


def _spoken(method: str) -> str:
    """Return ``Delete endpoint``; of ``storage.objects.get`` ``Objects get``."""
    words = last_words(method, parts=1)
    return words if " " in words else last_words(method)


def _refusal(audit: Json) -> str:
    """Return why it was not done; "" where it was."""
    if first_text(audit, "status.code") in ("", "0"):
        return ""
    message = first_text(audit, "status.message")
    return message.partition(". vpcServiceControls")[0] or "refused"
