"""What the Slack room says of grouping: joined, flapping, snoozed. Pure."""

from collections.abc import Mapping
from typing import assert_never

from bot.domain.card import GroupedBy
from bot.domain.events import (
    AlertJoined,
)
from bot.domain.grouping import because_of
from bot.domain.grouping_events import (
    CategoryChanged,
    Correlated,
    Flapping,
    FlappingEnded,
    GroupingEvent,
    Snoozed,
    Woken,
)
from bot.slack.sentences import Foreign, Piece, When, Who

_THING = 80


def sentence(event: GroupingEvent, reasons: Mapping[str, str]) -> list[Piece]:
    """Return what to say about an event; nothing where the card says it all."""
    match event:
        case Correlated(rules=rules, raises=False):
            return correlated(rules, reasons)
        case Correlated() | CategoryChanged():
            return []  # the severity's line has the reason, the card the rest
        case Flapping():
            return flapping(event)
        case FlappingEnded():
            return calm(event)
        case Snoozed():
            return snoozed(event)
        case Woken():
            return woken(event)
        case _:
            assert_never(event)


def grouped(reasons: tuple[GroupedBy, ...]) -> list[Piece]:
    """Return why the alerts of a card are one incident."""
    row: list[Piece] = []
    for one in reasons:
        row.append("; " if row else ", grouped because ")
        row += _why(one)
    return row


def _why(one: GroupedBy) -> list[Piece]:
    why = because_of(one.because, one.named)
    return [f"{why} ", Foreign(one.thing, limit=_THING)] if one.named else [why]


def joined(event: AlertJoined) -> list[Piece]:
    """A further alert was counted to the incident."""
    why = because_of(event.because, event.named)
    start = f"A further alert from {event.source} joined because {why}"
    if not event.named:
        return [f"{start}."]
    return [f"{start} ", Foreign(event.thing, limit=_THING), "."]


def correlated(rules: tuple[str, ...], reasons: Mapping[str, str]) -> list[Piece]:
    """Alerts of several kinds mean something together."""
    found = "; ".join(reasons.get(one, one) for one in rules)
    return [f"{found[:1].upper()}{found[1:]}."]


def flapping(event: Flapping) -> list[Piece]:
    """A problem comes and goes; from now on it is only counted."""
    minutes = event.minutes
    return [
        f"Flapping: {event.turns} times in {minutes} min. {event.source} says it ",
        "comes and goes; it is only counted until it has stayed as it is for ",
        f"{minutes} min.",
    ]


def calm(event: FlappingEnded) -> list[Piece]:
    """A flapping problem has stayed as it is."""
    state = "it is still there" if event.firing else "it is over"
    return [f"The flapping ended after {event.turns} times: {state}."]


def snoozed(event: Snoozed) -> list[Piece]:
    """A person put the incident to rest."""
    start: list[Piece] = [Who(event.by), " snoozed this until ", When(event.until)]
    return [*start, ": ", Foreign(event.reason, limit=300)]


def woken(event: Woken) -> list[Piece]:
    """The incident is no longer at rest."""
    match event.because:
        case "worse":
            return ["Awake again: it got worse."]
        case "time":
            return ["Awake again: the time of its snooze is up."]
        case _:
            return [Who(event.by), " woke this."]
