"""Reads the text of a runbook: YAML front matter between ``---`` lines, then Markdown.

What its fields mean is in `runbook.py`, how one of them is read in `runbook_fields.py`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields

from bot.domain.envelope import EntityKind
from bot.domain.plain_yaml import NotPlain, loaded
from bot.domain.runbook import (
    Duty,
    Level,
    Runbook,
    Section,
    Source,
    Step,
    StepKind,
    Way,
)
from bot.domain.runbook_fields import Fields, unreadable

DIGEST = 16
"""So many hex digits say which edition of a file it is."""

_FRONT = re.compile(
    r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*$\n?(?P<body>.*)", re.DOTALL | re.MULTILINE
)
_HEADING = re.compile(r"^## +(.+?)[ \t]*$", re.MULTILINE)
_CODE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_KNOWN = frozenset(f.name for f in fields(Runbook)) - {"name", "body", "digest"}
_OR = "or"
_KNOWN_IN_STEP = frozenset(f.name for f in fields(Step)) - {"number", "otherwise"} | {
    _OR
}
_KNOWN_IN_WAY = frozenset(f.name for f in fields(Way))


def parse_runbook(text: str, *, name: str) -> Runbook:
    """Read one runbook file.

    Args:
        text: The whole file: YAML between ``---`` lines, then Markdown.
        name: File name with or without ``.md``; error messages carry it.

    Raises:
        Unparsed: The front matter is missing, is not YAML, or a field is missing
            or of the wrong type. The message names the field.
    """
    name = name.removesuffix(".md")
    front, body = _split(text, name=name)
    return Runbook(
        id=front.text("id"),
        name=name,
        title=front.text("title"),
        version=front.count("version"),
        owner=front.text("owner"),
        review_by=front.day("review_by"),
        categories=front.texts("categories"),
        signals=front.texts("signals"),
        entities=front.members("entities", EntityKind),
        atlas=front.texts("atlas"),
        owasp=front.texts("owasp"),
        nist_phase=front.texts("nist_phase"),
        evidence=front.texts("evidence"),
        steps=tuple(_step(part, n) for n, part in enumerate(front.parts("steps"), 1)),
        notify=tuple(_duty(part) for part in front.parts("notify")),
        sources=tuple(_source(part) for part in front.parts("sources")),
        body=_sections(body),
        digest=_digest(text),
        status=front.text("status", default=""),
    )


def _digest(text: str) -> str:
    plain = text.replace("\r\n", "\n").encode()
    return hashlib.sha256(plain).hexdigest()[:DIGEST]


def _split(text: str, *, name: str) -> tuple[Fields, str]:
    found = _FRONT.match(text.replace("\r\n", "\n"))
    if found is None:
        raise unreadable(
            name,
            "front matter",
            because="the file does not begin with YAML between two --- lines",
        )
    front = Fields(name, "", _yaml(name, found["front"]))
    front.refuse_unknown(_KNOWN)
    return front, found["body"]


def _yaml(name: str, front: str) -> Mapping[str, object]:
    try:
        found = loaded(front, first_line=2)
    except NotPlain as error:
        raise unreadable(name, "front matter", because=str(error)) from error
    if not isinstance(found, dict):
        raise unreadable(name, "front matter", because="it is not a map of fields")
    return {str(key): value for key, value in found.items()}


def _step(part: Fields, number: int) -> Step:
    part.refuse_unknown(_KNOWN_IN_STEP)
    return Step(
        number=number,
        id=part.text("id"),
        text=part.text("text"),
        kind=part.member("kind", StepKind),
        action=part.text("action", default=""),
        params_from=part.pairs("params_from"),
        otherwise=tuple(_way(one) for one in part.parts(_OR)),
        level=part.member("level", Level) if part.has("level") else None,
        verify=part.text("verify", default=""),
        rollback=part.text("rollback", default=""),
        irreversible=part.text("irreversible", default=""),
        stop_if=part.text("stop_if", default=""),
    )


def _way(part: Fields) -> Way:
    part.refuse_unknown(_KNOWN_IN_WAY)
    return Way(part.text("action"), part.pairs("params_from"))


def _duty(part: Fields) -> Duty:
    return Duty(
        regime=part.text("regime"),
        within=part.text("within"),
        when=part.text("when"),
    )


def _source(part: Fields) -> Source:
    return Source(title=part.text("title"), url=part.text("url"))


def _sections(body: str) -> tuple[Section, ...]:
    # A line that starts with ## inside a code block is a shell comment, not a
    # heading; blanking keeps every offset where it was.
    blanked = _CODE.sub(lambda code: " " * len(code[0]), body)
    heads = list(_HEADING.finditer(blanked))
    ends = [*(head.start() for head in heads[1:]), len(body)][: len(heads)]
    return tuple(
        Section(title=head[1], text=body[head.end() : end].strip())
        for head, end in zip(heads, ends, strict=True)
    )
