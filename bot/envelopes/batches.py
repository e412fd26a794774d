"""Payloads that hold several events: a list, a member with a list, or lines.

Audit logs are delivered in all three ways, by the same vendor. What an event says is
the integration's business.
"""

from functools import lru_cache

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import every, first
from bot.envelopes.jsonbody import (
    Document,
    Json,
    loads,
    loads_apart,
    looks_like_json,
    read_text,
)

_MOST_LINES = 20_000


def events_in(body: bytes, *lists: str) -> Document:
    """Return a payload's events, always as a list; a single event is a list of one.

    A page that holds nothing is an empty list: whoever collects an audit log posts
    such pages, too.

    Args:
        body: JSON, or one JSON value a line (NDJSON, JSON lines).
        lists: Paths of the member that holds the events; the first with any counts.

    Raises:
        Unparsed: Neither JSON nor lines of JSON.
    """
    document = _read(read_text(body))
    if isinstance(document.value, list):
        return document
    found = next((each for path in lists if (each := every(document.value, path))), ())
    whole: list[Json] = [] if _is_empty(document.value, lists) else [document.value]
    return Document(value=list(found) or whole, notes=document.notes)


def nothing_new(source: str) -> Envelope:
    """Return what stands for a page without events: it opens nothing."""
    return Envelope(
        source=source,
        dedup_key="nothing new",
        status=Status.UPDATE,
        title=Untrusted("An empty page: nothing has happened"),
    )


def _is_empty(value: Json, lists: tuple[str, ...]) -> bool:
    return any(first(value, path.removesuffix("[]")) == [] for path in lists)


def _read(text: str) -> Document:
    try:
        return loads(text)
    except Unparsed:
        lines = _lines(text)
        if not lines:
            raise
    notes = dict.fromkeys(note for line in lines for note in line.notes)
    return Document(value=[line.value for line in lines], notes=tuple(notes))


@lru_cache(maxsize=1)
def _lines(text: str) -> tuple[Document, ...]:
    """Return what each line holds; nothing when one of them is no JSON object."""
    lines = [line for line in text.splitlines()[:_MOST_LINES] if line.strip()]
    if len(lines) <= 1 or not all(looks_like_json(line) for line in lines):
        return ()
    try:
        return tuple(loads_apart(line) for line in lines)
    except Unparsed:
        return ()


def objects_in(document: Document) -> list[dict[str, Json]]:
    """Return those events of `events_in` that are objects."""
    events = document.value if isinstance(document.value, list) else []
    return [one for one in events if isinstance(one, dict)]
