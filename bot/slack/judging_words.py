"""What thread, card and the person read who judged a suggestion or a text. Pure."""

from bot.domain.card import CardView
from bot.domain.judging_events import SuggestionJudged, TextJudged, Verdict, Vote
from bot.slack.sentences import Foreign, Piece, Who

NONE_FITS = "no runbook fits; write what you do as notes."


def judged(event: SuggestionJudged) -> list[Piece]:
    """Return the thread line for a verdict."""
    says = {
        Verdict.REJECTED: f" wants another runbook than {event.runbook}",
        Verdict.WRONG: f" says that {event.runbook} does not fit this incident",
        Verdict.NONE_FITS: f" says that no runbook fits, {event.runbook} included",
        Verdict.OFFERED_AGAIN: f" had {event.runbook} offered again",
    }
    row: list[Piece] = [Who(event.by), says[event.verdict]]
    if event.reason is None:
        return [*row, "."]
    return [*row, ": ", Foreign(event.reason)]


def text_judged(event: TextJudged) -> list[Piece]:
    """Return the thread line for a statement that was taken back; no thumbs."""
    if event.vote is not Vote.WRONG:
        return []
    kind = event.kind.replace("_", " ")
    what = "an AI-written bullet" if event.claim else f"the AI-written {kind}"
    row: list[Piece] = [Who(event.by), f" took back {what}"]
    if event.reason is None:
        return [*row, "."]
    return [*row, ". True is: ", Foreign(event.reason)]


def taken_back(view: CardView) -> list[Piece]:
    """Return how many bullets people took back; nothing where none."""
    gone = view.state.judged.taken_back
    if not gone:
        return []
    what = (
        "1 AI-written bullet" if len(gone) == 1 else f"{len(gone)} AI-written bullets"
    )
    row: list[Piece] = [f"{what} taken back by "]
    for n, by in enumerate(dict.fromkeys(one.by for one in gone)):
        row += [", " if n else "", Who(by)]
    return row


def none_fits(view: CardView) -> list[Piece]:
    """Return what stands instead of a step where there is none."""
    judged = view.state.judged
    if judged.none_by:
        return ["no runbook fits, says ", Who(judged.none_by), "; write notes."]
    if view.state.steps and judged.standing:
        return ["no runbook step is left; decide together."]
    return [NONE_FITS]


def said(verdict: Verdict, runbook: str) -> str:
    """Return what the person reads who judged a suggestion."""
    match verdict:
        case Verdict.OFFERED_AGAIN:
            return f"{runbook} is offered again."
        case Verdict.NONE_FITS:
            return "noted that none fits. Write what you do as notes."
        case _:
            return f"noted. The card shows what comes after {runbook}."


def thanked(vote: Vote) -> str:
    """Return what the person reads who judged a text."""
    if vote is Vote.WRONG:
        return "taken back; the timeline has your words."
    return f"your thumbs {vote} counts; press the other one to change it."
