"""What of a model's claims may be believed: each is checked against what it was told.

A claim stays only when the alerts it names were told, and when every number, time,
name and address in it stands in what those alerts said. It is dropped, never mended.
Whether a claim that says only true things is also true is not known here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from bot.assistant.shapes import Shape
from bot.domain.summary import LONGEST_CLAIM, Claim
from bot.domain.untrusted import Untrusted
from bot.ports.model import Told, Words

MOST_CLAIMS = 5
MOST_UNKNOWN = 3
_MOST_ANSWERED = 20
_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$"

# A placeholder of the redactor, or a word with what is written inside: an address,
# a time, a number with its sign and its commas.
_PART = re.compile(
    r"\u2039[^\u203a]*\u203a"
    r"|[@#]?(?:(?<!\w)[-+](?=\d))?[^\W_](?:(?:[\w.:/@+%-]|,(?=\d))*[\w%])?"
)
_INSIDE = re.compile(r"[\w%](?:[.:/@+_-])[\w%]")
_SENTENCE = re.compile(r"[.!?:]\s+|^\s*")
# Nothing of these is shown, whatever stands in the data: a sentence for people needs no
# marks of markup and code, and no address to follow.
_LIVE = re.compile(r"[<>`{}|\\]|\*\*|__|~~|\]\(|://|www\.|@(?:here|channel|everyone)")
# "one" and "no" are more often words than numbers.
_NUMBERS = re.compile(
    r"zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|"
    r"six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|(?:hundred|"
    r"thousand|million|billion|dozen)s?|twice|thrice|half|double|triple"
)
_UNITS = re.compile(
    r"ms|s|m|h|d|(?:sec|second|min|minute|hour|day|week|month|year)s?|%|percent|b|"
    r"[kmgt]i?b|bytes?|usd|eur|(?:dollar|euro|token|call|request|time|alert|user|error)"
    r"s?|people|x"
)
# How a sentence about an incident begins, when it does not begin with a name.
_OPENERS = re.compile(
    r"an?|the|this|that|these|those|it|its|they|their|there|no|none|nothing|nobody|some|"
    r"something|somebody|someone|all|any|each|every|both|most|many|several|few|one|more|"
    r"other|another|at|in|on|of|from|to|by|with|without|within|for|since|until|after|"
    r"before|during|between|over|under|about|because|when|while|where|who|what|which|"
    r"how|if|and|or|but|not|also|only|then|now|still|again|according|usually|"
    r"(?:ai|agent|alert|answer|attacker|call|caller|cost|customer|data|document|endpoint|"
    r"error|failure|guardrail|host|incident|instance|invocation|job|key|latency|log|"
    r"message|model|output|payload|pipeline|policy|prompt|query|rate|request|response|"
    r"role|server|service|session|source|spend|system|token|tool|traffic|usage|user|"
    r"version)s?|access|activity|traffic|queries|policies"
)


class ClaimAnswer(Shape):
    """One claim as a model gives it."""

    text: Words
    evidence: tuple[Annotated[str, Field(pattern=_ID)], ...] = Field(
        max_length=_MOST_ANSWERED
    )


class SummaryAnswer(Shape):
    """What a model is asked for with the prompt ``incident-summary``."""

    claims: tuple[ClaimAnswer, ...] = Field(max_length=_MOST_ANSWERED)
    unknown: tuple[Words, ...] = Field(max_length=_MOST_ANSWERED)


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
    ROOM = "room"
    """Better placed ones fill the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is left of an answer, and why the rest is not.

    Attributes:
        asked: How many claims there were.
        dropped: How many were dropped, by reason.
    """

    asked: int
    claims: tuple[Claim, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)


def believed(answer: SummaryAnswer, told: Sequence[Told]) -> tuple[Claim, ...]:
    """Return the claims that are borne out by what was told; see `checked`."""
    return checked(answer, told).claims


def checked(answer: SummaryAnswer, told: Sequence[Told]) -> Checked:
    """Return the claims that are borne out by what was told, as many as a card holds.

    Args:
        told: Exactly what the model was told, masked as it was.
    """
    by_id: dict[str, list[str]] = {}
    for one in told:
        said = f"{one.name}\n{one.text.for_rules()}"
        by_id.setdefault(one.id, []).append(said)
    kept: list[Claim] = []
    dropped: Counter[str] = Counter()
    for claim in answer.claims:
        why = _why_dropped(claim, by_id)
        if why is None and len(kept) == MOST_CLAIMS:
            why = Dropped.ROOM
        if why is not None:
            dropped[why.value] += 1
            continue
        ids = tuple(dict.fromkeys(claim.evidence))
        kept.append(Claim(text=claim.text, evidence=ids))
    return Checked(
        asked=len(answer.claims),
        claims=tuple(kept),
        dropped=dict(sorted(dropped.items())),
    )


def _why_dropped(
    claim: ClaimAnswer, told: Mapping[str, Iterable[str]]
) -> Dropped | None:
    """Return what is wrong with a claim, None if it says no more than its evidence.

    Args:
        told: What was told under each id.
    """
    text = claim.text.for_rules()
    if not claim.evidence or any(one not in told for one in claim.evidence):
        return Dropped.EVIDENCE
    if not text.strip() or len(text) > LONGEST_CLAIM:
        return Dropped.LENGTH
    if _LIVE.search(text):
        return Dropped.MARKUP
    said = "\n".join(part for one in claim.evidence for part in told[one])
    known = facts(said) | {part[0].casefold() for part in _PART.finditer(said)}
    return None if facts(text) <= known else Dropped.FACTS


def facts(text: str) -> frozenset[str]:
    """Return what of a text carries a fact, case folded.

    Numbers, also in words and each with its unit; times, addresses, ids, placeholders;
    names: words with capitals, other than an ordinary one that begins a sentence, with
    marks inside, or in another script.
    """
    begins = {found.end() for found in _SENTENCE.finditer(text)}
    parts = list(_PART.finditer(text))
    found = {
        part[0].casefold()
        for part in parts
        if _carries(part[0], is_first=part.start() in begins)
    }
    return frozenset(found | set(_measures([part[0] for part in parts])))


def _carries(word: str, *, is_first: bool) -> bool:
    if word[0] in "\u2039@#" or not word.isascii() or _INSIDE.search(word):
        return True
    if _is_number(word):
        return True
    capitals = sum(map(str.isupper, word))
    # A first word is written large without being a name, if it is an ordinary one.
    is_ordinary = is_first and bool(_OPENERS.fullmatch(word.casefold()))
    return capitals > 1 or (capitals == 1 and not is_ordinary)


def _measures(words: Sequence[str]) -> Iterator[str]:
    """Yield numbers with their units: four minutes are no four hours."""
    for number, unit in pairwise(words):
        if _UNITS.fullmatch(unit.casefold()) and _is_number(number):
            yield f"{number} {unit}".casefold()


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word)) or bool(_NUMBERS.fullmatch(word.casefold()))


def shown(words: Iterable[Words]) -> tuple[Untrusted, ...]:
    """Return what a model says is unknown, as far as it may be shown."""
    kept = (one for one in words if one and not _LIVE.search(one.for_rules()))
    return tuple(one for one, _ in zip(kept, range(MOST_UNKNOWN), strict=False))
