"""Langfuse: monitor alerts, changes of prompts, notifications of a project.

One envelope {id, timestamp, type, apiVersion} around all of them. A monitor's OK
resolves and its NO_DATA only updates. A prompt's text is never read: who changed
which version, and whether production uses it, is what counts.

Source:
    https://langfuse.com/docs, "Webhooks", and the public schemas
    packages/shared/src/domain/webhooks.ts of langfuse/langfuse.
"""

from collections.abc import Iterator, Mapping

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.batches import gathered
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.mapping import body, digest, identifier, links_of, word
from bot.envelopes.shapes import Shape, recognizer
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="langfuse",
    title="Langfuse",
    docs="https://langfuse.com/docs/prompt-management/features/webhooks-slack-integrations",
    summary="Monitor alerts, prompt versions and project notifications of Langfuse.",
)
_TYPES = ("monitor-alert", "prompt-version", "project-notification")
_SEVERITIES: Mapping[str, Status] = {
    "OK": Status.RESOLVED,
    "NO_DATA": Status.UPDATE,
    "ALERT": Status.FIRING,
    "WARNING": Status.FIRING,
}
_MOST_FILTERS = 5
_PRODUCTION = "production"
# As Langfuse's automation for GitHub wraps it.
_DISPATCHED = "client_payload"

recognizes = recognizer(
    Shape(words={"type": _TYPES}, any_of=("apiVersion", "payload.severity")),
    Shape(words={f"{_DISPATCHED}.type": _TYPES}),
)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a delivery.

    Raises:
        Unparsed: Not JSON, or not a delivery of Langfuse.
    """
    document = read_values(payload.body)
    found = [
        (outer if first_text(outer, "type") in _TYPES else first(outer, _DISPATCHED))
        for outer in entries_of(document.value)
    ]
    made = [_envelope(one, document.notes) for one in found if isinstance(one, dict)]
    if not made:
        raise Unparsed(
            "The payload is not one of Langfuse",
            because="it has no type",
            next_move="Point a webhook of Langfuse's automations here.",
        )
    return gathered(made)


def _envelope(delivery: Json, notes: tuple[str, ...]) -> Envelope:
    if first_text(delivery, "type") == "prompt-version":
        return _of_prompt(delivery, notes)
    told = first(delivery, "payload", "event") or delivery
    return _of_alert(delivery, told, notes)


def _of_alert(delivery: Json, told: Json, notes: tuple[str, ...]) -> Envelope:
    severity = first_text(told, "severity")
    names = first_text(told, "projectName", "resourceName")
    project = first_text(told, "projectId")
    said = first_text(told, "message.title", "message", "eventType", "monitorName")
    about = f" ({names})" if names else ""
    texts = {
        "type": first_text(delivery, "type"),
        "eventType": first_text(told, "eventType"),
        "monitor_name": first_text(told, "message.title", "monitorName"),
        "message": first_text(told, "message.body", "message"),
        "view": first_text(told, "view"),
        "metric": first_text(told, "metric.measure", "metric", "measure"),
        "value": first_text(told, "value", "metric.value"),
        "threshold": first_text(told, "threshold", "threshold.value"),
        "window": first_text(told, "window"),
        "filter": ", ".join(_filters(told)),
        "severity": severity,
        "resource": first_text(told, "resourceName"),
    }
    same = [first_text(told, "eventType"), project, first_text(told, "resourceId")]
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(delivery, "id")),
        dedup_key=identifier(first_text(told, "monitorId")) or digest(same),
        status=_SEVERITIES.get(severity.upper(), Status.FIRING),
        occurred_at=read_time(first(told, "timestamp") or first(delivery, "timestamp")),
        title=body(f"Langfuse: {said or 'an alert'}{about}"),
        texts={name: body(text) for name, text in texts.items() if text.strip()},
        entities=_service(first_text(told, "projectName") or project),
        vendor_severity=word(severity),
        links=links_of([first_text(told, "permalink"), first_text(told, "url")]),
        notes=notes,
    )


def _filters(told: Json) -> Iterator[str]:
    """Yield what a monitor looks at, e.g. ``level ERROR``."""
    for one in every(told, "filters[]")[:_MOST_FILTERS]:
        value = first_text(one, "value", "value[0]")
        yield f"{first_text(one, 'column')} {value}".strip()


def _of_prompt(delivery: Json, notes: tuple[str, ...]) -> Envelope:
    prompt = first(delivery, "prompt", "payload.prompt")
    action = first_text(delivery, "action", "payload.action") or "changed"
    name, version = first_text(prompt, "name"), first_text(prompt, "version")
    labels = [text_of(one) for one in every(prompt, "labels[]")]
    live = _PRODUCTION in {one.casefold() for one in labels}
    user = first_text(delivery, "user.name", "user.id", "payload.user.name")
    where = ", used in production" if live else ""
    by = f" by {user}" if user else ""
    texts = {
        "type": "prompt-version",
        "action": action,
        "production": "true" if live else "false",
        "prompt_name": name,
        "version": version,
        "labels": ", ".join(labels),
        "commit_message": first_text(prompt, "commitMessage"),
        "prompt_type": first_text(prompt, "type"),
        "prompt_chars": _length(member(prompt, "prompt")),
    }
    project = first_text(prompt, "projectId")
    principal = [Entity.named(EntityKind.PRINCIPAL, user)] if user else []
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(delivery, "id")),
        dedup_key=digest(["prompt-version", project, name, live]),
        occurred_at=read_time(
            first(delivery, "timestamp") or first(prompt, "updatedAt", "createdAt")
        ),
        title=body(f"Prompt {name or '?'} version {version} {action}{by}{where}"),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=(*_service(name), *_service(project), *principal),
        notes=notes,
    )


def _service(name: str) -> tuple[Entity, ...]:
    return (Entity.named(EntityKind.SERVICE, name),) if name.strip() else ()


def _length(prompt: Json) -> str:
    """Return how long a prompt is: of a chat prompt, all of its messages."""
    told = [text_of(one) for one in every(prompt, "[].content")] or [text_of(prompt)]
    return str(sum(map(len, told)))
