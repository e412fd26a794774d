"""What whoever asked for something reads afterwards, only they. Pure."""

from typing import TYPE_CHECKING

from bot.domain.commands import JudgeSuggestion, JudgeText
from bot.slack import exercise, step_words, words
from bot.slack.requests import Click, Request

if TYPE_CHECKING:
    from bot.service import Handled


def reply_to(request: Request, handled: "Handled") -> str:
    """Return what the asker reads; a click that worked shows on the card."""
    if handled.refusal is not None:
        return exercise.of(words.refused(handled.refusal), drill=handled.drill)
    warned = step_words.warning(handled.events)
    says_so = isinstance(handled.command, JudgeSuggestion | JudgeText)
    if isinstance(request, Click) and not says_so:
        return exercise.of(warned, drill=handled.drill)
    done = words.done(handled.incident, handled.command, changed=bool(handled.events))
    said = f"{done} {warned}" if warned else done
    return exercise.of(said, drill=handled.drill)
