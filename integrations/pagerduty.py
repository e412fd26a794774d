"""PagerDuty: webhooks V3, the older V2 and V1, and both through EventBridge.

An incident's triggering opens, its resolving resolves, and everything people do in
between is an update: also of an incident whose status still says ``triggered``.

Source:
    PagerDuty developer documentation, "Webhooks Overview" (V3), "Webhooks v2" and
    "Event Transformers" for the names of what is nested.
"""

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.eventbridge import read_event
from bot.envelopes.fields import every, first_text, member
from bot.envelopes.jsonbody import Document, Json, read_json
from bot.envelopes.mapping import SourceMap, envelopes_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="pagerduty",
    title="PagerDuty",
    docs="https://developer.pagerduty.com/docs/webhooks-overview",
    summary="Incidents of webhooks V3, V2 and V1, also through EventBridge.",
    signature="pagerduty",
)
# What opens is written down; whatever PagerDuty adds later is an update.
_WORDS = {
    "incident.triggered": Status.FIRING,
    "incident.trigger": Status.FIRING,
    "incident.reopened": Status.FIRING,
    "incident.resolved": Status.RESOLVED,
    "incident.resolve": Status.RESOLVED,
    "pagey.ping": Status.TEST,
}
V3 = SourceMap(
    source=MANIFEST.name,
    title=("data.title", "data.incident.summary", "data.summary", "data.message"),
    title_else="An incident of PagerDuty",
    texts=(
        "event_type",
        "data.title",
        "data.description",
        "data.body.details",
        "data.service.summary",
        "data.priority.summary",
        "data.urgency",
        "data.incident.summary",
        "data.incident_type.name",
        "data.message",
        "data.content",
    ),
    event_id=("id",),
    dedup=("data.incident.id", "data.id"),
    status=("event_type",),
    status_words=_WORDS,
    status_else=Status.UPDATE,
    severity=("data.priority.summary", "data.priority.name", "data.urgency"),
    occurred_at=("occurred_at", "data.created_at"),
    entities={"data.service.summary": EntityKind.SERVICE},
    links=("data.html_url", "data.incident.html_url"),
)
OLDER = SourceMap(
    source=MANIFEST.name,
    each="messages[]",
    title=(
        "incident.title",
        "incident.summary",
        "incident.description",
        "incident.trigger_summary_data.subject",
        "incident.trigger_summary_data.description",
        "data.incident.title",
        "data.incident.trigger_summary_data.subject",
        "data.incident.trigger_summary_data.description",
    ),
    title_else="An incident of PagerDuty",
    texts=(
        "event",
        "type",
        "incident.title",
        "incident.description",
        "incident.urgency",
        "incident.service.name",
        "incident.service.summary",
        "data.incident.trigger_summary_data.subject",
        "data.incident.trigger_summary_data.description",
        "data.incident.service.name",
        "log_entries[].channel.details",
        "log_entries[].channel.summary",
    ),
    event_id=("id",),
    dedup=("incident.id", "data.incident.id"),
    status=("event", "type"),
    status_words=_WORDS,
    status_else=Status.UPDATE,
    severity=(
        "incident.priority.summary",
        "incident.priority.name",
        "incident.urgency",
        "data.incident.urgency",
    ),
    occurred_at=("created_on", "incident.created_at", "data.incident.created_on"),
    entities={
        "incident.service.summary": EntityKind.SERVICE,
        "incident.service.name": EntityKind.SERVICE,
        "data.incident.service.name": EntityKind.SERVICE,
    },
    links=("incident.html_url", "data.incident.html_url"),
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is one of PagerDuty."""
    try:
        value = _unwrapped(read_json(payload.body).value)
    except Unparsed:
        return False
    kind = first_text(value, "event.event_type")
    if kind.startswith(("incident.", "service.", "pagey.")):
        return bool(first_text(value, "event.resource_type", "event.id"))
    words = every(value, "messages[].event") + every(value, "messages[].type")
    return any(str(one).startswith("incident.") for one in words)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event.

    Raises:
        Unparsed: It holds neither an event nor messages.
    """
    document = read_json(payload.body)
    value = _unwrapped(document.value)
    event = member(value, "event")
    older = not isinstance(event, dict)
    inner = Document(value=value if older else event, notes=document.notes)
    if not older and not first_text(event, "event_type"):
        raise Unparsed(
            "The payload is not one of PagerDuty",
            because="its event has no event_type",
            next_move="It is kept; check that the sender posts to the right source.",
        )
    return envelopes_of(inner, OLDER if older else V3)


def _unwrapped(value: Json) -> Json:
    """Return what PagerDuty sent; through EventBridge it is the event's detail."""
    event = read_event(value)
    return event.detail if event and "pagerduty" in event.source else value
