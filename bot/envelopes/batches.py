"""Payloads that hold several events: a list, a member with a list, or lines.

Audit logs are delivered in all three ways, by the same vendor. What an event says is
the integration's business.
"""

from functools import lru_cache

from bot.domain.errors import Unparsed
from bot.envelopes.fields import every
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
    return Document(value=list(found) or [document.value], notes=document.notes)


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
