"""By which fields a payload is told to be of a source, as data.

A source says what its payloads always have, and what those of its look-alikes have
and its own never; `recognizer` makes the `recognizes` of an integration of it. What
the fields mean stands in `bot/envelopes/mapping.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.errors import Unparsed
from bot.envelopes.fields import every, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.ports.integration import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a payload must look like; everything that is given must hold.

    Paths are those of `bot/envelopes/fields.py`. A null counts as not there.

    Attributes:
        has: Each of these paths holds something.
        any_of: At least one of these holds something.
        none_of: None of these holds anything.
        words: Of each path, one value is among these, in lower case; a ``*`` at the
            end stands for any ending.
    """

    has: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def fits(value: Json, shape: Shape) -> bool:
    """Tell whether a JSON value has a shape."""
    return (
        all(every(value, path) for path in shape.has)
        and (not shape.any_of or any(every(value, path) for path in shape.any_of))
        and not any(every(value, path) for path in shape.none_of)
        and all(_says(value, path, words) for path, words in shape.words.items())
    )


def recognizer(*shapes: Shape) -> Callable[[Payload], bool]:
    """Return the `recognizes` of an integration: one of its shapes fits.

    Of a list, or of lines of JSON, the first object is looked at.
    """

    def recognizes(payload: Payload) -> bool:
        """Tell by its shape whether a payload is of this source."""
        try:
            found = entries_of(read_values(payload.body).value)
        except Unparsed:
            return False
        return bool(found) and any(fits(found[0], shape) for shape in shapes)

    return recognizes


def _says(value: Json, path: str, words: tuple[str, ...]) -> bool:
    said = (text_of(one).strip().casefold() for one in every(value, path))
    return any(_is(text, word) for text in said for word in words)


def _is(text: str, word: str) -> bool:
    return text.startswith(word[:-1]) if word.endswith("*") else text == word
