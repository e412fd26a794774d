"""What people think of what was suggested, and of what a model wrote. Stored.

The rules about it are in `judging.py`, what it makes of an incident in `judged.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.domain.untrusted import Untrusted

Offered = tuple[tuple[str, str], ...]
"""Runbooks in the order in which they are offered: id, and digest of the file."""


class Verdict(StrEnum):
    """What a person says of a suggested runbook."""

    REJECTED = "rejected"
    """Rather the next one."""
    WRONG = "wrong"
    """It does not fit this incident."""
    NONE_FITS = "none_fits"
    """Neither it nor any other does."""
    OFFERED_AGAIN = "offered_again"
    """Back with it: the rejection was a mistake."""


class Vote(StrEnum):
    """What a person says of a text that a model wrote."""

    UP = "up"
    DOWN = "down"
    WRONG = "wrong"
    """One of its statements is not true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Other runbooks are offered than when the incident was opened.

    Attributes:
        category: For which they are offered.
        offered: Best first; empty where none fits.
    """

    name: ClassVar = "incident.suggested.v1"

    category: str
    offered: Offered


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionJudged:
    """A person said what they think of a suggested runbook.

    Attributes:
        runbook: Its id, e.g. ``RB-02``.
        digest: First 16 hex digits of the SHA-256 of its file, as it was offered.
        step: Number of the step that stood on the card, 0 where none did.
        category: Of the incident at that time.
        reason: Why; None where none was given, or it was erased.
    """

    name: ClassVar = "incident.suggestion_judged.v1"

    runbook: str
    digest: str
    step: int
    verdict: Verdict
    category: str
    by: str
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextJudged:
    """A person said what they think of a text that a model wrote.

    Attributes:
        kind: What kind of text, e.g. ``summary``.
        which: An id that is unique for its kind in the incident.
        vote: A later one of the same person replaces an earlier one.
        claim: Which statement is wrong, from 1; 0 for the whole text.
        model: Who wrote it, ``provider:name`` of the settings.
        prompt: With what it was asked, e.g. ``incident-summary v1, 0f3a9c21``.
        reason: What is true instead; None where nothing was said, or it was erased.
    """

    name: ClassVar = "incident.text_judged.v1"

    kind: str
    which: str
    vote: Vote
    claim: int
    model: str
    prompt: str
    by: str
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryForgotten:
    """What was learned about a runbook counts no more from here on.

    Attributes:
        runbook: Its id.
        by: Who asked: the holder of the admin token is ``admin``.
        reason: Why; None where it was erased.
    """

    name: ClassVar = "history.forgotten.v1"

    runbook: str
    by: str
    reason: Untrusted | None


JudgingEvent = Suggested | SuggestionJudged | TextJudged
