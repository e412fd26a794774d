"""What others were told and promised of an incident, folded from its events. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.domain.telling_events import (
    Drafted,
    HandedOver,
    TellingEvent,
    UpdateLate,
    UpdatePosted,
)
from bot.domain.untrusted import Untrusted

NOT_KNOWN = Untrusted("Not known yet.")
"""How a draft says that nobody has said who is hurt; posted so, it says no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How far telling others is.

    Attributes:
        update_due_at: By when the next status update is promised; None for never.
        update_by: Who promised it.
        handed_to: Who was handed the incident and has not taken it yet.
        impact: Who or what is hurt, as the newest status update says.
    """

    update_due_at: datetime | None = None
    update_by: str = ""
    handed_to: str = ""
    impact: Untrusted | None = None


def told(telling: Telling, event: TellingEvent) -> Telling:
    """Return what stands after an event. Never refuses: it happened."""
    match event:
        case UpdatePosted(by=by, next_at=next_at, promises=promises):
            return replace(
                telling,
                update_due_at=next_at if promises else None,
                update_by=by if promises else "",
                impact=says_impact(event) or telling.impact,
            )
        case UpdateLate():
            return replace(telling, update_due_at=None, update_by="")
        case HandedOver(to=to):
            return replace(telling, handed_to=to)
        case Drafted():
            return telling
        case _:
            assert_never(event)


def says_impact(event: UpdatePosted) -> Untrusted | None:
    """Return who or what is hurt, as an update says; None where it does not."""
    return None if event.impact == NOT_KNOWN else event.impact


def has_commander(telling: Telling) -> Telling:
    """Return what stands once somebody is the commander: nothing waits to be taken."""
    return replace(telling, handed_to="") if telling.handed_to else telling
