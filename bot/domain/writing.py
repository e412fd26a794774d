"""What is written about an incident, before anyone decides where it is shown.

A writing is a list of parts, a part a list of rows, a row a list of pieces: our own
words, a person, a moment, what somebody wrote. So one catch-up can be a message, a
page or a file, and a person can be a name, a mention or a role in it. Pure values;
which facts go into which writing is in `bot/readmodels`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.untrusted import Untrusted

_PEOPLE = re.compile(r"<@([UW][A-Z0-9]{2,30})>")
TOCSIN = "tocsin"


class Writing(StrEnum):
    """Which writing; the names are stored and are those that people type."""

    CATCH_UP = "catch-up"
    UPDATE = "update"
    HANDOVER = "handover"
    POSTMORTEM = "postmortem"


@dataclass(frozen=True, slots=True)
class Whom:
    """A person, by Slack id."""

    id: str


@dataclass(frozen=True, slots=True)
class At:
    """A moment, aware UTC."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody or some sender wrote; None where it was erased."""

    words: Untrusted | None
    limit: int = 300


Piece = str | Whom | At | Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that is said.

    Attributes:
        seqs: Entries of the log it rests on.
        evidence: Ids of what a model's sentence rests on; () for a row of ours.
    """

    pieces: tuple[Piece, ...]
    seqs: tuple[int, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows under a title.

    Attributes:
        written_by: Who wrote the rows where it was a model, as people are told;
            "" for rules.
    """

    title: str
    rows: tuple[Row, ...]
    written_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A writing, or what goes with one, about one incident.

    Attributes:
        head: One line that says which incident it is.
        channel: Slack channel it lives in.
    """

    incident: str
    head: str
    parts: tuple[Part, ...]
    drill: bool = False
    channel: str = ""


def row(*pieces: Piece, seqs: Iterable[int] = ()) -> Row:
    """Return a row of ours."""
    return Row(pieces=tuple(one for one in pieces if one != ""), seqs=tuple(seqs))


def part(title: str, rows: Iterable[Row]) -> Part:
    """Return a part of rows of ours; without rows it is left out by `composed`."""
    return Part(title=title, rows=tuple(rows))


def pieces_of(sentence: str) -> tuple[Piece, ...]:
    """Split a sentence of ours in which people stand as ``<@U…>``."""
    found = _PEOPLE.split(sentence)
    return tuple(Whom(one) if n % 2 else one for n, one in enumerate(found) if one)


def rests_on(evidence: str) -> str:
    """Return how evidence is called for people: an entry of the log, or an alert."""
    if evidence == "now":
        return "as it stands"
    if evidence[:1] == "t" and evidence[1:].isdecimal():
        return f"entry {evidence[1:]}"
    return f"alert …{evidence[-6:]}"


def people_in(parts: Iterable[Part]) -> tuple[str, ...]:
    """Return the ids of everybody who stands in parts, in order, each once."""
    found = (
        piece.id
        for part in parts
        for one in part.rows
        for piece in one.pieces
        if isinstance(piece, Whom)
    )
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """People as roles, for readers who should think of what happened and not of whom.

    Attributes:
        labels: By Slack id, each label once.
    """

    labels: Mapping[str, str] = field(default_factory=dict)

    def of(self, person: str) -> str:
        """Return how somebody is called; an id that is not known is somebody."""
        return "Tocsin" if person == TOCSIN else self.labels.get(person, "somebody")

    def plain(self, sentence: str) -> str:
        """Return a sentence of ours with roles for people."""
        return _PEOPLE.sub(lambda found: self.of(found[1]), sentence)


def cast_of(roles: Iterable[tuple[str, str]], people: Iterable[str]) -> Cast:
    """Return who is called what.

    Args:
        roles: Role and person in the order in which they were given.
        people: Everybody else, in the order in which they come up.
    """
    labels: dict[str, str] = {}
    counted: dict[str, int] = {}
    for role, person in (*roles, *(("responder", one) for one in people)):
        if person in labels or not person or person == TOCSIN:
            continue
        counted[role] = counted.get(role, 0) + 1
        labels[person] = _label(role, counted[role])
    return Cast(labels=labels)


def _label(role: str, n: int) -> str:
    """Return how the n-th of a role is called: ``the second commander``."""
    if role == "responder":
        return f"responder {n}"
    return f"the {_NTH.get(n, f'{n}th ')}{role}"


_NTH: Mapping[int, str] = {1: "", 2: "second ", 3: "third "}
