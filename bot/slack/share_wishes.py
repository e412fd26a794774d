"""What a person can ask about diagnostics, as typed values. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from bot.slack.wishes import known_incident

DIAGNOSTICS_BUTTON = "diag.open"


class ShareVerb(StrEnum):
    """What can be asked; the names are what people type."""

    DIAGNOSTICS = "diagnostics"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWish:
    """What a person wants.

    Attributes:
        incident: ``INC-0001``; "" for the newest open one of the channel.
    """

    verb: ShareVerb
    incident: str = ""


def of_click(carried: str) -> ShareWish:
    """Return what the button on a card asks for.

    Raises:
        BadRequest: It does not name an incident.
    """
    incident = known_incident(carried)
    return ShareWish(verb=ShareVerb.DIAGNOSTICS, incident=incident)
