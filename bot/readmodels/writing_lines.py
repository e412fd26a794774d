"""What the timeline says of what was written and answered: by a model, or to a person.

The rest of the story is in `timeline.py`.
"""

from collections import Counter

from bot.domain.question_events import QuestionAnswered
from bot.domain.summary import prompt_named
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized

_CITED = 6


def summarized(event: Summarized) -> str:
    """Return how its claims fared, and whose words stand below."""
    named = prompt_named(event.prompt, event.version, event.digest)
    kept = f"{event.kept} of {event.asked} claims kept{_dropped(event.dropped)}"
    return f"{event.model} was asked ({named}): {kept}{event.end}"


def answered(event: QuestionAnswered) -> str:
    """Say that somebody asked, and on what the answer rests."""
    where = "" if event.aloud else ", for their eyes only"
    asked = f"<@{event.by}> asked{where}; "
    if event.how == "person":
        return f"{asked}told how a person does it:"
    if not event.known:
        return f"{asked}not known:"
    more = len(event.cites) - _CITED
    cited = ", ".join(event.cites[:_CITED]) + (f" and {more} more" if more > 0 else "")
    return f"{asked}answered from {cited or 'the whole record'}{_by(event)}:"


def question(event: QuestionAnswered) -> Untrusted | None:
    """Return what was asked and answered; None where both were erased."""
    both = (event.question, event.answer)
    texts = [one.for_redaction() for one in both if one is not None]
    return Untrusted(" → ".join(texts)) if texts else None


def _by(event: QuestionAnswered) -> str:
    if not event.model:
        return ""
    named = prompt_named(event.prompt, event.version, event.digest)
    return f" by {event.model} ({named}{_dropped(event.dropped)}), check evidence"


def _dropped(why: tuple[str, ...]) -> str:
    reasons = ", ".join(f"{n} {one}" for one, n in sorted(Counter(why).items()))
    return f"; dropped: {reasons}" if reasons else ""
