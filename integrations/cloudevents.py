"""CloudEvents 1.0: structured, binary and in batches, whoever sends them.

The wrapping says where an event comes from, what it is and when it was; what its data
means is read as from any sender (`bot/envelopes/anything.py`). Products whose events
we know by name are asked first.

Source:
    CloudEvents specification 1.0.2: JSON event format, HTTP protocol binding.
"""

from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.envelopes import cloudevents
from bot.envelopes.anything import envelope_of_event
from bot.envelopes.batches import nothing_new
from bot.envelopes.jsonbody import read_json
from bot.envelopes.mapping import MAX_ALERTS, standing_for
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="cloudevents",
    title="CloudEvents",
    docs="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md",
    summary="Events of any producer: structured, binary or in batches.",
    general=True,
)


def recognizes(payload: Payload) -> bool:
    """Tell by the headers of binary mode, or by an event's own attributes."""
    if cloudevents.is_binary(payload.headers):
        return True
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    return cloudevents.is_event(value) or cloudevents.is_batch(value)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event.

    Raises:
        Unparsed: Not JSON, or no event.
    """
    if cloudevents.is_binary(payload.headers):
        event = cloudevents.from_headers(payload)
        return (envelope_of_event(event, (), source=MANIFEST.name),)
    document = read_json(payload.body)
    if document.value == []:
        return (nothing_new(MANIFEST.name),)
    listed = document.value if isinstance(document.value, list) else [document.value]
    events = [one for one in listed if cloudevents.is_event(one)]
    if not events:
        raise Unparsed(
            "The payload is not a CloudEvent",
            because="it has no specversion, type and source",
            next_move="Send it to the source webhook, which takes any JSON.",
        )
    made = [
        envelope_of_event(
            cloudevents.from_json(one), document.notes, source=MANIFEST.name
        )
        for one in events[:MAX_ALERTS]
    ]
    return standing_for(made, len(listed) - len(made), last=True)
