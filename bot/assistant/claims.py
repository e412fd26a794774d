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
from bot.assistant.shapes import Shape
from bot.domain.summary import LONGEST_CLAIM, Claim
from bot.domain.untrusted import Untrusted
from bot.ports.model import Told, Words

MOST_CLAIMS = 6
MOST_UNKNOWN = 3
_MOST_ANSWERED = 20
_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$"

_LONGEST_READ = 600  # as much as the shape of an answer lets through
_BULLET = re.compile(r"^\s*(?:[-*\u2022]\s+|#{1,6}\s+)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*]+)(?<=\S)\1(?![\w*])")
# Nothing of these is shown, whatever stands in the data: a sentence for people needs no
# marks of markup and code, and no address to follow.
_LIVE = re.compile(r"[<>`{}|\\]|\*\*|__|~~|\]\(|://|www\.|@(?:here|channel|everyone)")


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
    NOTHING = "nothing"
    """It says no number, no time and no name: nothing of it can be checked."""
    ROOM = "room"
    """Better placed ones fill the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is left of an answer, and why the rest is not.

    Attributes:
        asked: How many claims there were.
        dropped: Why each was dropped that was, in order.
    """

    asked: int
    claims: tuple[Claim, ...]
    dropped: tuple[str, ...] = ()


def believed(answer: SummaryAnswer, told: Sequence[Told]) -> tuple[Claim, ...]:
    """Return the claims that are borne out by what was told; see `checked`."""
    return checked(answer, told).claims


def checked(answer: SummaryAnswer, told: Sequence[Told]) -> Checked:
    """Return the claims that are borne out by what was told, at most six.

    Args:
        told: Exactly what the model was told, masked as it was.
    """
    by_id: dict[str, list[str]] = {}
    for part in told:
        said = f"{part.name}\n{part.text.for_rules()}"
        by_id.setdefault(part.id, []).append(said)
    kept: list[Claim] = []
    dropped: list[str] = []
    for claim in answer.claims:
        one = Claim(text=plain(claim.text), evidence=_once(claim.evidence))
        why = _why_dropped(one, by_id)
        if why is None:
            kept.append(one)
        else:
            dropped.append(why.value)
    chosen = _telling_most(kept)
    dropped += [Dropped.ROOM.value] * (len(kept) - len(chosen))
    return Checked(
        asked=len(answer.claims),
        claims=chosen,
        dropped=tuple(dropped),
    )


def plain(text: Untrusted) -> Untrusted:
    """Return a claim on one line, without bullet and without marks of emphasis.

    Models write them even when told not to. They say nothing, so nothing is mended:
    the claim is checked as it will be shown.
    """
    line = _BULLET.sub("", text.for_slack(limit=_LONGEST_READ))
    return Untrusted(_EMPHASIS.sub(r"\2", line).strip())


def _telling_most(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return as many claims as fit, in order: those that add facts before the others.

    "Here is a summary" takes no room from a claim that says something.
    """
    adds: list[bool] = []
    said: set[str] = set()
    for one in claims:
        new = facts(one.text.for_rules()) - said
        adds.append(bool(new))
        said |= new
    places = sorted(range(len(claims)), key=lambda n: not adds[n])[:MOST_CLAIMS]
    return tuple(claims[n] for n in sorted(places))


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _why_dropped(claim: Claim, told: Mapping[str, Iterable[str]]) -> Dropped | None:
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
    if not facts(text):
        return Dropped.NOTHING
    return None if facts(text) <= known_facts(said) else Dropped.FACTS


def shown(words: Iterable[Words]) -> tuple[Untrusted, ...]:
    """Return what a model says is unknown, as far as it may be shown."""
    kept = (one for one in words if one and not _LIVE.search(one.for_rules()))
    return tuple(one for one, _ in zip(kept, range(MOST_UNKNOWN), strict=False))
