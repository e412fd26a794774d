"""Any sender: JSON of any shape, plain text, and CloudEvents in all three modes.

Asked last. How much is read out of it is `bot/envelopes/anything.py`. A payload that
says nothing it knows still becomes one alert; only JSON that cannot be read at all is
Unparsed.
"""

from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.envelopes import cloudevents
from bot.envelopes.anything import envelope_of_event, envelope_of_json, title_of
from bot.envelopes.jsonbody import (
    Document,
    Json,
    loads,
    looks_like_json,
    read_text,
    unfolded,
)
from bot.envelopes.mapping import MAX_ALERTS, body, digest, standing_for
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="webhook",
    title="Generic webhook",
    docs="https://github.com/cloudevents/spec",
    summary="Any JSON, plain text or CloudEvents.",
    takes_anything=True,
)


def recognizes(payload: Payload) -> bool:
    """Say yes to everything that is not blank."""
    return bool(payload.body.strip())


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event; a list of objects is a list of events.

    Raises:
        Unparsed: Not UTF-8, or it begins like JSON and is not, or it is blank.
    """
    if cloudevents.is_binary(payload.headers):
        event = cloudevents.from_headers(payload)
        return (envelope_of_event(event, (), source=MANIFEST.name),)
    text = read_text(payload.body)
    if not looks_like_json(text):
        return (_from_text(text),)
    document = unfolded(loads(text))
    if not isinstance(document.value, list):
        return (_one(document.value, document.notes),)
    return _many(document.value, document)


def _many(entries: list[Json], document: Document) -> tuple[Envelope, ...]:
    objects = [one for one in entries if isinstance(one, dict)]
    if not objects:
        whole = envelope_of_json(entries, document.notes, source=MANIFEST.name)
        return (whole,)
    made = [_one(one, document.notes) for one in objects[:MAX_ALERTS]]
    return standing_for(made, len(entries) - len(made), last=True)


def _one(value: Json, notes: tuple[str, ...]) -> Envelope:
    if cloudevents.is_event(value):
        event = cloudevents.from_json(value)
        return envelope_of_event(event, notes, source=MANIFEST.name)
    return envelope_of_json(value, notes, source=MANIFEST.name)


def _from_text(text: str) -> Envelope:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise Unparsed(
            "The payload was not understood",
            because="it is blank",
            next_move="Check what the sender's template puts into the body.",
        )
    return Envelope(
        source=MANIFEST.name,
        dedup_key=digest(lines[0]),
        title=title_of(lines[0]),
        texts={"text": body(text)},
    )
