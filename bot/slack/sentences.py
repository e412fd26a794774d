"""Sentences that are safe by construction: rows of pieces, shown in two ways.

A piece is our own words, a person, a moment, something to type, or text from
outside. `elements` makes rich-text elements of them, in which every text is
literal; `spoken` makes the `text` of a message, escaped for mrkdwn. How elements
become blocks is the business of `rich.py`; what is said, of `words.py`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.untrusted import Untrusted, visible

Element = dict[str, Any]

_SHOWN = "{date_short_pretty} {time}"
SPOKEN_MAX = 300
_LONGEST_TEXT = 3000
_NOTHING = "-"
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_GROUP = re.compile(r"S[A-Z0-9]{2,30}")
_PEOPLE_IN_TEXT = re.compile(r"<@([UW][A-Z0-9]{2,30})>")
_BASIC_PLANE_END = 0xFFFF
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, slots=True)
class Who:
    """A person or a user group, by id; shown as a mention."""

    id: str


@dataclass(frozen=True, slots=True)
class When:
    """A moment, shown in the reader's own time zone.

    Attributes:
        counts: Also say how far away it is; Slack's client counts by itself.
    """

    at: datetime
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type, in our own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Our own words, in bold."""

    text: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text from outside, cut to `limit` characters; None when it was erased."""

    words: Untrusted | None
    limit: int = 300


Piece = str | Who | When | Code | Strong | Foreign


def clipped(text: str, limit: int) -> str:
    """Return the visible part of `text`, at most `limit` UTF-16 units long.

    Slack counts as JavaScript does, so an emoji counts twice. An ellipsis says
    that something was cut. Never empty, because Slack refuses empty text.
    """
    seen = visible(text) or _NOTHING
    if _units(seen) <= limit:
        return seen
    kept, left = "", limit - 1
    for mark in seen:
        left -= _units(mark)
        if left < 0:
            break
        kept += mark
    return kept + "…"


def literal(words: str, *, limit: int = _LONGEST_TEXT, **style: bool) -> Element:
    """Return a rich-text element that shows `words` as they stand."""
    element: Element = {"type": "text", "text": clipped(words, limit)}
    return {**element, "style": style} if style else element


def elements(pieces: Iterable[Piece]) -> list[Element]:
    """Return rich-text elements for a sentence; nothing in them is markup."""
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return [_element(piece) for piece in joined if piece != ""]


def _element(  # noqa: C901 - one case per piece
    piece: Piece,
) -> Element:
    match piece:
        case Who(id=one) if _PERSON.fullmatch(one):
            return {"type": "user", "user_id": one}
        case Who(id=one) if _GROUP.fullmatch(one):
            return {"type": "usergroup", "usergroup_id": one}
        case When():
            return _date(piece)
        case Code(text=words):
            return literal(words, code=True)
        case Strong(text=words):
            return literal(words, bold=True)
        case Foreign(words=None):
            return literal("(erased)", italic=True)
        case Foreign(words=Untrusted() as words, limit=limit):
            return literal(words.for_slack(limit=limit), limit=limit)
        case Who(id=words) | str(words):
            return literal(words)
        case _:
            raise TypeError(f"no piece of a sentence: {type(piece).__name__}")


def _date(when: When) -> Element:
    return {
        "type": "date",
        "timestamp": max(int(when.at.timestamp()), 0),
        "format": _SHOWN + (", {ago}" if when.counts else ""),
        "fallback": utc(when.at),
    }


def spoken(pieces: Iterable[Piece], *, limit: int = SPOKEN_MAX) -> str:
    """Return a sentence as the `text` of a message: escaped, read well aloud.

    Args:
        limit: Longest result in characters. What does not fit is left out whole
            or ends in an ellipsis; a mention or an escape is never cut in two.
    """
    said = ""
    for piece in pieces:
        room = limit - len(said)
        if room <= 0:
            return said
        found = _spoken(piece, room)
        if len(found) > room:
            return said + "…"
        said += found
    return said


def _spoken(piece: Piece, room: int) -> str:
    match piece:
        case Who(id=one) if _PERSON.fullmatch(one):
            return f"<@{one}>"
        case Who(id=one) if _GROUP.fullmatch(one):
            return f"<!subteam^{one}>"
        case When(at=at):
            return f"<!date^{max(int(at.timestamp()), 0)}^{_SHOWN}|{utc(at)}>"
        case Code(text=words):
            return f"`{escaped(words.replace('`', ''), max(room - 2, 1))}`"
        case Foreign(words=None):
            return "(erased)"
        case Foreign(words=Untrusted() as words, limit=limit):
            return _foreign(words, min(limit, room))
        case Who(id=words) | Strong(text=words) | str(words):
            return escaped(words, room)
        case _:
            raise TypeError(f"no piece of a sentence: {type(piece).__name__}")


def escaped(words: str, limit: int) -> str:
    """Escape our own words for mrkdwn, to at most `limit` characters."""
    marks = [_ESCAPES.get(mark, mark) for mark in visible(words)]
    if sum(map(len, marks)) <= limit:
        return "".join(marks)
    kept = ""
    for mark in marks:
        if len(kept) + len(mark) > limit - 1:
            break
        kept += mark
    return kept + "…"


def _foreign(words: Untrusted, room: int) -> str:
    """Escape text from outside so that the result itself fits."""
    keep = max(room, 1)
    found = words.for_mrkdwn(limit=keep)
    while len(found) > room and keep > 1:
        # Escaping makes five characters of one at most.
        keep -= max((len(found) - room) // 5, 1)
        found = words.for_mrkdwn(limit=keep)
    return found or _NOTHING


def utc(at: datetime) -> str:
    """Return a moment for readers whose client cannot show dates."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def own_sentence(words: str) -> list[Piece]:
    """Split a sentence of ours in which people stand as ``<@U…>``."""
    parts = _PEOPLE_IN_TEXT.split(words)
    return [Who(part) if n % 2 else part for n, part in enumerate(parts) if part]


def coded(words: str) -> list[Piece]:
    """Split a sentence of ours in which commands stand between grave accents."""
    parts = words.split("`")
    return [Code(part) if n % 2 else part for n, part in enumerate(parts) if part]


def on_lines(*rows: Sequence[Piece]) -> list[Piece]:
    """Join sentences, each on a line of its own; empty ones are left out."""
    found: list[Piece] = []
    for row in rows:
        if found and row:
            found.append("\n")
        found += row
    return found


def _units(words: str) -> int:
    return len(words) + sum(1 for mark in words if ord(mark) > _BASIC_PLANE_END)
