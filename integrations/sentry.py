"""Sentry: issues, issue alerts, metric alerts, errors, and the older plugin.

What an error event holds about a person (user, address, request, cookies,
breadcrumbs) is not read. The resource stands in a header; without it the shape says
what it is.

Source:
    Sentry documentation, "Webhooks" of the integration platform: Issues, Issue
    Alerts, Metric Alerts, Errors, Comments, Installation; the older plugin after
    `sentry_plugins` "webhooks".
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted, clip
from bot.envelopes.fields import every, first_text, member, safe_key, text_of
from bot.envelopes.jsonbody import Document, Json, read_json
from bot.envelopes.mapping import SourceMap, body, envelopes_of
from bot.envelopes.things import entities_in
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="sentry",
    title="Sentry",
    docs="https://docs.sentry.io/organization/integrations/"
    "integration-platform/webhooks/",
    summary="Issues, issue alerts, metric alerts and errors of Sentry.",
    signature="sentry",
)
_EVENT_TEXTS = (
    "title",
    "message",
    "culprit",
    "level",
    "environment",
    "platform",
    "transaction",
    "metadata.type",
    "metadata.value",
    "logentry.formatted",
    "exception.values[].type",
    "exception.values[].value",
)


def _under(head: str) -> tuple[str, ...]:
    return tuple(f"{head}.{name}" for name in _EVENT_TEXTS)


ISSUE = SourceMap(
    source=MANIFEST.name,
    title=("data.issue.title", "data.issue.metadata.value"),
    title_else="An issue of Sentry",
    texts=(*_under("data.issue"), "data.issue.project.slug", "data.issue.count"),
    event_id=("data.issue.shortId",),
    dedup=("data.issue.id",),
    status=("action",),
    status_words={
        "created": Status.FIRING,
        "unresolved": Status.FIRING,
        "resolved": Status.RESOLVED,
    },
    status_else=Status.UPDATE,
    severity=("data.issue.level",),
    occurred_at=("data.issue.lastSeen", "data.issue.firstSeen"),
    entities={"data.issue.project.slug": EntityKind.SERVICE},
    links=("data.issue.web_url", "data.issue.permalink"),
)
EVENT = SourceMap(
    source=MANIFEST.name,
    title=("data.event.title", "data.event.message", "data.event.metadata.value"),
    title_else="An event of Sentry",
    texts=(*_under("data.event"), "data.triggered_rule", "data.issue_alert.title"),
    event_id=("data.event.event_id",),
    dedup=("data.event.issue_id", "data.event.groupID", "data.event.event_id"),
    severity=("data.event.level",),
    occurred_at=("data.event.datetime", "data.event.timestamp"),
    links=("data.event.web_url",),
)
METRIC = SourceMap(
    source=MANIFEST.name,
    title=(
        "data.metric_alert.title",
        "data.metric_alert.alert_rule.name",
        "data.description_title",
    ),
    title_else="A metric alert of Sentry",
    texts=(
        "data.description_title",
        "data.description_text",
        "data.metric_alert.alert_rule.name",
        "data.metric_alert.alert_rule.aggregate",
        "data.metric_alert.alert_rule.query",
        "data.metric_alert.alert_rule.environment",
        "data.metric_alert.projects[]",
    ),
    event_id=("data.metric_alert.identifier", "data.metric_alert.id"),
    dedup=("data.metric_alert.alert_rule.id", "data.metric_alert.id"),
    status=("action",),
    status_words={"resolved": Status.RESOLVED},
    status_else=Status.FIRING,
    severity=("action",),
    occurred_at=(
        "data.metric_alert.date_closed",
        "data.metric_alert.date_detected",
        "data.metric_alert.date_started",
        "data.metric_alert.date_created",
    ),
    entities={"data.metric_alert.projects[]": EntityKind.SERVICE},
    links=("data.web_url",),
)
ERROR = SourceMap(
    source=MANIFEST.name,
    title=("data.error.title", "data.error.message", "data.error.metadata.value"),
    title_else="An error of Sentry",
    texts=_under("data.error"),
    event_id=("data.error.event_id",),
    dedup=("data.error.issue_id", "data.error.title"),
    severity=("data.error.level",),
    occurred_at=("data.error.datetime", "data.error.timestamp"),
    links=("data.error.web_url",),
)
PLUGIN = SourceMap(
    source=MANIFEST.name,
    title=("event.title", "message", "event.message", "culprit"),
    title_else="An event of Sentry",
    texts=(
        "message",
        "culprit",
        "level",
        "project",
        "triggering_rules[]",
        *_under("event"),
    ),
    event_id=("event.event_id",),
    dedup=("id", "group.id", "event.issue_id", "event.event_id"),
    severity=("level", "event.level"),
    occurred_at=("event.datetime", "event.timestamp", "event.received"),
    entities={
        "project_slug": EntityKind.SERVICE,
        "project": EntityKind.SERVICE,
        "project.slug": EntityKind.SERVICE,
    },
    links=("url", "group.url"),
)
# A person wrote or did something; nothing broke.
_BY_PEOPLE = SourceMap(
    source=MANIFEST.name,
    title=("data.comment", "data.installation.app.slug"),
    title_else="Something was done in Sentry",
    texts=("action", "data.project_slug"),
    dedup=("data.issue_id", "data.installation.uuid", "installation.uuid"),
    status=("action",),
    status_else=Status.UPDATE,
    occurred_at=("data.timestamp",),
)
_RESOURCES: Mapping[str, SourceMap] = {
    "issue": ISSUE,
    "event": EVENT,
    "metric_alert": METRIC,
    "error": ERROR,
    "comment": _BY_PEOPLE,
    "installation": _BY_PEOPLE,
}
_LONGEST_TITLE = 300
_LEVELS = {"critical", "warning"}


def recognizes(payload: Payload) -> bool:
    """Tell by the header or the shape whether a payload comes from Sentry."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    if "sentry-hook-resource" in payload.headers:
        return isinstance(value, dict)
    return _is_hook(value) or _is_plugin(value)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one alert of a payload.

    Raises:
        Unparsed: It is no JSON object, or nothing of Sentry's.
    """
    document = read_json(payload.body)
    source = PLUGIN if _is_plugin(document.value) else _resource(document.value)
    (made,) = envelopes_of(document, source)
    tags = _tags(document)
    severity = made.vendor_severity
    if source is METRIC and severity not in _LEVELS:
        severity = ""
    named = entities_in(tags.items())
    return (
        replace(
            made,
            title=_fuller(document.value) or made.title,
            texts={**made.texts, **{f"tags.{k}": body(t) for k, t in tags.items()}},
            entities=tuple(dict.fromkeys((*named, *made.entities))),
            vendor_severity=severity,
        ),
    )


def _fuller(value: Json) -> Untrusted | None:
    """Return the older plugin's message where it says what its title says, and more."""
    title, message = first_text(value, "event.title"), first_text(value, "message")
    is_fuller = bool(title) and message.startswith(title) and message != title
    return body(clip(message.split("\n", 1)[0], _LONGEST_TITLE)) if is_fuller else None


def _resource(value: Json) -> SourceMap:
    inner = member(value, "data")
    for name, source in _RESOURCES.items():
        if isinstance(inner, dict) and name in inner:
            return source
    raise Unparsed(
        "The payload is not one of Sentry",
        because="it holds no issue, event, metric alert, error or comment",
        next_move="It is kept; check that the sender posts to the right source.",
    )


def _is_hook(value: Json) -> bool:
    inner = member(value, "data")
    known = isinstance(inner, dict) and any(name in inner for name in _RESOURCES)
    return (
        known
        and bool(first_text(value, "action"))
        and (isinstance(member(value, "installation"), dict) or "actor" in _keys(value))
    )


def _is_plugin(value: Json) -> bool:
    event = member(value, "event")
    named = isinstance(event, dict) and ("event_id" in event or "logentry" in event)
    project = ("project", "project_slug", "project_name", "project.slug")
    return named and bool(first_text(value, *project))


def _keys(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _tags(document: Document) -> dict[str, str]:
    """Return the tags that operators choose; those about people are left out."""
    texts: dict[str, str] = {}
    for head in ("event", "data.event", "data.error"):
        for pair in every(document.value, f"{head}.tags[]")[:50]:
            name, text = _pair(pair)
            if text.strip() and not name.startswith(("user", "ip", "geo", "url")):
                texts[safe_key(name)] = text
    return texts


def _pair(tag: Json) -> tuple[str, str]:
    match tag:
        case [name, text]:
            return text_of(name), text_of(text)
        case dict():
            return first_text(tag, "key"), first_text(tag, "value")
        case _:
            return "", ""
