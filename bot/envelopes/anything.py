"""One envelope out of any JSON and out of any event, whoever sent it.

For senders nobody described to us. It reads the names that many of them use and keeps
every field, so that the rules can judge what it cannot.
"""

from collections.abc import Sequence
from itertools import pairwise

from bot.domain.envelope import Envelope, Status
from bot.domain.untrusted import Untrusted, clip
from bot.envelopes.cloudevents import CloudEvent
from bot.envelopes.fields import Leaf, leaves, text_of
from bot.envelopes.headline import from_fields, headline, sentence
from bot.envelopes.jsonbody import Document, Json, unfolded
from bot.envelopes.mapping import (
    MAX_TEXTS,
    body,
    digest,
    identifier,
    links_of,
    texts_of,
    word,
)
from bot.envelopes.names import DEDUP, EVENT_ID, SEVERITY, STATUS, best, best_time
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in, folded
from bot.envelopes.wording import joined, last_words

SAYS_NOTHING = "nothing in the payload says what it is about; a person must look"
_LONGEST_TITLE = 300
_SHOWN_LINKS = frozenset({"url", "link", "href", "htmlurl", "web", "uri", "self"})
_KEYS = frozenset({"key", "name", "field", "label"})
# Fields that say by yes and no whether it is over.
_IS_OVER = frozenset({"resolved", "isresolved", "recovered", "isrecovered", "isclosed"})


def envelope_of_json(value: Json, notes: tuple[str, ...], *, source: str) -> Envelope:
    """Return any JSON as one alert; its title says so where nothing else is said."""
    found = leaves(value, most=MAX_TEXTS)
    title = headline(found)
    pairs = _pairs(found)
    things = entities_in((leaf.name, text_of(leaf.value)) for leaf in (*found, *pairs))
    said = title or from_fields(found)
    same = _sameness(said, [f"{one.kind} {one.id}" for one in things])
    return Envelope(
        source=source,
        source_event_id=identifier(best(found, EVENT_ID)),
        dedup_key=identifier(best(found, DEDUP)) or same,
        status=_status(found),
        occurred_at=best_time(found) or best_time(pairs),
        title=title_of(said or "A payload without a text"),
        texts=texts_of(found),
        entities=things,
        vendor_severity=word(best(found, SEVERITY)),
        links=_links(found),
        notes=notes if said else (*notes, SAYS_NOTHING),
    )


def envelope_of_event(
    event: CloudEvent, notes: tuple[str, ...], *, source: str
) -> Envelope:
    """Return an event as one alert: its attributes, its extensions, its data."""
    data = leaves(unfolded(Document(value=event.data)).value, most=MAX_TEXTS)
    more = [Leaf(name, name, 0, text) for name, text in event.extensions.items()]
    found = (*data, *more)
    title = sentence(data) or _title_of(event, data)
    about = {"type": event.type, "source": event.source, "subject": event.subject}
    texts = {key: body(text) for key, text in about.items() if text.strip()}
    texts |= texts_of(more)
    texts |= {f"data.{path}": text for path, text in texts_of(data).items()}
    same = _sameness(title, [event.source, event.type, event.subject])
    return Envelope(
        source=source,
        source_event_id=identifier(f"{event.source} {event.id}".strip()),
        dedup_key=identifier(best(found, DEDUP)) or same,
        status=status_of(event.type) or _status(found),
        occurred_at=event.at or best_time(found),
        title=title_of(title),
        texts=texts,
        entities=entities_in(_named(event, data)),
        vendor_severity=word(best(found, SEVERITY)),
        links=_links(found),
        notes=notes,
    )


def title_of(text: str) -> Untrusted:
    """Return a title, cut to what a card can show."""
    return body(clip(text, _LONGEST_TITLE))


def _pairs(found: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """Return what lists of ``{"key": …, "value": …}`` say, by the names in them."""
    return tuple(
        Leaf(value.path, text_of(key.value), value.depth, value.value)
        for key, value in pairwise(found)
        if key.name in _KEYS and value.name == "value" and key.depth == value.depth
    )


def _named(event: CloudEvent, data: Sequence[Leaf]) -> list[tuple[str, str]]:
    """Return names and values; ``model/m-1`` as a subject names a model."""
    kind, slash, name = event.subject.rpartition("/")
    subject = [(kind.rsplit("/", 1)[-1], name)] if slash else []
    return subject + [(leaf.name, text_of(leaf.value)) for leaf in data]


def _title_of(event: CloudEvent, data: Sequence[Leaf]) -> str:
    """Return ``Guardrail intervened: model/claims-assistant`` and the like."""
    about = event.subject or event.source or from_fields(data)
    return joined(last_words(event.type), about) or "An event"


def _status(found: Sequence[Leaf]) -> Status:
    """Return what the first known word at the least depth says; else firing."""
    said = [
        (leaf.depth, status) for leaf in found if (status := _said_by(leaf)) is not None
    ]
    return min(said, key=lambda one: one[0], default=(0, Status.FIRING))[1]


def _said_by(leaf: Leaf) -> Status | None:
    path = leaf.path.rsplit("#", 1)[0]
    name = folded(path.rsplit(".", 1)[-1])
    if name in _IS_OVER and isinstance(leaf.value, bool):
        return Status.RESOLVED if leaf.value else Status.FIRING
    if name in STATUS or path.casefold().endswith("state.value"):
        return status_of(text_of(leaf.value))
    return None


def _sameness(title: str, about: list[str]) -> str:
    """Return a key that stays equal while only figures in the title change."""
    return digest(["".join("#" if c.isdigit() else c for c in title), sorted(about)])


def _links(found: Sequence[Leaf]) -> tuple[str, ...]:
    named = (leaf for leaf in found if _is_link(folded(leaf.name)))
    return links_of([text_of(leaf.value) for leaf in named])


def _is_link(name: str) -> bool:
    return name in _SHOWN_LINKS or name.endswith(("url", "link"))
