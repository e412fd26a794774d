"""What can have happened to freezes. Stored for ever; see `events.py`.

All of them are in one stream, so that one look tells what is frozen.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeSet:
    """Nothing new may be changed until an instant: somebody said so at once.

    Attributes:
        freeze: ``FZ-0001`` and up.
        until: The first instant at which it is over, UTC.
        by: Slack id, or ``admin`` for the admin token.
        item: Inbox item that asked for it, "" for none; it is set once.
    """

    name: ClassVar = "freeze.set.v1"

    freeze: str
    until: datetime
    by: str
    item: str
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeBegan:
    """A freeze that the site planned is on from now.

    Attributes:
        freeze: Its id in the site's calendar.
        until: When it is over, if nobody lifts it, UTC.
        owner: Who answers for it.
    """

    name: ClassVar = "freeze.began.v1"

    freeze: str
    until: datetime
    owner: str
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeEnded:
    """A freeze is not on any more: its time was up, or the site planned otherwise."""

    name: ClassVar = "freeze.ended.v1"

    freeze: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeLifted:
    """Somebody ended a freeze before its time.

    Attributes:
        freeze: ``FZ-0001``, or the id of a planned one.
        until: When it would have been over, UTC. A planned one is lifted up to here
            and is on again the next time.
        by: Slack id, or ``admin`` for the admin token.
    """

    name: ClassVar = "freeze.lifted.v1"

    freeze: str
    until: datetime
    by: str
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeRefused:
    """Somebody wanted to set or lift a freeze and was told no.

    Attributes:
        command: ``freeze`` or ``thaw``.
        code: Of the refusal, e.g. ``refused.not_allowed``.
    """

    name: ClassVar = "freeze.refused.v1"

    command: str
    code: str
    by: str


FreezeEvent = FreezeSet | FreezeBegan | FreezeEnded | FreezeLifted | FreezeRefused
