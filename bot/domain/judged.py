"""What became of suggestions and of a model's statements in one incident. Pure.

The part of an incident's state that people's judgements make; `incident.py` holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from bot.domain.judging_events import (
    JudgingEvent,
    Offered,
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
    Vote,
)
from bot.domain.summary import Claim, Written
from bot.domain.untrusted import Untrusted

SUMMARY = "summary"
"""Kind of the text that stands on the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Who said last that a runbook is not the one, and how."""

    verdict: Verdict
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A statement of a model that a person took back.

    Attributes:
        text: What it said; it is not shown again.
    """

    text: Untrusted
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What people said so far.

    Attributes:
        offered: Runbooks that are offered, best first.
        rejected: Runbook id to the newest rejection that stands.
        none_by: Who said that none fits, "" if nobody did.
        voices: Person and runbook to what they said last, where it stands.
        taken_back: Statements that are not shown again.
        writings: How many texts a model wrote of the incident that were shown.
        is_kept: What is offered was written down; not so in older incidents.
    """

    offered: Offered = ()
    rejected: Mapping[str, Rejection] = field(default_factory=dict)
    none_by: str = ""
    voices: Mapping[tuple[str, str], Verdict] = field(default_factory=dict)
    taken_back: tuple[TakenBack, ...] = ()
    writings: int = 0
    is_kept: bool = True

    @property
    def standing(self) -> tuple[str, ...]:
        """Ids of the runbooks that nobody rejected, best first."""
        if self.none_by:
            return ()
        return tuple(one for one, _ in self.offered if one not in self.rejected)

    def digest_of(self, runbook: str) -> str:
        """Return the digest of an offered runbook, "" where it is not offered."""
        return dict(self.offered).get(runbook, "")


def judged_at_first(offered: Offered | None) -> Judged:
    """Return what stands when an incident begins."""
    return Judged(offered=offered or (), is_kept=offered is not None)


def offered_anew(judged: Judged, event: Suggested) -> Judged:
    """Return what stands once other runbooks are offered."""
    return replace(judged, offered=event.offered, none_by="", is_kept=True)


def after_verdict(judged: Judged, event: SuggestionJudged) -> Judged:
    """Return what stands after somebody judged a runbook."""
    others = {k: v for k, v in judged.rejected.items() if k != event.runbook}
    voice = (event.by, event.runbook)
    voices = {k: v for k, v in judged.voices.items() if k != voice}
    if event.verdict is Verdict.OFFERED_AGAIN:
        return replace(judged, rejected=others, voices=voices, none_by="")
    said = Rejection(verdict=event.verdict, by=event.by)
    none_by = event.by if event.verdict is Verdict.NONE_FITS else judged.none_by
    return replace(
        judged,
        rejected={**others, event.runbook: said},
        voices={**voices, voice: event.verdict},
        none_by=none_by,
    )


def judged_by(
    judged: Judged, written: Written | None, event: JudgingEvent
) -> tuple[Judged, Written | None]:
    """Return both after what was suggested, or what somebody thinks of it."""
    match event:
        case Suggested():
            return offered_anew(judged, event), written
        case SuggestionJudged():
            return after_verdict(judged, event), written
        case TextJudged():
            return struck(judged, written, event)
        case _:
            assert_never(event)


def struck(
    judged: Judged, written: Written | None, event: TextJudged
) -> tuple[Judged, Written | None]:
    """Return both without the statement that a person says is wrong."""
    claim = claim_of(written, event.which, event.claim)
    is_wrong = event.kind == SUMMARY and event.vote is Vote.WRONG
    if not is_wrong or claim is None or written is None:
        return judged, written
    taken = TakenBack(text=claim.text, by=event.by)
    judged = replace(judged, taken_back=(*judged.taken_back, taken))
    # The others keep their numbers: a form may be open that names them.
    gone = frozenset({*written.gone, event.claim})
    return judged, replace(written, gone=gone)


def claim_of(written: Written | None, which: str, number: int) -> Claim | None:
    """Return a statement by its number from 1; None where it is not there any more."""
    if written is None or written.id != which or number in written.gone:
        return None
    if not 1 <= number <= len(written.claims):
        return None
    return written.claims[number - 1]


def shown(
    judged: Judged, written: Written | None, *, kept: int
) -> tuple[Judged, Written | None]:
    """Return what a model wrote just now with its id, without what was taken back.

    Args:
        written: None where nothing was kept, or where the words are erased.
        kept: How many claims were kept; a text without any has no number.
    """
    number = judged.writings + (1 if kept else 0)
    judged = replace(judged, writings=number)
    if written is None:
        return judged, None
    known = {_plain(one.text) for one in judged.taken_back}
    gone = frozenset(
        n for n, claim in enumerate(written.claims, 1) if _plain(claim.text) in known
    )
    return judged, replace(written, id=str(number), gone=gone)


def _plain(text: Untrusted) -> str:
    """Return a statement as it is compared: letters and digits only."""
    return "".join(c for c in text.for_rules().casefold() if c.isalnum())
