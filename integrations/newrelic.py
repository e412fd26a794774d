"""New Relic: issues of workflows, and the incidents of older webhook channels.

A workflow's payload is a template; the shipped one is read, in the names it has.

Source:
    New Relic documentation, "Webhook event integration" (workflows) and "Customize
    your webhook payload" (older channels).
"""

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member
from bot.envelopes.jsonbody import read_json
from bot.envelopes.mapping import SourceMap, envelopes_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="newrelic",
    title="New Relic",
    docs="https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/",
    summary="Issues of workflows and incidents of older webhook channels.",
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("title", "details", "condition_name", "alertConditionNames[]"),
    title_else="An issue of New Relic",
    texts=(
        "title",
        "details",
        "condition_name",
        "policy_name",
        "alertPolicyNames[]",
        "alertConditionNames[]",
        "condition_description",
        "impactedEntities[]",
        "event_type",
        "targets[].name",
        "targets[].product",
    ),
    event_id=("id", "issueId", "incident_id"),
    dedup=("issueId", "id", "incident_id"),
    status=("state", "current_state", "status"),
    status_words={
        "activated": Status.FIRING,
        "created": Status.FIRING,
        "open": Status.FIRING,
        "test": Status.TEST,
        "deactivated": Status.RESOLVED,
        "closed": Status.RESOLVED,
        "acknowledged": Status.UPDATE,
    },
    severity=("priority", "severity"),
    occurred_at=("closedAt", "timestamp", "createdAt", "updatedAt"),
    entities={
        "targets[].name": EntityKind.SERVICE,
        "impactedEntities[]": EntityKind.SERVICE,
    },
    links=("issueUrl", "issuePageUrl", "incident_url", "runbook_url"),
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload comes from New Relic."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    if not isinstance(value, dict):
        return False
    older = first_text(value, "current_state") and first_text(value, "condition_id")
    issue = first_text(value, "issueUrl", "issuePageUrl", "issueId")
    named = member(value, "impactedEntities") or member(value, "alertConditionNames")
    return bool(older) or bool(issue and named)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one issue of a payload.

    Raises:
        Unparsed: It is no JSON object.
    """
    return envelopes_of(read_json(payload.body), FIELDS)
