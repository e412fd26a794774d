"""From bytes to JSON that nothing later can choke on.

The answer is bounded: depth, size of numbers, no NaN. Whatever had to be bent to
get there is noted in our own words, so that a reader learns of it. What the
fields mean is not here.

A body is read once, however many integrations are asked whether they know it: the
last ones read are kept. So nobody may change a value he got here.
"""

import json
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeAlias

from bot.domain.errors import Unparsed

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_BODY_BYTES = 1024 * 1024
MAX_DEPTH = 64
# So many objects and lists hold next to nothing each: it is noise, and slow to read.
MAX_PARTS = 100_000
# Events, lines or entries of one payload; more would be 50 bytes or less each.
MAX_ENTRIES = 20_000
# Above this many digits a number is an attack or a mistake, never a measurement.
_MAX_DIGITS = 40
_MAX_INNER_CHARS = 256 * 1024
_MAX_INNER_LEVELS = 3
# How JSON writes the first half of a character, or the second alone.
_HALVES = ("\\ud", "\\uD")
_TOO_DEEP = f"it is nested deeper than {MAX_DEPTH} levels"
_TOO_MANY_PARTS = f"it holds more than {MAX_PARTS} objects and lists"

TWICE = "a field stands twice in the payload; the last one counts"
NO_NUMBER = "a number in the payload is not a number one can work with; it is left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A payload as JSON.

    Attributes:
        value: At most `MAX_DEPTH` deep, every number finite.
        notes: What had to be bent, in our own words, each at most once.
    """

    value: Json
    notes: tuple[str, ...] = ()


def read_text(body: bytes) -> str:
    """Return the body as text; a byte order mark is dropped.

    Raises:
        Unparsed: The body is too large or not UTF-8.
    """
    if len(body) > MAX_BODY_BYTES:
        raise _refused(f"it is larger than {MAX_BODY_BYTES} bytes")
    text = _decoded(body)
    if text is None:
        raise _refused("it is not UTF-8 text")
    return text


def read_json(body: bytes) -> Document:
    """Return the body as JSON.

    A key that stands twice keeps its last value; NaN, infinities and numbers of
    more than 40 digits read as null. Both are noted.

    Raises:
        Unparsed: Not UTF-8, not JSON, too large, or nested deeper than 64.
    """
    return loads(read_text(body))


def loads(text: str) -> Document:
    """Return a text as JSON, with the same care and errors as `read_json`."""
    return _given(_read(text))


def loads_apart(text: str) -> Document:
    """Return what `loads` does, for one of many texts in a body: it is not kept."""
    return _given(_read.__wrapped__(text))


def _given(read: Document | str) -> Document:
    if isinstance(read, str):
        raise _refused(read)
    return read


# The same body gives the same text, whose hash is then made once.
@lru_cache(maxsize=1)
def _decoded(body: bytes) -> str | None:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


# Four: what AWS sends may lie in each other, a queue's record, a message, an alarm.
@lru_cache(maxsize=4)
def _read(text: str) -> Document | str:
    """Return a document, or why the text is none: that, too, is asked only once."""
    notes: dict[str, None] = {}
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=partial(_last_wins, notes),
            parse_int=partial(_whole, notes),
            parse_float=partial(_decimal, notes),
            parse_constant=partial(_no_number, notes),
        )
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return "it is not JSON"
    # So many parts at most; brackets inside of texts are told apart where it matters.
    parts = text.count("{") + text.count("[")
    if parts > MAX_DEPTH and not is_shallow(value):
        return _TOO_DEEP
    if parts > MAX_PARTS and _is_vast(value):
        return _TOO_MANY_PARTS
    if any(half in text for half in _HALVES):
        value = _whole_characters(value)
    return Document(value=value, notes=tuple(notes))


def _is_vast(value: Json) -> bool:
    """Tell whether a value of no great depth has more than `MAX_PARTS` parts."""
    parts, level = 0, [value]
    while level and parts <= MAX_PARTS:
        level = [one for one in level if isinstance(one, dict | list)]
        parts += len(level)
        level = [child for one in level for child in children(one)]
    return parts > MAX_PARTS


def must_be_few(entries: int) -> None:
    """Refuse a payload of more entries than `MAX_ENTRIES`.

    Nothing is cut off: who reads only the first ones loses the one that matters.

    Raises:
        Unparsed: There are more; the payload is kept and a person is told.
    """
    if entries > MAX_ENTRIES:
        raise _refused(f"it holds more than {MAX_ENTRIES} entries")


def _whole_characters(value: Json) -> Json:
    r"""Return a value without halves of characters, which ``\ud800`` alone is.

    They are no text: whatever encodes one falls over it.
    """
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case list():
            return [_whole_characters(one) for one in value]
        case dict():
            return {
                key.encode("utf-8", "replace").decode("utf-8"): _whole_characters(one)
                for key, one in value.items()
            }
        case _:
            return value


def looks_like_json(text: str) -> bool:
    """Tell whether a text starts as an object or a list would."""
    return text.lstrip()[:1] in ("{", "[")


def is_shallow(value: Json, *, limit: int = MAX_DEPTH) -> bool:
    """Tell whether no branch is nested deeper than `limit`; never recurses."""
    level: list[Json] = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        if not level:
            return True
        level = [
            child
            for one in level
            for child in children(one)
            if isinstance(child, (dict, list))
        ]
    return not level


def children(value: Json) -> list[Json]:
    """Return the values directly inside an object or a list."""
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []


def unfolded(document: Document) -> Document:
    """Open texts that are JSON themselves, as SNS and CloudWatch send them.

    At most three levels, and only where the result is still shallow.
    """
    value, notes = document.value, list(document.notes)
    for _ in range(_MAX_INNER_LEVELS):
        opened = _opened(value, notes)
        if opened == value or not is_shallow(opened):
            break
        value = opened
    return Document(value=value, notes=tuple(dict.fromkeys(notes)))


def _opened(value: Json, notes: list[str]) -> Json:
    match value:
        case dict():
            return {key: _opened(one, notes) for key, one in value.items()}
        case list():
            return [_opened(one, notes) for one in value]
        case str() if looks_like_json(value) and len(value) <= _MAX_INNER_CHARS:
            return _inner(value, notes)
        case _:
            return value


def _inner(text: str, notes: list[str]) -> Json:
    try:
        document = loads_apart(text)
    except Unparsed:
        return text
    notes.extend(document.notes)
    return document.value


def _last_wins(
    notes: dict[str, None], pairs: list[tuple[str, Json]]
) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        notes[TWICE] = None
    return made


def _whole(notes: dict[str, None], digits: str) -> Json:
    return int(digits) if len(digits) <= _MAX_DIGITS else _no_number(notes, digits)


def _decimal(notes: dict[str, None], digits: str) -> Json:
    number = float(digits)
    return number if abs(number) != float("inf") else _no_number(notes, digits)


def _no_number(notes: dict[str, None], _: str) -> Json:
    notes[NO_NUMBER] = None
    return None


def _refused(because: str) -> Unparsed:
    return Unparsed(
        "The payload was not understood",
        because=because,
        next_move="It is kept; look at the original and at the sender's settings.",
    )
