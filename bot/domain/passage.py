"""What an answer may rest on: passages of one incident, and the answer that cites them.

Pure values. Which passages an incident has is read in `bot/readmodels/passages.py`, how
a question is answered from them is in `bot/assistant`, and how an answer looks is the
business of `bot/slack`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.card import CardView
from bot.domain.registry import System
from bot.domain.untrusted import Untrusted


class Place(StrEnum):
    """Where a passage stands."""

    ALERT = "alert"
    TIMELINE = "timeline"
    PLAN = "plan"
    RUNBOOK = "runbook"
    REGISTRY = "registry"


OF_THE_INCIDENT = frozenset({Place.ALERT, Place.TIMELINE, Place.PLAN})
"""What says what happened; a runbook only says what could be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One thing that can be cited.

    Attributes:
        id: Unique among the passages of a question, e.g. ``al_…``, ``timeline:41``.
        cite: How people are told where it stands, in our own words.
        said: Our own sentence; people and groups stand in it as ``<@U…>``.
        text: From outside, masked; None where there is only what we say.
        kind: Stored name of the event, for the timeline; else "".
        title: What it is part of, e.g. the title of a runbook.
        at: When it happened, aware UTC; None where that means nothing.
        near: It is of a runbook that was suggested or used.
    """

    id: str
    place: Place
    cite: str
    said: str = ""
    text: Untrusted | None = None
    kind: str = ""
    title: str = ""
    at: datetime | None = None
    near: bool = False

    def words(self) -> str:
        """Return all of it for comparing; it must not be shown."""
        outside = self.text.for_rules() if self.text is not None else ""
        return "\n".join(one for one in (self.title, self.said, outside) if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a question about one incident may be answered from.

    Attributes:
        at: When it was read, aware UTC.
        system: The incident's own, None where it is not registered.
        systems: All registered ones.
    """

    at: datetime
    card: CardView
    system: System | None
    systems: tuple[System, ...]
    passages: tuple[Passage, ...]

    def of(self, ids: Sequence[str]) -> tuple[Passage, ...]:
        """Return the passages of these ids, in their order."""
        known = {one.id: one for one in self.passages}
        return tuple(known[one] for one in ids if one in known)


class How(StrEnum):
    """How an answer was found."""

    FACTS = "facts"
    """By a rule, from typed facts."""
    SEARCH = "search"
    """The passage that says most of the question's words is quoted."""
    MODEL = "model"
    """By a model, each sentence checked against what it cites."""
    PERSON = "person"
    """Somebody asked for a deed: what a person does for it was told."""
    NOTHING = "nothing"
    """Nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence of an answer.

    Attributes:
        text: In our own words; people and groups stand in it as ``<@U…>``.
        quote: From outside, after it.
        evidence: Ids of the passages that it rests on.
        commands: What to type, in our own words.
    """

    text: str = ""
    quote: Untrusted | None = None
    evidence: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


ANSWER = "answer"
"""Kind of a text that a model wrote, as people's judgements name it."""


def judged_as(question: str) -> str:
    """Return which text an answer is to whoever judges it: letters and digits only."""
    return hashlib.sha256(question.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """With what a model was asked, where one wrote the answer."""

    model: str
    prompt: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to one question.

    Attributes:
        cited: What it rests on, in the order of its numbers.
        nearest: Of what is not known: the passage that came closest.
        why_no_model: Why a model that was asked did not write it; "" otherwise.
    """

    how: How
    said: tuple[Said, ...]
    cited: tuple[Passage, ...] = ()
    nearest: Passage | None = None
    written: Written | None = None
    why_no_model: str = ""

    @property
    def known(self) -> bool:
        """Tell whether it answers from evidence."""
        return self.how in (How.FACTS, How.SEARCH, How.MODEL)


def reply(how: How, said: Sequence[Said], evidence: Evidence) -> Reply:
    """Return an answer with what it cites, each passage once."""
    ids = tuple(dict.fromkeys(one for each in said for one in each.evidence))
    return Reply(how=how, said=tuple(said), cited=evidence.of(ids))
