"""OpenAI: webhooks of its platform, for batches, fine-tuning, evals and responses.

What succeeds is none of anybody's business; what fails is. The headers of Standard
Webhooks prove the sender and are checked at the door, not here.

Source:
    OpenAI platform documentation, "Webhooks", and API reference, "Webhook events".
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.jsonbody import Json, read_json
from bot.envelopes.mapping import SourceMap, body, envelope_of, not_one_of
from bot.envelopes.wording import joined, spoken
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="openai_events",
    title="OpenAI webhooks",
    docs="https://platform.openai.com/docs/guides/webhooks",
    summary="Batches, fine-tuning jobs, evals and responses that ended or failed.",
    signature="standard_webhooks",
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("type",),
    title_else="An event of OpenAI",
    event_id=("id",),
    occurred_at=("created_at",),
    entities={"data.model": EntityKind.MODEL, "data.id": EntityKind.SERVICE},
)
_ABOUT = (
    *("batch.", "fine_tuning.job.", "eval.run.", "response.", "realtime.call."),
    *("safety", "moderation."),
)


def recognizes(payload: Payload) -> bool:
    """Tell by the object and the family of the event whether OpenAI sent it."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    is_event = text_of(member(value, "object")) == "event"
    return is_event and text_of(member(value, "type")).startswith(_ABOUT)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope.

    Raises:
        Unparsed: Not JSON, or it has no type.
    """
    document = read_json(payload.body)
    kind = first_text(document.value, "type")
    if not kind:
        raise not_one_of(FIELDS, "it holds no event with a type")
    made = envelope_of(document.value, FIELDS, document.notes)
    return (replace(made, title=body(_title(kind, document.value))),)


def _title(kind: str, value: Json) -> str:
    return joined(spoken(kind), first_text(value, "data.id"))
