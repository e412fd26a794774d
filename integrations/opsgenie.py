"""Opsgenie and Jira Service Management operations: outgoing webhooks.

Only ``Create`` opens; what people and policies do to an alert later is an update.
Times are epoch milliseconds, or nanoseconds in ``updatedAt``.

Source:
    Opsgenie documentation, "Webhook integration" and "Opsgenie Edge Connector Alert
    Action Data".
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member
from bot.envelopes.jsonbody import read_json
from bot.envelopes.mapping import SourceMap, envelopes_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="opsgenie",
    title="Opsgenie",
    docs="https://support.atlassian.com/opsgenie/docs/integrate-opsgenie-with-webhook/",
    summary="Actions on alerts of Opsgenie and Jira Service Management.",
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("alert.message", "alert.description", "alert.alias"),
    title_else="An alert of Opsgenie",
    texts=(
        "action",
        "alert.message",
        "alert.description",
        "alert.entity",
        "alert.source",
        "alert.tags[]",
        "alert.note",
        "integrationName",
    ),
    event_id=("alert.alertId",),
    dedup=("alert.alias", "alert.alertId", "alert.id"),
    status=("action",),
    status_words={
        "create": Status.FIRING,
        "close": Status.RESOLVED,
        "delete": Status.RESOLVED,
    },
    status_else=Status.UPDATE,
    severity=("alert.priority",),
    occurred_at=("alert.createdAt", "alert.insertedAt"),
    entities={
        "alert.entity": EntityKind.SERVICE,
        "alert.details.model": EntityKind.MODEL,
        "alert.details.endpoint": EntityKind.ENDPOINT,
        "alert.details.agent": EntityKind.AGENT,
    },
    links=("alert.details.url", "alert.details.link", "alert.details.runbook_url"),
)
# When something was done to an alert is not when the alert was made.
ACTED_ON = replace(FIELDS, occurred_at=("alert.updatedAt", *FIELDS.occurred_at))


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is an action of Opsgenie."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    return bool(first_text(value, "action")) and bool(
        first_text(value, "alert.alertId", "alert.tinyId")
        or (first_text(value, "integrationType") and member(value, "alert"))
    )


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one alert that an action is about.

    Raises:
        Unparsed: It is no JSON object.
    """
    document = read_json(payload.body)
    if first_text(document.value, "action").casefold() == "create":
        return envelopes_of(document, FIELDS)
    return envelopes_of(document, ACTED_ON)
