"""Google Cloud Monitoring: incidents of webhook and Pub/Sub channels.

Times are epoch seconds, and 0 where there is none. The severity stands in the
incident since version 1.2, before that in a label that somebody chose. Version
``test`` is the button that tests a channel.

Source:
    Google Cloud documentation, "Create and manage notification channels", webhook
    schema 1.2, and its earlier versions 1.0 and 1.1.
"""

import base64
import binascii
from dataclasses import replace

import re2

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json, loads, read_json
from bot.envelopes.mapping import SourceMap, body, envelopes_of
from bot.envelopes.things import entities_in
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="gcp_monitoring",
    title="Google Cloud Monitoring",
    docs="https://cloud.google.com/monitoring/support/notification-options#webhooks",
    summary="Incidents of webhook and Pub/Sub notification channels.",
)
_TEXTS = (
    "summary",
    "documentation.subject",
    "documentation.content",
    "policy_name",
    "condition_name",
    "condition.displayName",
    "metric.type",
    "metric.displayName",
    "metric.labels.response_code",
    "metric.labels.response_code_class",
    "resource.type",
    "resource_type_display_name",
    "resource_display_name",
    "resource_name",
    "observed_value",
    "threshold_value",
)
OPEN = SourceMap(
    source=MANIFEST.name,
    each="incident",
    title=("documentation.subject", "summary", "condition_name", "policy_name"),
    title_else="An incident of Google Cloud Monitoring",
    texts=_TEXTS,
    event_id=("incident_id",),
    dedup=("incident_id",),
    status=("state",),
    severity=(
        "severity",
        "metadata.system_labels.severity",
        "policy_user_labels.severity",
        "metadata.user_labels.severity",
    ),
    occurred_at=("started_at",),
    entities={
        "metric.labels.base_model": EntityKind.MODEL,
        "resource.labels.model_user_id": EntityKind.MODEL,
        "resource.labels.endpoint_id": EntityKind.ENDPOINT,
        "resource.labels.service_name": EntityKind.SERVICE,
        "resource.labels.module_id": EntityKind.SERVICE,
        "resource_name": EntityKind.SERVICE,
        "scoping_project_id": EntityKind.ACCOUNT,
    },
    links=("url", "documentation.links[].url"),
)
# A closed incident happened when it ended; 0 and null mean that it has not.
CLOSED = replace(OPEN, occurred_at=("ended_at", "started_at"))
# What the default subject begins with: [ALERT - Critical], [RESOLVED].
_STATE = re2.compile(r"^\s*\[(?:ALERT|RESOLVED)[^\]]{0,40}\]\s*")
_NO_SEVERITY = "no severity"


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is an incident of Cloud Monitoring."""
    try:
        value = _opened(read_json(payload.body)).value
    except Unparsed:
        return False
    incident = member(value, "incident")
    return bool(first_text(incident, "incident_id")) and bool(
        first_text(incident, "policy_name", "condition_name", "started_at")
    )


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one incident of a payload.

    Raises:
        Unparsed: It holds no incident.
    """
    document = _opened(read_json(payload.body))
    state = first_text(document.value, "incident.state").casefold()
    (made,) = envelopes_of(document, CLOSED if state == "closed" else OPEN)
    incident = member(document.value, "incident")
    labels = [*_labels(incident, "resource"), *_labels(incident, "metric")]
    is_test = first_text(document.value, "version").casefold() == "test"
    severity = made.vendor_severity
    return (
        replace(
            made,
            title=body(_STATE.sub("", made.title.for_redaction())),
            status=Status.TEST if is_test else made.status,
            vendor_severity="" if severity.casefold() == _NO_SEVERITY else severity,
            entities=tuple(dict.fromkeys((*entities_in(labels), *made.entities))),
        ),
    )


def _labels(incident: Json, part: str) -> list[tuple[str, str]]:
    found = member(member(incident, part), "labels")
    pairs = found.items() if isinstance(found, dict) else ()
    return [(name, text_of(text)) for name, text in pairs]


def _opened(document: Document) -> Document:
    """Return the incident that a push of Pub/Sub carries as base64."""
    packed = first_text(document.value, "message.data")
    if not packed:
        return document
    try:
        text = base64.b64decode(packed, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return document
    inner = loads(text)
    return Document(value=inner.value, notes=(*document.notes, *inner.notes))
