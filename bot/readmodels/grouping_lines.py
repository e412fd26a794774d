"""What grouping and quiet say in an incident's timeline, without foreign words."""

from typing import assert_never

from bot.domain.events import AlertJoined
from bot.domain.grouping import because_of
from bot.domain.grouping_events import (
    CategoryChanged,
    Correlated,
    Flapping,
    FlappingEnded,
    Woken,
)

GroupingEvent = AlertJoined | Correlated | CategoryChanged | Flapping | FlappingEnded


def sentence(event: GroupingEvent) -> str:
    """Say why alerts are one incident, and how they come and go."""
    match event:
        case AlertJoined(source=source, because=because, named=named):
            why = because_of(because, named) + (":" if named else ".")
            return f"A further alert from {source} joined: {why}"
        case Correlated(rules=rules, categories=categories):
            kinds = ", ".join(map(_said, categories))
            return f"Correlated events: {kinds} ({', '.join(rules)})."
        case CategoryChanged(was=was, category=category, rule=rule):
            return f"Category {was} → {category} by the rules ({rule})."
        case Flapping(source=source, turns=turns, minutes=minutes):
            return f"A problem of {source} is flapping: {turns} times in {minutes} min."
        case FlappingEnded():
            return _calm(event)
        case _:
            assert_never(event)


def woken(event: Woken) -> str:
    """Say why an incident is no longer at rest."""
    match event.because:
        case "worse":
            return "Awake again: it got worse."
        case "time":
            return "Awake again: its time is up."
        case _:
            return f"<@{event.by}> woke it."


def _calm(event: FlappingEnded) -> str:
    state = "is still there" if event.firing else "is over"
    return f"The flapping ended after {event.turns} times: the problem {state}."


def _said(code: str) -> str:
    return code.replace("_", " ")
