"""What models and people's judgements say in a timeline, without foreign words."""

from collections import Counter
from typing import assert_never

from bot.domain.judging_events import (
    JudgingEvent,
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
    Vote,
)
from bot.domain.summary import prompt_named
from bot.domain.writing_events import Summarized

_SHORT = 8
_SAID = {
    Verdict.REJECTED: "wanted another runbook than",
    Verdict.WRONG: "said that this does not fit:",
    Verdict.NONE_FITS: "said that no runbook fits; offered was",
    Verdict.OFFERED_AGAIN: "had this offered again:",
}


def sentence(event: Summarized | JudgingEvent) -> str:
    """Say what was suggested or written, or what somebody thinks of it."""
    match event:
        case Summarized():
            return _summarized(event)
        case Suggested(offered=offered):
            named = ", ".join(_named(*one) for one in offered)
            return f"Now suggested: {named or 'no runbook fits'}."
        case SuggestionJudged():
            named = _named(event.runbook, event.digest)
            end = "." if event.reason is None else ":"
            return f"<@{event.by}> {_SAID[event.verdict]} {named}{end}"
        case TextJudged():
            return _text_judged(event)
        case _:
            assert_never(event)


def _summarized(event: Summarized) -> str:
    named = prompt_named(event.prompt, event.version, event.digest)
    counted = Counter(event.dropped)
    reasons = ", ".join(f"{n} {why}" for why, n in sorted(counted.items()))
    dropped = f"; dropped: {reasons}" if reasons else ""
    kept = f"{event.kept} of {event.asked} claims kept{dropped}"
    end = ", check evidence:" if event.kept else "."
    return f"{event.model} was asked ({named}): {kept}{end}"


def _text_judged(event: TextJudged) -> str:
    end = "." if event.reason is None else ":"
    by = f"{event.model}, {event.prompt}"
    kind = event.kind.replace("_", " ")
    if event.vote is Vote.WRONG:
        what = f"statement {event.claim} of the" if event.claim else "the"
        return f"<@{event.by}> took back {what} {kind} that {by} wrote{end}"
    return f"<@{event.by}> gave a thumbs {event.vote} to the {kind} of {by}{end}"


def _named(runbook: str, digest: str) -> str:
    return f"{runbook} ({digest[:_SHORT]})"
