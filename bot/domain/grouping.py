"""Which incident an alert belongs to, and why.

Pure: candidates come in, one answer with its reason goes out. A reader sees the
reason as "grouped because …".
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.domain.envelope import Alert, Envelope

# A problem that comes back this soon after the end is the same incident.
REOPEN_WINDOW = timedelta(minutes=30)
# Alerts about one system and category within this time are one incident.
GROUP_WINDOW = timedelta(minutes=10)

Because = Literal["", "same_problem", "same_group", "same_system", "same_problem_again"]
BECAUSE: dict[Because, str] = {
    "same_problem": "it is the same problem again",
    "same_group": "the source put it in the same group",
    "same_system": "it is about the same system and kind of problem",
    "same_problem_again": "the same problem came back soon after the end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What grouping needs to know of an incident.

    Attributes:
        dedups: Digests of all problems counted to it.
        groups: Digests of the sender's own groups it has alerts of.
        last_alert_at: When its last alert came in.
        resolved_at: When it ended; None while it is open.
    """

    incident: str
    dedups: frozenset[str]
    groups: frozenset[str]
    category: str
    system: str
    last_alert_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an alert goes; `incident` is "" for a new one."""

    incident: str
    because: Because = ""


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


def place(alert: Alert, candidates: Sequence[Candidate], *, now: datetime) -> Placement:
    """Choose the incident an alert belongs to.

    Args:
        alert: Redacted and assessed.
        candidates: Open incidents and those resolved within `REOPEN_WINDOW`.
        now: Aware UTC.
    """
    dedup, group = dedup_digest(alert.envelope), group_digest(alert.envelope)
    newest_first = sorted(candidates, key=lambda one: one.incident, reverse=True)
    still_open = [one for one in newest_first if one.resolved_at is None]
    ended = [one for one in newest_first if _ended_lately(one, now)]
    rules: tuple[tuple[Because, list[Candidate], Callable[[Candidate], bool]], ...] = (
        ("same_problem", still_open, lambda one: dedup in one.dedups),
        ("same_problem_again", ended, lambda one: dedup in one.dedups),
        ("same_group", still_open, lambda one: group != "" and group in one.groups),
        ("same_system", still_open, lambda one: _same_system(alert, one, now)),
    )
    for because, among, fits in rules:
        for one in among:
            if fits(one):
                return Placement(incident=one.incident, because=because)
    return Placement(incident="")


def _ended_lately(one: Candidate, now: datetime) -> bool:
    return one.resolved_at is not None and now - one.resolved_at <= REOPEN_WINDOW


def _same_system(alert: Alert, one: Candidate, now: datetime) -> bool:
    return (
        alert.system != ""
        and now - one.last_alert_at <= GROUP_WINDOW
        and alert.system == one.system
        and alert.assessment.category == one.category
    )


def _digest(*parts: str) -> str:
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
