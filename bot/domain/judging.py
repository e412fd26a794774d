"""What people may say of suggestions and of a model's texts, and the words when not.

Pure. What was said becomes an event; what it does to later suggestions is counted in
`bot/readmodels/history.py` and weighed in `bot/assistant/history.py`.
"""

from bot.domain.commands import JudgeSuggestion, JudgeText, Offer
from bot.domain.errors import BadRequest, OutOfTurn
from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.judged import SUMMARY, claim_of
from bot.domain.judging_events import (
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
    Vote,
)

_NOT_JUDGED = "Nothing was judged"
_SAY_WHY = "Say why in a few words; it goes to the timeline."


def offer(incident: Incident, command: Offer) -> tuple[Event, ...]:
    """Note that other runbooks are offered than before."""
    if not incident.is_open or command.offered == incident.judged.offered:
        return ()
    return (Suggested(category=incident.category, offered=command.offered),)


def judge_suggestion(incident: Incident, command: JudgeSuggestion) -> tuple[Event, ...]:
    """Answer who thinks something of a suggested runbook.

    Raises:
        BadRequest: A reason is needed and was not given.
        OutOfTurn: The runbook was not suggested here.
    """
    judged, by = incident.judged, command.by.id
    digest = judged.digest_of(command.runbook)
    if not digest:
        raise OutOfTurn(
            _NOT_JUDGED,
            because=f"{command.runbook} is not suggested in this incident",
            next_move="See what is with `/incident runbooks`.",
        )
    if command.verdict is Verdict.WRONG and not command.reason:
        raise BadRequest(_NOT_JUDGED, because="no reason was given", next_move=_SAY_WHY)
    if _is_so_already(incident, command):
        return ()
    return (
        SuggestionJudged(
            runbook=command.runbook,
            digest=digest,
            step=command.step,
            verdict=command.verdict,
            category=incident.category,
            by=by,
            reason=command.reason or None,
        ),
    )


def _is_so_already(incident: Incident, command: JudgeSuggestion) -> bool:
    judged = incident.judged
    if command.verdict is Verdict.OFFERED_AGAIN:
        return command.runbook not in judged.rejected and not judged.none_by
    said = judged.voices.get((command.by.id, command.runbook))
    rejected = command.runbook in judged.rejected
    if command.verdict is Verdict.NONE_FITS and not judged.none_by:
        return False
    return rejected and said is command.verdict


def judge_text(incident: Incident, command: JudgeText) -> tuple[Event, ...]:
    """Answer who thinks something of a text that a model wrote.

    Raises:
        BadRequest: What is true instead was not said.
        OutOfTurn: There is no such text, or the statement was taken back already.
    """
    if not (command.model and command.prompt):
        raise OutOfTurn(
            _NOT_JUDGED,
            because="no model wrote such a text here",
            next_move="Use the buttons below the newest one.",
        )
    if command.vote is Vote.WRONG:
        _must_be_there(incident, command)
    elif command.known is command.vote:
        return ()
    return (
        TextJudged(
            kind=command.kind,
            which=command.which,
            vote=command.vote,
            claim=command.claim,
            model=command.model,
            prompt=command.prompt,
            by=command.by.id,
            reason=command.reason or None,
        ),
    )


def _must_be_there(incident: Incident, command: JudgeText) -> None:
    """Refuse to take back what is not there, or without a word of what is true."""
    if not command.reason:
        raise BadRequest(
            _NOT_JUDGED,
            because="it was not said what is true instead",
            next_move=_SAY_WHY,
        )
    if command.kind != SUMMARY:
        return
    if claim_of(incident.written, command.which, command.claim) is None:
        raise OutOfTurn(
            "Nothing was taken back",
            because="this statement does not stand on the card any more",
            next_move="Look at the newest card.",
        )
