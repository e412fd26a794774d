"""Grafana OnCall: outgoing webhooks, and alerts in its own inbound format.

An outgoing webhook is about an alert group whose state people change; an inbound
one is what a sender posts to OnCall and may post here as well.

Source:
    Grafana documentation, "Outgoing Webhooks" and "Formatted webhook" of OnCall.
"""

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member
from bot.envelopes.jsonbody import Json, read_json
from bot.envelopes.mapping import SourceMap, envelopes_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="grafana_oncall",
    title="Grafana OnCall",
    docs="https://grafana.com/docs/oncall/latest/configure/outgoing-webhooks/",
    summary="Alert groups of OnCall's outgoing webhooks and its inbound format.",
)
GROUPS = SourceMap(
    source=MANIFEST.name,
    title=("alert_group.title", "alert_payload.title", "alert_payload.message"),
    title_else="An alert group of OnCall",
    texts=(
        "event.type",
        "alert_payload.message",
        "alert_payload.commonLabels.alertname",
        "alert_payload.commonLabels.severity",
        "alert_payload.commonAnnotations.summary",
        "alert_payload.commonAnnotations.description",
        "alert_payload.alerts[].annotations.description",
        "integration.name",
        "integration.team",
    ),
    event_id=("webhook.event_id",),
    dedup=("alert_group.id", "alert_group_id"),
    status=("event.type",),
    status_words={
        "alert_group_created": Status.FIRING,
        "escalation": Status.FIRING,
        "escalation_step": Status.UPDATE,
        "unresolve": Status.FIRING,
        "unresolved": Status.FIRING,
        "unacknowledge": Status.UPDATE,
        "unsilence": Status.UPDATE,
        "unsilenced": Status.UPDATE,
        "silence": Status.UPDATE,
        "status_change": Status.UPDATE,
        "manual": Status.UPDATE,
        "manual_or_escalation": Status.UPDATE,
        "personal_notification": Status.UPDATE,
    },
    severity=(
        "alert_group.labels.severity",
        "alert_payload.commonLabels.severity",
        "alert_payload.severity",
    ),
    occurred_at=("event.time", "alert_group.created_at"),
    links=("alert_group.permalinks.web", "alert_payload.externalURL"),
)
INBOUND = SourceMap(
    source=MANIFEST.name,
    title=("title", "message"),
    title_else="An alert without a title",
    dedup=("alert_uid",),
    status=("state",),
    links=("link_to_upstream_details",),
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is OnCall's."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    return _is_group(value) or bool(
        first_text(value, "alert_uid") and first_text(value, "state", "title")
    )


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one alert of a payload.

    Raises:
        Unparsed: It is no JSON object.
    """
    document = read_json(payload.body)
    return envelopes_of(document, GROUPS if _is_group(document.value) else INBOUND)


def _is_group(value: Json) -> bool:
    return isinstance(member(value, "alert_group"), dict) and bool(
        first_text(value, "event.type", "alert_group_id", "integration.id")
    )
