"""What people's judgements say in a timeline, without foreign words."""

from typing import assert_never

from bot.domain.judging_events import (
    JudgingEvent,
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
    Vote,
)

_SHORT = 8
_SAID = {
    Verdict.REJECTED: "wanted another runbook than",
    Verdict.WRONG: "said that this does not fit:",
    Verdict.NONE_FITS: "said that no runbook fits; offered was",
    Verdict.OFFERED_AGAIN: "had this offered again:",
}


def sentence(event: JudgingEvent) -> str:
    """Say what was suggested, or what somebody thinks of it."""
    match event:
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
