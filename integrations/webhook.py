"""Any sender: JSON of any shape, plain text, and CloudEvents in all three modes.

Asked last. It reads the names that many senders use and keeps every field, so
that the rules can judge what it cannot. A payload that says nothing it knows still
becomes one alert; only JSON that cannot be read at all is Unparsed.
"""

from collections.abc import Sequence

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import clip
from bot.envelopes import cloudevents
from bot.envelopes.cloudevents import CloudEvent
from bot.envelopes.fields import Leaf, leaves, text_of
from bot.envelopes.jsonbody import (
    Document,
    Json,
    loads,
    looks_like_json,
    read_text,
    unfolded,
)
from bot.envelopes.mapping import (
    MAX_ALERTS,
    MAX_TEXTS,
    body,
    digest,
    identifier,
    links_of,
    standing_for,
    texts_of,
    word,
)
from bot.envelopes.names import DEDUP, EVENT_ID, SEVERITY, STATUS, TIME, TITLE, best
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in, folded
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="webhook",
    title="Generic webhook",
    docs="https://github.com/cloudevents/spec",
    summary="Any JSON, plain text or CloudEvents.",
    takes_anything=True,
)
SAYS_NOTHING = "nothing in the payload says what it is about; a person must look"
_LONGEST_TITLE = 300
_SHOWN_LINKS = frozenset({"url", "link", "href", "htmlurl", "web", "uri", "self"})


def recognizes(payload: Payload) -> bool:
    """Say yes to everything that is not blank."""
    return bool(payload.body.strip())


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event; a list of objects is a list of events.

    Raises:
        Unparsed: Not UTF-8, or it begins like JSON and is not, or it is blank.
    """
    if cloudevents.is_binary(payload.headers):
        return (_from_event(cloudevents.from_headers(payload), ()),)
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
        return (_from_json(entries, document.notes),)
    made = [_one(one, document.notes) for one in objects[:MAX_ALERTS]]
    return standing_for(made, len(entries) - len(made), last=True)


def _one(value: Json, notes: tuple[str, ...]) -> Envelope:
    if cloudevents.is_event(value):
        return _from_event(cloudevents.from_json(value), notes)
    return _from_json(value, notes)


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
        title=body(clip(lines[0], _LONGEST_TITLE)),
        texts={"text": body(text)},
    )


def _from_json(value: Json, notes: tuple[str, ...]) -> Envelope:
    found = leaves(value, most=MAX_TEXTS)
    title = best(found, TITLE)
    things = entities_in((leaf.name, text_of(leaf.value)) for leaf in found)
    said = title or _longest(found)
    dedup = identifier(best(found, DEDUP))
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(best(found, EVENT_ID)),
        dedup_key=dedup or _sameness(said, [f"{one.kind} {one.id}" for one in things]),
        status=_status(found),
        occurred_at=read_time(best(found, TIME) or None),
        title=body(clip(said, _LONGEST_TITLE) or "A payload without a text"),
        texts=texts_of(found),
        entities=things,
        vendor_severity=word(best(found, SEVERITY)),
        links=_links(found),
        notes=notes if title else (*notes, SAYS_NOTHING),
    )


def _from_event(event: CloudEvent, notes: tuple[str, ...]) -> Envelope:
    found = leaves(unfolded(Document(value=event.data)).value, most=MAX_TEXTS)
    title = best(found, TITLE) or _title_of(event, found)
    subject = event.subject.rpartition("/")
    named = [(subject[0].rsplit("/", 1)[-1], subject[2])] if subject[1] else []
    named += [(leaf.name, text_of(leaf.value)) for leaf in found]
    about = {"type": event.type, "source": event.source, "subject": event.subject}
    texts = {key: body(text) for key, text in about.items() if text.strip()}
    texts |= {f"data.{path}": text for path, text in texts_of(found).items()}
    sameness = _sameness(title, [event.source, event.type, event.subject])
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(f"{event.source} {event.id}".strip()),
        dedup_key=identifier(best(found, DEDUP)) or sameness,
        status=status_of(event.type) or _status(found),
        occurred_at=event.at or read_time(best(found, TIME) or None),
        title=body(clip(title, _LONGEST_TITLE)),
        texts=texts,
        entities=entities_in(named),
        vendor_severity=word(best(found, SEVERITY)),
        links=_links(found),
        notes=notes,
    )


def _title_of(event: CloudEvent, found: Sequence[Leaf]) -> str:
    """Return ``guardrail intervened: model/claims-assistant`` and the like.

    The reverse-DNS head and the version of the type say nothing to a reader.
    """
    parts = [part for part in event.type.split(".") if part]
    if len(parts) > 1 and parts[-1][:1] == "v" and parts[-1][1:].isdigit():
        parts.pop()
    what = " ".join(parts[-2:]).replace("_", " ")
    about = event.subject or event.source or _longest(found)
    return ": ".join(part for part in (what, about) if part) or "An event"


def _status(found: Sequence[Leaf]) -> Status:
    """Return what the first known word at the least depth says; else firing."""
    said = [
        (leaf.depth, status)
        for leaf in found
        if folded(leaf.path.rsplit("#", 1)[0].rsplit(".", 1)[-1]) in STATUS
        or leaf.path.casefold().endswith("state.value")
        if (status := status_of(text_of(leaf.value))) is not None
    ]
    return min(said, key=lambda one: one[0], default=(0, Status.FIRING))[1]


def _longest(found: Sequence[Leaf]) -> str:
    """Return the longest text with a space in it: most likely a sentence."""
    texts = [leaf.value for leaf in found if isinstance(leaf.value, str)]
    spoken = [text for text in texts if " " in text.strip()]
    return max(spoken or texts, key=len, default="").strip()


def _sameness(title: str, about: list[str]) -> str:
    """Return a key that stays equal while only figures in the title change."""
    return digest(["".join("#" if c.isdigit() else c for c in title), sorted(about)])


def _links(found: Sequence[Leaf]) -> tuple[str, ...]:
    named = (leaf for leaf in found if _is_link(folded(leaf.name)))
    return links_of([text_of(leaf.value) for leaf in named])


def _is_link(name: str) -> bool:
    return name in _SHOWN_LINKS or name.endswith(("url", "link"))
