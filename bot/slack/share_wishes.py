"""What a person can ask about diagnostics and originals, as typed values. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.slack.requests import Submission
from bot.slack.wishes import known_incident, out_of_date

DIAGNOSTICS_BUTTON, ORIGINAL_BUTTON = "diag.open", "original.open"
ORIGINAL_FORM = "original.ask"
TEXT_BUTTON, TAKE_BACK_BUTTON = "share.open", "share.revoke"
TEXT_BUTTONS = (TEXT_BUTTON, TAKE_BACK_BUTTON)
TEXT_FORM = "share.text"
BUTTONS = (DIAGNOSTICS_BUTTON, ORIGINAL_BUTTON, *TEXT_BUTTONS)
_SHARE = re.compile(r"sh_[0-9A-HJKMNP-TV-Z]{26}")


class ShareVerb(StrEnum):
    """What can be asked; the names are what people type."""

    DIAGNOSTICS = "diagnostics"
    REVOKE = "revoke"
    ORIGINAL = "original"
    SHARE = "share"
    OPEN = "open"
    TAKE_BACK = "take back"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWish:
    """What a person wants.

    Attributes:
        incident: ``INC-0001``; "" for the newest open one of the channel.
        alert: Whose original is wanted; "" where none is named yet.
        reason: Why an original is wanted, as it was typed: not yet redacted.
        share: The sealed text that is meant; "" where none is yet.
        people: Whom a text is for.
    """

    verb: ShareVerb
    incident: str = ""
    alert: str = ""
    reason: str = ""
    share: str = ""
    people: tuple[str, ...] = ()


def of_click(action: str, carried: str) -> ShareWish:
    """Return what the button on a card asks for.

    Raises:
        BadRequest: It does not name an incident.
    """
    if action in TEXT_BUTTONS:
        incident, _, share = carried.partition("|")
        verb = ShareVerb.OPEN if action == TEXT_BUTTON else ShareVerb.TAKE_BACK
        return ShareWish(
            verb=verb, incident=known_incident(incident), share=_known_share(share)
        )
    incident = known_incident(carried)
    is_original = action == ORIGINAL_BUTTON
    verb = ShareVerb.ORIGINAL if is_original else ShareVerb.DIAGNOSTICS
    return ShareWish(verb=verb, incident=incident)


def of_text_form(sent: Submission) -> ShareWish:
    """Return what was kept of a form that sealed a text.

    Raises:
        BadRequest: It is not one of this version.
    """
    kept: Mapping[str, str] = sent.values
    return ShareWish(
        verb=ShareVerb.SHARE,
        incident=known_incident(sent.incident),
        share=_known_share(kept.get("share", "")),
        people=tuple(one for one in kept.get("people", "").split(",") if one),
    )


def _known_share(text: str) -> str:
    if not _SHARE.fullmatch(text):
        raise out_of_date()
    return text
