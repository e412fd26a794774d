"""A body that is one JSON value, or one on each line.

Gateways, scanners and collectors write logs as lines of JSON and post them as they
are. What an entry means is not here.
"""

from functools import lru_cache

from bot.domain.errors import Unparsed
from bot.envelopes.jsonbody import (
    Document,
    Json,
    loads,
    loads_apart,
    looks_like_json,
    must_be_few,
    read_text,
)

CUT_LINE = "a line of the payload is not JSON; it is left out"


@lru_cache(maxsize=1)
def read_values(body: bytes) -> Document:
    """Return the body as JSON; several lines of JSON become a list.

    The last body is remembered, because of a payload that nobody has named every
    integration asks in turn: whoever reads the value must not change it. A line that
    is no JSON is left out and noted, as long as the first one is an object or a list.

    Raises:
        Unparsed: Not UTF-8, too large, too many entries, or neither JSON nor lines of
            JSON.
    """
    text = read_text(body)
    try:
        document = loads(text)
    except Unparsed:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not looks_like_json(lines[0]):  # noqa: PLR2004 - one line is what failed above
            raise
        must_be_few(len(lines))
        return _of_lines(lines)
    if isinstance(document.value, list):
        must_be_few(len(document.value))
    return document


def entries_of(value: Json) -> tuple[dict[str, Json], ...]:
    """Return the objects of a payload: itself, or those of a list."""
    found = value if isinstance(value, list) else [value]
    return tuple(one for one in found if isinstance(one, dict))


def _of_lines(lines: list[str]) -> Document:
    first = loads_apart(lines[0])
    values, notes = [first.value], dict.fromkeys(first.notes)
    for line in lines[1:]:
        try:
            one = loads_apart(line)
        except Unparsed:
            notes[CUT_LINE] = None
            continue
        values.append(one.value)
        notes.update(dict.fromkeys(one.notes))
    return Document(value=values, notes=tuple(notes))
