"""A postmortem's draft as Markdown or JSON.

What people and senders wrote is quoted so that it cannot become markup or a link; it
was redacted before it was stored. People are roles unless their ids are asked for.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import orjson

from bot.domain.untrusted import Untrusted
from bot.domain.writing import (
    At,
    Cast,
    Composed,
    Part,
    Piece,
    Row,
    Said,
    Whom,
    rests_on,
)

JSON_VERSION = 1
# What is alive inside a line; a dot within a word would make it an address to follow.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~]|\.(?=\S))")
_LINES = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
Mask = Callable[[str], str]


def markdown(
    draft: Composed,
    *,
    cast: Cast | None,
    now: datetime,
    mask: Mask = str,
    checkpoint: str = "",
) -> str:
    """Return the draft as Markdown, times in UTC.

    Args:
        cast: People as roles; None to keep their ids.
        checkpoint: Newest signed one, "" before the first.
    """
    banner = ["> **EXERCISE**: this was a drill. Nothing here touched the world.", ""]
    found = [
        f"# Postmortem of {draft.incident} (draft)",
        "",
        *(banner if draft.drill else []),
        mark(mask(draft.head)),
        "",
        f"Drafted by rules from the log, {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC.",
        "Times are UTC. [n] is the number of an entry in the log.",
        *(
            []
            if cast is None
            else ["People stand in it as roles. Ask what happened, not who."]
        ),
    ]
    for one in draft.parts:
        found += ["", f"## {one.title}", "", *_part(one, cast, mask)]
    return "\n".join([*found, *_signed(checkpoint)]) + "\n"


def as_json(
    draft: Composed, *, cast: Cast | None, now: datetime, mask: Mask = str
) -> str:
    """Return the draft as one JSON object; arguments as for `markdown`."""
    answer = {
        "version": JSON_VERSION,
        "incident": draft.incident,
        "head": mask(draft.head),
        "drill": draft.drill,
        "at": now.isoformat(),
        "names": cast is None,
        "parts": [
            {
                "title": one.title,
                "written_by": one.written_by or "rules",
                "rows": [
                    {
                        "text": "".join(_plain(x, cast, mask) for x in r.pieces),
                        "entries": list(r.seqs),
                        "evidence": list(r.evidence),
                    }
                    for r in one.rows
                ],
            }
            for one in draft.parts
        ],
    }
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n"


def _part(one: Part, cast: Cast | None, mask: Mask) -> list[str]:
    if not one.written_by:
        return [f"- {_row(r, cast, mask)}" for r in one.rows]
    head = [f"_{mark(one.written_by)}_", ""]
    return [
        *head,
        *(f"- AI-written, check evidence: {_row(r, cast, mask)}" for r in one.rows),
    ]


def _row(one: Row, cast: Cast | None, mask: Mask) -> str:
    said = "".join(_marked(piece, cast, mask) for piece in one.pieces)
    entries = "".join(f" \\[{seq}\\]" for seq in one.seqs)
    rests = (
        f" ({', '.join(mark(rests_on(x)) for x in one.evidence)})"
        if one.evidence
        else ""
    )
    return said + rests + entries


def _marked(piece: Piece, cast: Cast | None, mask: Mask) -> str:
    said = mark(_plain(piece, cast, mask))
    return f"“{said}”" if isinstance(piece, Said) and piece.words is not None else said


def _plain(piece: Piece, cast: Cast | None, mask: Mask) -> str:
    match piece:
        case str():
            return mask(piece)
        case Whom(id=one):
            return f"@{one}" if cast is None else cast.of(one)
        case At(at=at):
            return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        case Said(words=None):
            return "(erased)"
        case Said(words=Untrusted() as words, limit=limit):
            return Untrusted(mask(words.for_redaction())).for_html_line(limit=limit)
        case _:
            raise TypeError(f"no piece of a writing: {type(piece).__name__}")


def mark(text: str) -> str:
    """Return text that Markdown shows as it stands, on one line."""
    return _MARKDOWN.sub(r"\\\1", _LINES.sub(" ", text))


def _signed(checkpoint: str) -> list[str]:
    if not checkpoint:
        return ["", "---", "", "The log was not signed yet when this was drafted."]
    rows = [f"    {line}" for line in checkpoint.rstrip().splitlines()]
    return ["", "---", "", "Newest signed checkpoint of the log:", "", *rows]
