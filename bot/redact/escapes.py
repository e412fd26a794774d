"""How single escapes are read: JSON and source code, URLs, HTML.

Each reader answers what one escape stands for and how many bytes it takes. Walking
a text and mapping offsets back is the business of `views`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.redact.patterns import compiled

Decoded = tuple[bytes, int]
_NOTHING: Decoded = (b"", 0)

# RFC 8259 section 7, and the two that Python and JavaScript add.
_LETTERS = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"b": b"\b",
    b"f": b"\f",
    b'"': b'"',
    b"'": b"'",
    b"/": b"/",
    b"\\": b"\\",
}
_HEX_LENGTHS = {b"u": 4, b"x": 2}
_ENTITIES = {b"quot": b'"', b"amp": b"&", b"lt": b"<", b"gt": b">", b"apos": b"'"}
_LONGEST_ENTITY = 8
_CONTROL = compiled(r"\x1b\[[0-9;]{0,16}[A-Za-z]")
_LONGEST_CONTROL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Escape:
    """One way of escaping.

    Attributes:
        mark: The byte every escape starts with.
        pattern: Occurs in a text that holds at least one such escape.
        read: Reads the escape at an offset: what it stands for and how many bytes
            it takes, 0 when there is no escape after all.
        short: What the escapes of two bytes stand for, by their second byte; `read`
            would say the same.
    """

    mark: bytes
    pattern: str
    read: Callable[[bytes, int], Decoded]
    short: Mapping[bytes, bytes] = field(default_factory=dict)


def _backslash(content: bytes, at: int) -> Decoded:
    letter = content[at + 1 : at + 2]
    if letter in _LETTERS:
        return _LETTERS[letter], 2
    digits = _HEX_LENGTHS.get(letter, 0)
    code = _number(content[at + 2 : at + 2 + digits], 16, digits)
    return _NOTHING if code is None else (_character(code), 2 + digits)


def _percent(content: bytes, at: int) -> Decoded:
    code = _number(content[at + 1 : at + 3], 16, 2)
    return _NOTHING if code is None else (bytes((code,)), 3)


def _entity(content: bytes, at: int) -> Decoded:
    end = content.find(b";", at, at + _LONGEST_ENTITY)
    if end < 0:
        return _NOTHING
    name = content[at + 1 : end]
    if name in _ENTITIES:
        return _ENTITIES[name], end + 1 - at
    base = 16 if name[:2] in (b"#x", b"#X") else 10
    digits = name[2:] if base == 16 else name[1:]  # noqa: PLR2004 (the base itself)
    code = _number(digits, base, len(digits)) if name[:1] == b"#" else None
    return _NOTHING if code is None else (_character(code), end + 1 - at)


def _colour(content: bytes, at: int) -> Decoded:
    """ECMA-48 control sequences stand for nothing: they colour a terminal."""
    match = _CONTROL.search(content, at, at + _LONGEST_CONTROL)
    return _NOTHING if match is None or match.start() != at else (b"", match.end() - at)


def _number(digits: bytes, base: int, length: int) -> int | None:
    if not length or len(digits) != length or not digits.isalnum():
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None


def _character(code: int) -> bytes:
    """UTF-8 of the code point; halves of surrogate pairs stay halves."""
    return chr(code).encode("utf-8", "surrogatepass")


ESCAPES = (
    Escape(mark=b"\\", pattern=r"\\[\"'\\/bfnrtux]", read=_backslash, short=_LETTERS),
    Escape(mark=b"\x1b", pattern=r"\x1b\[", read=_colour),
    Escape(mark=b"%", pattern=r"%[0-9A-Fa-f]{2}", read=_percent),
    Escape(
        mark=b"&",
        pattern=r"&(?:quot|amp|lt|gt|apos|#[0-9]{2,5}|#[xX][0-9A-Fa-f]{2,4});",
        read=_entity,
    ),
)
