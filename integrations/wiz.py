"""Wiz: issues and threat detections, by automation rules or as the API has them.

Source:
    Wiz documentation, "Webhook" action of automation rules (its default body), and
    the API's objects Issue and Detection as other projects' fixtures show them.
"""

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member
from bot.envelopes.jsonbody import Json, read_json
from bot.envelopes.mapping import SourceMap, envelopes_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="wiz",
    title="Wiz",
    docs="https://docs.wiz.io/wiz-docs/docs/webhook-integration",
    summary="Issues and threat detections of Wiz.",
)
_WORDS = {
    "open": Status.FIRING,
    "created": Status.FIRING,
    "reopened": Status.FIRING,
    "in_progress": Status.UPDATE,
    "updated": Status.UPDATE,
    "resolved": Status.RESOLVED,
    "rejected": Status.RESOLVED,
    "ignored": Status.RESOLVED,
}
WEBHOOK = SourceMap(
    source=MANIFEST.name,
    title=(
        "control.name",
        "issue.name",
        "issue.sourceRule.name",
        "detection.ruleMatch.rule.name",
        "detection.ruleName",
        "threat.title",
        "trigger.ruleName",
    ),
    title_else="An issue of Wiz",
    texts=(
        "control.name",
        "control.description",
        "control.risks",
        "issue.type",
        "issue.description",
        "trigger.source",
        "trigger.ruleName",
        "resource.type",
        "resource.nativeType",
        "resource.name",
        "detection.description",
        "detection.type",
        "threat.description",
        "issue.notes[].text",
    ),
    event_id=("issue.id", "detection.id", "threat.id"),
    dedup=("issue.id", "detection.id", "threat.id"),
    status=("issue.status", "threat.status", "trigger.type"),
    status_words=_WORDS,
    severity=(
        "issue.severity",
        "detection.severity",
        "threat.severity",
        "control.severity",
    ),
    occurred_at=(
        "issue.resolvedAt",
        "issue.created",
        "issue.createdAt",
        "detection.createdAt",
        "threat.createdAt",
    ),
    entities={
        "resource.name": EntityKind.SERVICE,
        "resource.subscriptionId": EntityKind.ACCOUNT,
        "resource.subscriptionExternalId": EntityKind.ACCOUNT,
    },
    links=("issue.url", "detection.url", "threat.url", "resource.cloudProviderURL"),
)
OF_THE_API = SourceMap(
    source=MANIFEST.name,
    title=("sourceRule.name", "control.name", "name"),
    title_else="An issue of Wiz",
    texts=(
        "type",
        "sourceRule.name",
        "sourceRule.controlDescription",
        "sourceRule.cloudConfigurationRuleDescription",
        "sourceRule.securitySubCategories[].title",
        "entitySnapshot.type",
        "entitySnapshot.name",
        "entitySnapshot.nativeType",
        "description",
    ),
    event_id=("id",),
    dedup=("id",),
    status=("status",),
    status_words=_WORDS,
    severity=("severity",),
    occurred_at=("resolvedAt", "createdAt", "statusChangedAt"),
    entities={
        "entitySnapshot.name": EntityKind.SERVICE,
        "entitySnapshot.subscriptionExternalId": EntityKind.ACCOUNT,
    },
    links=("url", "issueURL", "entitySnapshot.cloudProviderURL"),
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload comes from Wiz."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    return _is_webhook(value) or _is_issue(value)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one issue or detection of a payload.

    Raises:
        Unparsed: It is no JSON object.
    """
    document = read_json(payload.body)
    return envelopes_of(document, OF_THE_API if _is_issue(document.value) else WEBHOOK)


def _is_webhook(value: Json) -> bool:
    about = first_text(value, "issue.id", "detection.id", "threat.id")
    ruled = first_text(value, "trigger.ruleId", "trigger.source", "control.id")
    return bool(about and ruled) and isinstance(member(value, "trigger"), dict)


def _is_issue(value: Json) -> bool:
    return isinstance(member(value, "entitySnapshot"), dict) and bool(
        first_text(value, "sourceRule.name", "sourceRule.id", "control.id", "status")
    )
