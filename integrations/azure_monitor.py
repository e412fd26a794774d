"""Azure Monitor: the common alert schema, and the formats before it.

``Sev0`` is the worst. Times have seven fractional digits. An activity log alert is
``Fired`` for good and bad news alike: whether a service is well again stands inside.
The claims of who acted hold personal data and are not read.

Source:
    Azure Monitor documentation, "Common alert schema" and "Non-common alert schema
    definitions"; for the classic metric alert, "Create a webhook for a classic metric
    alert".
"""

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import clip
from bot.envelopes.azure_resource import last_name, things_of
from bot.envelopes.fields import every, first, first_text, leaves, member, text_of
from bot.envelopes.jsonbody import Document, Json, read_json
from bot.envelopes.mapping import (
    MAX_TEXTS,
    body,
    digest,
    identifier,
    links_of,
    texts_of,
    word,
)
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="azure_monitor",
    title="Azure Monitor",
    docs="https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema",
    summary="Alerts of Azure Monitor in the common schema and those before it.",
)
_WORDS = {
    "fired": Status.FIRING,
    "deactivated": Status.RESOLVED,
    "complete": Status.RESOLVED,
    "rca": Status.RESOLVED,
    "planned": Status.FIRING,
    "available": Status.RESOLVED,
    "in_progress": Status.FIRING,
    "inprogress": Status.FIRING,
    "updated": Status.UPDATE,
}
# In the order in which they count; the first that says a state decides.
_HEALTH = (
    "alertContext.properties.stage",
    "alertContext.properties.currentHealthStatus",
    "alertContext.properties.IncidentStage",
)
_TITLE = (
    "essentials.alertRule",
    "context.name",
    "AlertRuleName",
    "alertContext.properties.title",
    "context.activityLog.properties.title",
    "context.activityLog.operationName",
    # An alert of a budget names no rule.
    "alertContext.AlertData.BudgetName",
    "essentials.description",
    "essentials.alertId",
)
_SAYS = (
    "alertContext.properties.title",
    "essentials.description",
    "alertContext.DetectionSummary",
    "context.description",
    "Description",
)
_FIRED = (
    "essentials.firedDateTime",
    "context.timestamp",
    "context.activityLog.eventTimestamp",
    "SearchIntervalEndtimeUtc",
    "alertContext.eventTimestamp",
)
_TARGETS = (
    "essentials.alertTargetIDs[]",
    "context.resourceId",
    "context.activityLog.resourceId",
    "AffectedConfigurationItems[]",
)
_LINKS = (
    "essentials.investigationLink",
    "context.portalLink",
    "LinkToSearchResults",
    "alertContext.condition.allOf[].linkToSearchResultsUI",
)
_NOT_READ = ("claims", "httprequest", "authorization", "searchresults", "searchresult")
_LONGEST_SAID = 200


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload comes from Azure Monitor."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    schema = first_text(value, "schemaId").casefold()
    if schema.startswith(("azuremonitor", "microsoft.insights")):
        return True
    inner = _inner(value)
    if isinstance(member(inner, "essentials"), dict):
        return bool(first_text(inner, "essentials.alertRule", "essentials.alertId"))
    return _is_classic(inner)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one alert of a payload.

    Raises:
        Unparsed: It holds no alert of Azure Monitor.
    """
    document = read_json(payload.body)
    inner = _inner(document.value)
    if not first_text(inner, *_TITLE):
        raise Unparsed(
            "The payload is not one of Azure Monitor",
            because="it names no rule",
            next_move="It is kept; check that the sender posts to the right source.",
        )
    return (_envelope(inner, document),)


def _inner(value: Json) -> Json:
    """Return what holds the alert: the common schema lies under ``data``."""
    inner = member(value, "data")
    return inner if isinstance(inner, dict) else value


def _is_classic(value: Json) -> bool:
    context = member(value, "context")
    if isinstance(context, dict) and first_text(value, "status"):
        named = first_text(context, "resourceId", "conditionType", "portalLink")
        return bool(named) or isinstance(member(context, "activityLog"), dict)
    return bool(
        first_text(value, "AlertRuleName")
        and first_text(value, "WorkspaceId", "SearchQuery", "LinkToSearchResults")
    )


def _envelope(value: Json, document: Document) -> Envelope:
    status = _said(value)
    targets = [text_of(one) for path in _TARGETS for one in every(value, path)]
    at = first(value, *_FIRED)
    if status is Status.RESOLVED:
        ended = ("essentials.resolvedDateTime", "alertContext.eventTimestamp")
        at = first(value, *ended) or at
    found = [one for one in leaves(value, most=MAX_TEXTS) if not _is_private(one.path)]
    pairs = [
        (first_text(one, "name"), first_text(one, "value"))
        for one in every(value, "alertContext.condition.allOf[].dimensions[]")
        + every(value, "context.condition.allOf[].dimensions[]")
    ]
    named = things_of(targets)
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(value, "essentials.alertId")),
        dedup_key=_dedup(value, targets, pairs),
        status=status,
        occurred_at=read_time(at),
        title=body(_title(value, targets)),
        texts=texts_of(found),
        entities=tuple(dict.fromkeys((*entities_in(pairs), *named))),
        vendor_severity=word(_severity(value)),
        links=links_of([text_of(one) for p in _LINKS for one in every(value, p)]),
        notes=document.notes,
    )


def _said(value: Json) -> Status:
    paths = (*_HEALTH, "essentials.monitorCondition", "status")
    said = (status_of(first_text(value, path), _WORDS) for path in paths)
    return next((one for one in said if one is not None), Status.FIRING)


def _dedup(value: Json, targets: list[str], pairs: list[tuple[str, str]]) -> str:
    """Return what the firing and the resolving of one problem have in common.

    An alert's own id is new each time; a service issue has one id for its whole life.
    """
    tracked = first_text(
        value,
        "alertContext.properties.trackingId",
        "alertContext.properties.TrackingId",
    )
    if tracked:
        return identifier(tracked)
    rule = first_text(value, "context.id", "alertContext.AlertData.BudgetId", *_TITLE)
    return digest([rule, sorted(one.casefold() for one in targets), sorted(pairs)])


def _severity(value: Json) -> str:
    """Return its word verbatim; the format before the last has the number alone."""
    said = first_text(value, "essentials.severity", "context.severity", "Severity")
    return f"Sev{said}" if said.isdigit() else said


def _title(value: Json, targets: list[str]) -> str:
    rule = first_text(value, *_TITLE)
    says = first_text(value, *_SAYS).strip().split("\n", 1)[0]
    about = "" if says else ", ".join(last_name(one) for one in targets[:2])
    parts = [rule, clip(says if says != rule else "", _LONGEST_SAID), about]
    return ": ".join(part for part in parts if part and part.casefold() != "null")


def _is_private(path: str) -> bool:
    parts = path.casefold().split(".")
    return any(part.split("#", 1)[0] in _NOT_READ for part in parts)
