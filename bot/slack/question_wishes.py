"""What people ask in words, as typed values: a mention, or `/incident ask`. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BOT = re.compile(r"<@[UW][A-Z0-9]{2,30}(?:\|[^<>]*)?>[\s,:]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWish:
    """A question.

    Attributes:
        incident: ``INC-0001``; "" for the one that the place means.
        text: As it was typed, without the bot's name: not yet redacted.
    """

    incident: str
    text: str


def is_by_a_bot(event: Mapping[str, Any]) -> bool:
    """Tell whether a message was written by a program: it is never answered.

    Two bots that answer each other do not end.
    """
    return bool(
        event.get("bot_id")
        or event.get("bot_profile")
        or event.get("subtype") == "bot_message"
        or not event.get("user")
    )


def without_bot(text: str) -> str:
    """Return what was said to the bot: the first mention goes, which called it."""
    return _BOT.sub("", text, count=1).strip()
