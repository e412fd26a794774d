"""Splunk Observability Cloud (SignalFx): detectors, by its webhook.

``statusExtended`` may still say ``anomalous`` while the title says that a person
resolved it, so the title counts first.

Source:
    Splunk Observability Cloud documentation, "Send alert notifications to a webhook".
"""

import re2

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, leaves, member
from bot.envelopes.jsonbody import Document, Json, read_json
from bot.envelopes.mapping import SourceMap, envelopes_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="splunk_observability",
    title="Splunk Observability Cloud",
    docs="https://help.splunk.com/en/splunk-observability-cloud/",
    summary="Detectors of Splunk Observability Cloud, formerly SignalFx.",
)
_WORDS = {
    "anomalous": Status.FIRING,
    "ok": Status.RESOLVED,
    "manually resolved": Status.RESOLVED,
    "auto resolved": Status.RESOLVED,
    "back to normal": Status.RESOLVED,
    "stopped": Status.RESOLVED,
}
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("description", "messageTitle", "rule", "detector"),
    title_else="A detector of Splunk",
    texts=(
        "messageTitle",
        "messageBody",
        "description",
        "rule",
        "detector",
        "originatingMetric",
        "detectOnCondition",
        "tip",
    ),
    event_id=("eventType",),
    dedup=("incidentId",),
    status=("said", "status", "statusExtended"),
    status_words=_WORDS,
    status_else=Status.FIRING,
    severity=("severity",),
    occurred_at=("timestamp", "timestampISO8601", "eventTime"),
    entities={
        "dimensions.service": EntityKind.SERVICE,
        "dimensions['sf_service']": EntityKind.SERVICE,
        "dimensions.model": EntityKind.MODEL,
        "dimensions['gen_ai.request.model']": EntityKind.MODEL,
    },
    links=("detectorUrl", "runbookUrl"),
)
_HEAD = re2.compile(r"(?i)^\s*(manually resolved|auto resolved|back to normal|stopped)")


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload comes from a detector."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    return bool(first_text(value, "incidentId")) and bool(
        first_text(value, "sf_schema", "detectorUrl", "originatingMetric")
    )


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one alert of a payload.

    Raises:
        Unparsed: It is no JSON object.
    """
    document = read_json(payload.body)
    if not isinstance(document.value, dict):
        return envelopes_of(document, FIELDS)
    # Detectors and hand-made tests nest the same names in different places.
    nested = {one.name: one.value for one in reversed(leaves(document.value, most=200))}
    value: dict[str, Json] = {**nested, **document.value}
    found = _HEAD.match(first_text(value, "messageTitle"))
    value["said"] = found.group(1) if found else member(value, "status")
    return envelopes_of(Document(value=value, notes=document.notes), FIELDS)
