"""What a channel is told about freezes and the kill switch. Pure: words out."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from bot.domain.freeze_events import (
    FreezeBegan,
    FreezeEnded,
    FreezeEvent,
    FreezeLifted,
    FreezeRefused,
    FreezeSet,
)
from bot.domain.untrusted import Untrusted
from bot.ports import Post
from bot.slack import rich
from bot.slack.plan_people import who
from bot.slack.sentences import Code, Foreign, Piece, Strong, When, spoken

_REASON_MAX = 300
Told = FreezeSet | FreezeBegan | FreezeEnded | FreezeLifted


def told(event: FreezeEvent, *, channel: str) -> Post | None:
    """Return the message about a freeze; None where there is nothing to tell."""
    if isinstance(event, FreezeRefused):
        return None
    row = _row(event)
    until = f"{event.until:%Y%m%dT%H%M}"
    return Post(
        key=f"freeze/{event.freeze}/{until}/{event.name}",
        channel=channel,
        text=spoken(row),
        blocks=rich.within_budget([rich.rich_text("freeze", rich.section(row))]),
    )


def switched(channel: str) -> Callable[[bool, str, datetime], Post]:
    """Return what makes the message that everything was stopped, or goes on."""

    def made(stop: bool, by: str, at: datetime) -> Post:  # noqa: FBT001 - a callback
        row = stopped(by, at) if stop else _released(by)
        return Post(
            key=f"switch/{at:%Y%m%dT%H%M%S.%f}",
            channel=channel,
            text=spoken(row),
            blocks=rich.within_budget([rich.rich_text("switch", rich.section(row))]),
        )

    return made


def stopped(by: str, since: datetime) -> list[Piece]:
    """Return that everything is stopped, by whom, and how it goes on."""
    return [
        *(Strong("Everything is stopped"), " by ", who(by), " since ", When(since)),
        ". No plan is proposed, agreed to or begun. An approver ",
        *("takes that back with ", Code("/incident release"), "."),
    ]


def _released(by: str) -> list[Piece]:
    row: list[Piece] = [Strong("No longer stopped"), ": ", who(by)]
    return [*row, " took it back. What was stopped stays so; propose it again."]


def _row(event: Told) -> list[Piece]:
    match event:
        case FreezeSet():
            by: Piece = who(event.by)
        case FreezeBegan():
            by = event.owner
        case FreezeEnded():
            return [Strong("No longer frozen"), f": {event.freeze} is over."]
        case FreezeLifted():
            lifted: list[Piece] = [Strong("No longer frozen"), f": {event.freeze} was "]
            return [*lifted, "lifted by ", who(event.by), *_why(event.reason)]
        case _:
            assert_never(event)
    return [
        *(Strong("Changes are frozen"), " until ", When(event.until, counts=True)),
        *(" by ", by, *_why(event.reason), f" {event.freeze}; what already runs "),
        *("goes on. An approver lifts it with ", Code("/incident unfreeze"), "."),
    ]


def _why(reason: Untrusted | None) -> list[Piece]:
    return [": ", Foreign(reason, limit=_REASON_MAX), "."] if reason else ["."]
