"""What of a model's claims may be believed: each is checked against what it was told.

A claim stays only when the alerts it names were told, and when every number, time,
name and address in it stands in what those alerts said. It is dropped, never mended.
Whether a claim that says only true things is also true is not known here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.assistant.facts import facts, known_facts
from bot.assistant.orders import is_order
from bot.assistant.shapes import Shape
from bot.domain.summary import LONGEST_CLAIM, Claim
from bot.domain.untrusted import Untrusted
from bot.ports.model import Told, Words

MOST_CLAIMS = 6
MOST_UNKNOWN = 3
# Longer than any good answer: who says too much is still heard, and six are shown.
MOST_ANSWERED = 64
_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$"

_LONGEST_READ = 600  # as much as the shape of an answer lets through
_LONGEST_UNKNOWN = 120
# One question and nothing told beside: "what it is: nothing" tells.
_ASKS = re.compile(
    r"(?:whether|who|whom|whose|what|which|when|where|why|how|since when|by whom)\s"
    r"(?:[^:;!?.\u2013\u2014]|[:.](?=\w))+[?.]?",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r"\u201c([^\u201d]+)\u201d|\"([^\"]+)\"")
_ENDS = " .,;:!?\u2026"
_BULLET = re.compile(r"^\s*(?:[-*\u2022]\s+|#{1,6}\s+)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*]+)(?<=\S)\1(?![\w*])")
# Nothing of these is shown, whatever stands in the data: a sentence for people needs no
# marks of markup and code, and no address to follow.
_LIVE = re.compile(r"[<>`{}|\\]|\*\*|__|~~|\]\(|://|www\.|@(?:here|channel|everyone)")


class ClaimAnswer(Shape):
    """One claim as a model gives it."""

    text: Words
    evidence: tuple[Annotated[str, Field(pattern=_ID)], ...] = Field(
        max_length=MOST_ANSWERED
    )


class SummaryAnswer(Shape):
    """What a model is asked for with the prompt ``incident-summary``.

    Claims are heard without unknowns, too.
    """

    claims: tuple[ClaimAnswer, ...] = Field(max_length=MOST_ANSWERED)
    unknown: tuple[Words, ...] = Field((), max_length=MOST_ANSWERED)


class Dropped(StrEnum):
    """Why a claim is not shown."""

    EVIDENCE = "evidence"
    """It names none, or one that was not told."""
    LENGTH = "length"
    """It is empty, or too long for a card."""
    MARKUP = "markup"
    """It holds what could come alive: markup, code, an address to follow."""
    FACTS = "facts"
    """It says a number, a time or a name that its evidence does not say."""
    ORDER = "order"
    """It tells its reader to do something."""
    NOTHING = "nothing"
    """It says no number, no time and no name: nothing of it can be checked."""
    ROOM = "room"
    """Better placed ones fill the card."""


_MAY_SHARE = frozenset({Dropped.FACTS, Dropped.MARKUP, Dropped.LENGTH, Dropped.ORDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is left of an answer, and why the rest is not.

    Attributes:
        asked: How many claims there were.
        dropped: Why each was dropped that was, in order.
        lost: Claims on evidence that was told, which are not shown but may share facts
            with it. Not to be shown: see `source_words.py`.
    """

    asked: int
    claims: tuple[Claim, ...]
    dropped: tuple[str, ...] = ()
    lost: tuple[Claim, ...] = ()


def believed(answer: SummaryAnswer, told: Sequence[Told]) -> tuple[Claim, ...]:
    """Return the claims that are borne out by what was told; see `checked`."""
    return checked(answer, told).claims


def checked(answer: SummaryAnswer, told: Sequence[Told]) -> Checked:
    """Return the claims of a summary that are borne out by what was told."""
    return checked_claims(answer.claims, told)


def checked_claims(
    claims: Sequence[ClaimAnswer], told: Sequence[Told], *, most: int = MOST_CLAIMS
) -> Checked:
    """Return the claims that are borne out by what was told.

    Args:
        claims: Of any answer that is made of claims.
        told: Exactly what the model was told, masked as it was.
        most: How many are shown; those that add facts go before the others.
    """
    said = _Said(said_by(told))
    kept: list[Claim] = []
    dropped: list[str] = []
    lost: list[Claim] = []
    for claim in claims:
        one = Claim(text=plain(claim.text), evidence=_once(claim.evidence))
        why = _why_dropped(one, said)
        if why is None:
            kept.append(one)
            continue
        dropped.append(why.value)
        if why in _MAY_SHARE:
            lost.append(one)
    chosen = telling_most(kept, most)
    left = [one for one in kept if one not in chosen]
    dropped += [Dropped.ROOM.value] * (len(kept) - len(chosen))
    return Checked(
        asked=len(claims),
        claims=chosen,
        dropped=tuple(dropped),
        lost=(*lost, *left),
    )


def said_by(told: Sequence[Told]) -> dict[str, list[str]]:
    """Return what was told under each id, each part with its name."""
    found: dict[str, list[str]] = {}
    for part in told:
        said = f"{part.name}\n{part.text.for_rules()}"
        found.setdefault(part.id, []).append(said)
    return found


def plain(text: Untrusted, *, limit: int = _LONGEST_READ) -> Untrusted:
    """Return a claim on one line, without bullet and without marks of emphasis.

    Models write them even when told not to. They say nothing, so nothing is mended:
    the claim is checked as it will be shown.
    """
    line = _BULLET.sub("", text.for_slack(limit=limit))
    return Untrusted(_EMPHASIS.sub(r"\2", line).strip())


def telling_most(claims: Sequence[Claim], most: int) -> tuple[Claim, ...]:
    """Return as many claims as fit, in order: those that add most facts first chosen.

    "Here is a summary" takes no room from a claim that says something.
    """
    left = {n: facts(one.text.for_rules()) for n, one in enumerate(claims)}
    said: set[str] = set()
    chosen: list[int] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda n: (len(left[n] - said), -n))
        said |= left.pop(best)
        chosen.append(best)
    return tuple(claims[n] for n in sorted(chosen))


def is_live(text: str) -> bool:
    """Tell whether a text holds markup, code or an address to follow."""
    return bool(_LIVE.search(text))


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


class _Said:
    """What was told, read once for all claims that cite the same."""

    def __init__(self, told: Mapping[str, Sequence[str]]) -> None:
        self.ids = told.keys()
        self._told = told
        self._read: dict[tuple[str, ...], tuple[frozenset[str], str]] = {}

    def by(self, evidence: tuple[str, ...]) -> tuple[frozenset[str], str]:
        """Return every fact that these may be cited for, and all words on one line."""
        if evidence not in self._read:
            said = "\n".join(part for one in evidence for part in self._told[one])
            self._read[evidence] = known_facts(said), _line(said)
        return self._read[evidence]


def _why_dropped(claim: Claim, said: _Said) -> Dropped | None:
    """Return what is wrong with a claim, None if it says no more than its evidence."""
    text = claim.text.for_rules()
    if not claim.evidence or any(one not in said.ids for one in claim.evidence):
        return Dropped.EVIDENCE
    if not text.strip() or len(text) > LONGEST_CLAIM:
        return Dropped.LENGTH
    if is_live(text):
        return Dropped.MARKUP
    if is_order(text):
        return Dropped.ORDER
    own = facts(text)
    if not own:
        return Dropped.NOTHING
    known, line = said.by(claim.evidence)
    is_borne_out = own <= known and _quotes_rightly(text, line)
    return None if is_borne_out else Dropped.FACTS


def _quotes_rightly(text: str, line: str) -> bool:
    """Tell whether what a claim quotes stands so in its evidence, word for word."""
    quoted = [found[1] or found[2] for found in _QUOTATION.finditer(text)]
    lines = [_line(one).strip(_ENDS) for one in quoted if len(one.split()) > 1]
    return all(one in line for one in lines)


def _line(text: str) -> str:
    return " ".join(text.casefold().split())


def unknowns(words: Iterable[Words], told: Sequence[Told]) -> tuple[Untrusted, ...]:
    """Return what a model says nobody knows yet, as far as it may be shown.

    Each is a question in its form, names nothing that was not told, and gives no order:
    "whether mail left the domain", never "nothing is wrong".
    """
    said = said_by(told).values()
    known = known_facts("\n".join(part for parts in said for part in parts))
    kept = (one for one in map(plain, words) if _may_be_asked(one.for_rules(), known))
    return tuple(dict.fromkeys(kept))[:MOST_UNKNOWN]


def _may_be_asked(text: str, known: frozenset[str]) -> bool:
    if len(text) > _LONGEST_UNKNOWN or not _ASKS.fullmatch(text):
        return False
    return not is_live(text) and not is_order(text) and facts(text) <= known
