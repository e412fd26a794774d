"""Who asks: what Slack says about a person, as ids and a kind.

Whether that is enough for what they ask is decided where it is asked.
"""

from dataclasses import dataclass
from enum import StrEnum


class PersonKind(StrEnum):
    """What Slack says about a person. Only members change incidents."""

    MEMBER = "member"
    GUEST = "guest"
    EXTERNAL = "external"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks: ids only, never a name that its owner can edit."""

    id: str
    team: str
    kind: PersonKind
