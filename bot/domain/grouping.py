"""Which incident an alert belongs to, and why.

Pure: candidates come in, one answer with its reason goes out. A reader sees the
reason as "grouped because …". How much it says that two alerts name the same thing
is in `traces.py`; what several kinds of alert mean together, in `together.py`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from bot.domain.envelope import Alert, Entity, Envelope

# A problem that comes back this soon after the end is the same incident.
REOPEN_WINDOW = timedelta(minutes=30)
# Alerts about one system and category within this time are one incident.
GROUP_WINDOW = timedelta(minutes=10)
# Alerts that name the same telling thing within this time are one incident.
ENTITY_WINDOW = timedelta(minutes=60)

Because = Literal[
    "",
    "same_problem",
    "same_group",
    "same_entity",
    "same_system",
    "same_problem_again",
]
BECAUSE: dict[Because, str] = {
    "same_problem": "it is the same problem again",
    "same_group": "the source put it in the same group",
    "same_entity": "it names the same thing",
    "same_system": "it is about the same system and kind of problem",
    "same_problem_again": "the same problem came back soon after the end",
}


NAMED: dict[str, str] = {
    "key": "it names the same key",
    "principal": "it names the same identity",
    "agent": "it names the same agent",
    "endpoint": "it names the same endpoint",
    "guardrail": "it names the same guardrail",
    "model": "it names the same model in one account",
}
"""The reason `same_entity`, said of each kind of thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One thing that an alert and an incident both name.

    Attributes:
        weight: How much it says that both do; see `traces.py`.
    """

    entity: Entity
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What an alert and an incident have in common.

    Attributes:
        same_problem: The incident has the alert's problem already.
        same_group: It has an alert of the same group of the sender.
        same_kind: It has an alert of the same system and category.
        shared: The things that both name, common ones left out.
        first_at: When the earliest thing happened that its alerts tell of.
        last_at: When the latest did.
        resolved_at: When it ended; None while it is open.
    """

    incident: str
    same_problem: bool = False
    same_group: bool = False
    same_kind: bool = False
    shared: tuple[Shared, ...] = ()
    first_at: datetime
    last_at: datetime
    resolved_at: datetime | None = None

    @property
    def weight(self) -> int:
        """How much everything shared says together."""
        return sum(one.weight for one in self.shared)

    def is_near(self, at: datetime, window: timedelta) -> bool:
        """Tell whether a moment lies within `window` of what its alerts tell of."""
        return self.first_at - window <= at <= self.last_at + window


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an alert goes; `incident` is "" for a new one.

    Attributes:
        entity: The most telling thing that both name, where that decided.
    """

    incident: str
    because: Because = ""
    entity: Entity | None = None


def in_drill(alert: Alert, drill: str) -> Alert:
    """Return an alert as a drill's own: no problem is shared with anything else.

    Args:
        drill: Id of the drill; "" returns the alert as it is.
    """
    if not drill:
        return alert
    envelope = alert.envelope
    group = f"{drill}/{envelope.group_key}" if envelope.group_key else ""
    dedup = f"{drill}/{envelope.dedup_key}"
    return replace(alert, envelope=replace(envelope, dedup_key=dedup, group_key=group))


def dedup_digest(envelope: Envelope) -> str:
    """Return 32 hex digits that are equal for repeats of one problem."""
    return _digest(envelope.source, envelope.dedup_key)


def group_digest(envelope: Envelope) -> str:
    """Return 32 hex digits of the sender's own group; "" when it has none."""
    return _digest(envelope.source, envelope.group_key) if envelope.group_key else ""


def place(
    alert: Alert, candidates: Sequence[Candidate], *, now: datetime, enough: int
) -> Placement:
    """Choose the incident an alert belongs to.

    Windows are measured by when things happened, as far as the sender's clock is
    believable: what is told of two hours late belongs to what was then. Only the
    time in which an ended incident opens again is measured by our own clock.

    Args:
        alert: Redacted and assessed.
        candidates: Open incidents and those that ended, in any order.
        now: Aware UTC.
        enough: From which weight on shared things make one incident.
    """
    at = alert.detected_at
    newest_first = sorted(candidates, key=lambda one: number_of(one.incident))[::-1]
    still_open = [one for one in newest_first if one.resolved_at is None]
    near = [one for one in still_open if one.is_near(at, ENTITY_WINDOW)]
    telling = [one for one in near if one.weight >= enough]
    of_kind = [
        one
        for one in still_open
        if one.same_kind and alert.system and one.is_near(at, GROUP_WINDOW)
    ]
    rules: tuple[tuple[Because, list[Candidate]], ...] = (
        ("same_problem", [one for one in still_open if one.same_problem]),
        ("same_problem_again", _ended_lately(newest_first, now)),
        ("same_group", [one for one in still_open if one.same_group]),
        ("same_entity", sorted(telling, key=lambda one: -one.weight)),
        ("same_system", of_kind),
    )
    for because, fitting in rules:
        if fitting:
            return _placed(fitting[0], because)
    return Placement(incident="")


def because_of(code: str, named: str = "") -> str:
    """Return why an alert was grouped, as people say it.

    Args:
        named: Kind of the thing that both name, where that decided.
    """
    known: Mapping[Any, str] = BECAUSE
    said = known.get(code, code.replace("_", " "))
    return NAMED.get(named, said) if code == "same_entity" else said


def number_of(incident: str) -> int:
    """Return the number in an incident's id, 0 where there is none."""
    digits = incident.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def _placed(one: Candidate, because: Because) -> Placement:
    named = max(one.shared, key=lambda shared: shared.weight, default=None)
    entity = named.entity if named and because == "same_entity" else None
    return Placement(incident=one.incident, because=because, entity=entity)


def _ended_lately(candidates: list[Candidate], now: datetime) -> list[Candidate]:
    return [
        one
        for one in candidates
        if one.same_problem
        and one.resolved_at is not None
        and now - one.resolved_at <= REOPEN_WINDOW
    ]


# An alert's problem and group are asked for in several places.
@lru_cache(maxsize=1024)
def _digest(*parts: str) -> str:
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
