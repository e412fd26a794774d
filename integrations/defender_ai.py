"""Microsoft Defender for Cloud: alerts about AI services and agents.

The same alert comes in five shapes: continuous export (Event Hub, workflow
automation), the Azure API, the SecurityAlert table of Sentinel, an incident of
Sentinel, and Microsoft Graph. Which field holds the alert's id (``AI.Azure_…``) is not
documented for all of them, so every likely one is asked. What an id means is
`bot/rules/sources/defender_ai.yaml`.

Source:
    Microsoft documentation, "Alerts for AI services" and "Alerts schemas" of Defender
    for Cloud; "SecurityAlert" of Azure Monitor tables; "alert resource type" (v2) of
    Microsoft Graph.
"""

from dataclasses import replace

import re2

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.azure_resource import things_of
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json, read_json, unfolded
from bot.envelopes.mapping import SourceMap, envelopes_of
from bot.envelopes.things import entities_in
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="defender_ai",
    title="Microsoft Defender for Cloud (AI)",
    docs="https://learn.microsoft.com/azure/defender-for-cloud/alerts-ai-workloads",
    summary="AI alerts of Defender for Cloud: export, API, Sentinel and Graph.",
)
ID_FIELD = "defender_alert"
"""Where the id stands for the rules: small letters, without ``AI.Azure_``."""
_ID_FIELDS = (
    "AlertType",
    "AlertName",
    "alertTypeId",
    "detectorId",
    "alertPolicyId",
    "category",
    "additionalData.AlertType",
    "additionalData.alertType",
    "ExtendedProperties.AlertType",
    "ExtendedProperties['alert id']",
    "VendorOriginalId",
    "ruleId",
)
_LOOKED_AT = 20
_PREFIX = re2.compile(r"(?i)^(?:ai\.azure_|azure_|ai\.)(?:agentic_)?")
_ID = re2.compile(
    r"(?i)^(?:ai\.[a-z][a-z0-9_.]{3,80}|azure_agentic_[a-z0-9_.]{3,80}"
    r"|(?:ai\.)?aimodelscan_[a-z0-9_.]{3,60})$"
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("AlertDisplayName", "DisplayName", "title", "AlertName", "AlertType"),
    title_else="An alert of Defender for Cloud",
    texts=(
        "AlertType",
        "AlertName",
        "AlertDisplayName",
        "DisplayName",
        "Description",
        "CompromisedEntity",
        "Intent",
        "Tactics",
        "ProductName",
        "ExtendedProperties['Agent name']",
        "ExtendedProperties['Tool name']",
        "ExtendedProperties['Client IP address']",
        "ExtendedProperties['Sensitive information types']",
        "ExtendedProperties.Tool",
        "RemediationSteps[]",
    ),
    event_id=("SystemAlertId", "providerAlertId", "id"),
    dedup=("SystemAlertId", "providerAlertId", "id", "name"),
    status=("Status", "ProviderAlertStatus"),
    status_words={
        "new": Status.FIRING,
        "active": Status.FIRING,
        "inprogress": Status.UPDATE,
        "in progress": Status.UPDATE,
        "in_progress": Status.UPDATE,
        "resolved": Status.RESOLVED,
        "closed": Status.RESOLVED,
        "dismissed": Status.RESOLVED,
    },
    severity=("Severity", "AlertSeverity", "ReportedSeverity"),
    occurred_at=(
        "StartTimeUtc",
        "StartTime",
        "firstActivityDateTime",
        "eventDateTime",
        "createdDateTime",
        "TimeGenerated",
        "TimeGeneratedUtc",
        "createdTimeUtc",
    ),
    entities={
        "ExtendedProperties['Model deployment name']": EntityKind.MODEL,
        "ExtendedProperties['Deployment name']": EntityKind.MODEL,
        "ExtendedProperties['Agent name']": EntityKind.AGENT,
        "CompromisedEntity": EntityKind.ENDPOINT,
    },
    links=("AlertUri", "AlertLink", "alertWebUrl"),
)
_RESOURCES = (
    "ResourceIdentifiers[].AzureResourceId",
    "ResourceIdentifiers[].azureResourceId",
    "AzureResourceId",
    "ResourceId",
    "evidence[].resourceId",
    "evidence[].azureResourceId",
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds alerts of Defender for Cloud."""
    try:
        alerts = _alerts(unfolded(read_json(payload.body)).value)
    except Unparsed:
        return False
    return any(_is_alert(one) for one in alerts[:_LOOKED_AT])


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an alert.

    Raises:
        Unparsed: It holds none.
    """
    document = unfolded(read_json(payload.body))
    alerts = [one for one in _alerts(document.value) if isinstance(one, dict)]
    listed = Document(value={"alerts": list(alerts)}, notes=document.notes)
    made = envelopes_of(listed, replace(FIELDS, each="alerts[]"))
    pairs = zip(made, alerts, strict=False)
    return tuple(_with_id(envelope, alert) for envelope, alert in pairs)


def _alerts(value: Json) -> list[Json]:
    """Take off what the alert lies in: records, an incident, ARM's properties."""
    for path in ("records[]", "value[]", "object.properties.alerts[]", "alerts[]"):
        found = every(value, path)
        if found:
            return [_bare(one) for one in found]
    return [_bare(one) for one in (value if isinstance(value, list) else [value])]


def _bare(value: Json) -> Json:
    """Return an alert with its properties on top; names compare without case."""
    for part in ("data", "body"):
        inner = member(value, part)
        value = inner if isinstance(inner, dict) else value
    inner = member(value, "properties")
    if not isinstance(inner, dict) or not isinstance(value, dict):
        return value
    outer = {key: one for key, one in value.items() if key in ("id", "name")}
    return {**outer, **inner}


def _is_alert(alert: Json) -> bool:
    if _id_of(alert):
        return True
    return bool(
        first_text(alert, "SystemAlertId")
        and first_text(alert, "AlertDisplayName", "DisplayName", "AlertName")
        and first_text(alert, "Severity", "AlertSeverity")
    )


def _id_of(alert: Json) -> str:
    texts = (text_of(one) for path in _ID_FIELDS for one in every(alert, path))
    return next((text for text in texts if _ID.match(text.strip())), "").strip()


def _with_id(envelope: Envelope, alert: Json) -> Envelope:
    texts = dict(envelope.texts)
    named = _id_of(alert)
    if named:
        texts[ID_FIELD] = Untrusted(_PREFIX.sub("", named).casefold())
    ids = [text_of(one) for path in _RESOURCES for one in every(alert, path)]
    extended = member(alert, "ExtendedProperties")
    pairs = extended.items() if isinstance(extended, dict) else ()
    named_in = entities_in((name, text_of(text)) for name, text in pairs)
    things = (*named_in, *envelope.entities, *things_of(ids))
    return replace(envelope, texts=texts, entities=tuple(dict.fromkeys(things)))
