"""What a person can ask about diagnostics and originals, as typed values. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from bot.slack.wishes import known_incident

DIAGNOSTICS_BUTTON, ORIGINAL_BUTTON = "diag.open", "original.open"
ORIGINAL_FORM = "original.ask"
BUTTONS = (DIAGNOSTICS_BUTTON, ORIGINAL_BUTTON)


class ShareVerb(StrEnum):
    """What can be asked; the names are what people type."""

    DIAGNOSTICS = "diagnostics"
    REVOKE = "revoke"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWish:
    """What a person wants.

    Attributes:
        incident: ``INC-0001``; "" for the newest open one of the channel.
        alert: Whose original is wanted; "" where none is named yet.
        reason: Why an original is wanted, as it was typed: not yet redacted.
    """

    verb: ShareVerb
    incident: str = ""
    alert: str = ""
    reason: str = ""


def of_click(action: str, carried: str) -> ShareWish:
    """Return what the button on a card asks for.

    Raises:
        BadRequest: It does not name an incident.
    """
    incident = known_incident(carried)
    is_original = action == ORIGINAL_BUTTON
    verb = ShareVerb.ORIGINAL if is_original else ShareVerb.DIAGNOSTICS
    return ShareWish(verb=verb, incident=incident)
