"""A runbook: what to do about one kind of trouble, readable by both of us.

The YAML front matter of the Markdown file is the part that rules and the gate
read; the body is the part that a person reads at 3 a.m. This module knows the
shape and reads the text. Whether a runbook is good enough to ship is the business
of `bot/domain/runbook_lint.py`; finding one is the business of `bot/assistant`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from bot.domain.envelope import EntityKind
from bot.domain.plain_yaml import NotPlain, loaded
from bot.domain.runbook_fields import Fields, unreadable

DIGEST = 16
"""So many hex digits say which edition of a file it is."""

MANUAL = "manual"
"""The action of a step that a person does with their own hands."""

DRAFT = "draft"
"""The status of a runbook that is not finished: nobody is offered it."""

_FRONT = re.compile(
    r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*$\n?(?P<body>.*)", re.DOTALL | re.MULTILINE
)
_HEADING = re.compile(r"^## +(.+?)[ \t]*$", re.MULTILINE)
_CODE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)


class StepKind(StrEnum):
    """What a step does to the world."""

    READ = "read"
    """Looks, changes nothing."""
    GATED = "gated"
    """Changes a system; people confirm it first."""
    MANUAL = "manual"
    """A person calls, decides or writes; no system is changed."""


class Level(StrEnum):
    """Gate level: how many people must agree (T1 the most)."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do.

    Attributes:
        number: Position in the runbook, from 1. People say "step 2".
        id: Stable name within the runbook, e.g. ``deactivate-key``.
        text: One sentence for the card.
        kind: What it does to the world.
        action: Registered action, e.g. ``aws.iam.deactivate_access_key``;
            ``manual`` when a person does it by hand; "" for a step that needs none.
        params_from: Parameter of the action to the place its value comes from,
            e.g. ``access_key_id`` to ``entity.key``.
        level: Least gate level of a gated step; None for the others. The gate
            derives the real one and may only be stricter.
        verify: Figure and window that show it worked; "" when nothing is changed.
        rollback: How to undo it; "" when it cannot be undone or changes nothing.
        irreversible: Why it cannot be undone; "" when it can.
        stop_if: When not to do it, or to stop; "" when nothing is known.
    """

    number: int
    id: str
    text: str
    kind: StepKind
    action: str = ""
    params_from: tuple[tuple[str, str], ...] = ()
    level: Level | None = None
    verify: str = ""
    rollback: str = ""
    irreversible: str = ""
    stop_if: str = ""

    @property
    def is_gated(self) -> bool:
        """Tell whether people must confirm it first."""
        return self.kind is StepKind.GATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Somebody outside who may have to be told.

    Attributes:
        regime: Law or contract, e.g. ``GDPR Art. 33``.
        within: As the text says it, e.g. ``72 h`` or ``without undue delay``.
        when: What makes the duty apply.
    """

    regime: str
    within: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a claim or a number comes from."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the body: its heading and its Markdown."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """One runbook as its file says it.

    Attributes:
        id: ``RB-`` and two or more digits.
        name: File name without ``.md``, e.g. ``rb-01-leaked-model-key``.
        title: Shown on cards and in search.
        version: Counts up with each change of a step, from 1.
        owner: Who answers for it.
        review_by: The last day on which it may be trusted unread.
        categories: Ids of our taxonomy, the best fit first.
        signals: Alert names, metric names and error words that lead here.
        entities: Kinds of things such an alert names.
        atlas: MITRE ATLAS ids.
        owasp: OWASP LLM 2025 and Agentic ids.
        nist_phase: Functions of NIST SP 800-61r3, e.g. ``RS.MI``.
        evidence: What to keep before anything is changed.
        steps: In the order in which to take them.
        notify: Who outside may have to be told.
        sources: Where it comes from.
        body: The sections for people, in order.
        digest: First 16 hex digits of the SHA-256 of the file, with plain line ends.
        status: ``draft`` while it is not finished; else "".
    """

    id: str
    name: str
    title: str
    version: int
    owner: str
    review_by: date
    categories: tuple[str, ...]
    signals: tuple[str, ...]
    entities: tuple[EntityKind, ...]
    atlas: tuple[str, ...]
    owasp: tuple[str, ...]
    nist_phase: tuple[str, ...]
    evidence: tuple[str, ...]
    steps: tuple[Step, ...]
    notify: tuple[Duty, ...]
    sources: tuple[Source, ...]
    body: tuple[Section, ...]
    digest: str = ""
    status: str = ""

    @property
    def is_draft(self) -> bool:
        """Tell whether it is not finished, so that nobody is to be offered it."""
        return self.status == DRAFT

    def section(self, title: str) -> str:
        """Return the Markdown under `title`; "" when there is no such section."""
        return next((part.text for part in self.body if part.title == title), "")

    def step(self, number: int) -> Step | None:
        """Return the step with this number, counted from 1; None when absent."""
        return next((step for step in self.steps if step.number == number), None)


_KNOWN = frozenset(f.name for f in fields(Runbook)) - {"name", "body", "digest"}
_KNOWN_IN_STEP = frozenset(f.name for f in fields(Step)) - {"number"}


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
        level=part.member("level", Level) if part.has("level") else None,
        verify=part.text("verify", default=""),
        rollback=part.text("rollback", default=""),
        irreversible=part.text("irreversible", default=""),
        stop_if=part.text("stop_if", default=""),
    )


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
