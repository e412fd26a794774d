"""What is said in the thread when a promised update did not come. Pure.

Updates and handovers are messages of their own (`writing_voice.py`).
"""

from bot.domain.telling_events import TellingEvent, UpdateLate
from bot.slack.sentences import Code, Piece, When, Who

_MINUTE_S = 60


def sentence(incident: str, event: TellingEvent) -> list[Piece]:
    """Return what to say about an event; nothing where a message says it already."""
    if not isinstance(event, UpdateLate):
        return []
    said: list[Piece] = [
        f"The next status update of {incident} was promised by ",
        When(event.due_at),
        ", by ",
        Who(event.by),
        ". Post it, or say when it comes: ",
        Code(f"/incident update {incident}"),
    ]
    if event.late_s < _MINUTE_S:
        return said
    return [*said, f". This reminder comes {event.late_s // _MINUTE_S} min late."]
