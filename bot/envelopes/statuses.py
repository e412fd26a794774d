"""What senders' words for the state of an alert mean.

One table for all sources; a source with words of its own brings its own table
(`bot/envelopes/mapping.py`).
"""

from collections.abc import Mapping

from bot.domain.envelope import Status

_RESOLVED = (
    "resolved resolve ok closed close recovered recovery fixed cleared clear normal"
    " up operational inactive completed restored solved healed good healthy"
)
_FIRING = (
    "firing alerting alarm triggered trigger open opened active activated problem"
    " critical down failing failed created create reopened reopen new pending"
)
_UPDATE = (
    "acknowledged acknowledge acked ack unacknowledged annotated assigned reassigned"
    " delegated escalated snoozed silenced suppressed commented noted"
    " priority_updated"
)
_WORDS: Mapping[str, Status] = {
    **dict.fromkeys(_RESOLVED.split(), Status.RESOLVED),
    **dict.fromkeys(_FIRING.split(), Status.FIRING),
    **dict.fromkeys(_UPDATE.split(), Status.UPDATE),
    "test": Status.TEST,
}
_LONGEST = 80


def status_of(text: str, words: Mapping[str, Status] | None = None) -> Status | None:
    """Return what a status text means, None when it says nothing we know.

    ``incident.resolved`` and ``ALERT_RECOVERY`` are read by their last part.

    Args:
        text: As the sender wrote it.
        words: The source's own words in lower case; they count before ours.
    """
    if len(text) > _LONGEST:
        return None
    whole = text.strip().casefold().replace(" ", "_").replace("-", "_")
    last = whole.replace(":", ".").rsplit(".", 1)[-1]
    own = words or {}
    for word in (whole, last, last.rsplit("_", 1)[-1]):
        if (known := own.get(word) or _WORDS.get(word)) is not None:
            return known
    return None
