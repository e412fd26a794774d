"""What a drill expects of people, as far as the record can tell.

    ack<=5m   severity>=SEV2   plan_proposed<=20m   linked_to_same_incident

An expectation that names none of `MOMENTS` is kept for a person to judge: the
machine never guesses what was said in a room.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.severity import Severity

MOMENTS: Mapping[str, str] = {
    "open_incident": "an incident is opened",
    "linked_to_same_incident": "the alert joins the incident that is open",
    "severity": "the severity is at least the one named",
    "ack": "somebody acknowledges",
    "commander_named": "somebody is incident commander",
    "step_taken": "somebody takes a runbook step",
    "step_done": "a runbook step is done",
    "note_added": "somebody writes to the timeline",
    "plan_proposed": "an action is proposed",
    "approval_by_second_person": "somebody else than the asker agrees to a plan",
    "snapshot_before_change": "evidence is saved before a plan runs",
    "plan_verified": "a plan ran and was verified",
    "resolved": "the first incident of the drill is resolved by a person",
}
"""What the record can tell, and what it means."""

# Must come after the inject was told; everything else may stand already.
_FRESH = frozenset({"note_added", "step_taken"})
_FORM = re.compile(r"([a-z0-9][a-z0-9_-]{0,59})(?:(<=|>=)([A-Za-z0-9]{1,8}))?")
_WITHIN = re.compile(r"([1-9][0-9]{0,3})(m|h)")
_SECONDS = {"m": 60, "h": 3600}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation of one inject.

    Attributes:
        text: As written.
        moment: Key of `MOMENTS`; "" where only a person can judge.
        within_s: Scenario seconds from the inject on; None for until the end.
        severity: The least severity, for ``severity``.
    """

    text: str
    moment: str = ""
    within_s: int | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened in a drill, as the log has it.

    Attributes:
        what: Key of `MOMENTS`.
        by: Slack id, ``tocsin`` or ``source:<name>``.
        plan: Plan it is about, "" for none.
    """

    what: str
    at: datetime
    incident: str
    by: str
    plan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything the record says about a drill so far.

    Attributes:
        moments: In the log's order.
        incident_of: Number of an inject → the incident its alert went to.
        severities: Incident → its severity, and since when it is that severe.
        open: How many incidents of the drill are open.
    """

    moments: tuple[Moment, ...] = ()
    incident_of: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[str, tuple[tuple[datetime, Severity], ...]] = field(
        default_factory=dict
    )
    open: int = 0

    @property
    def first(self) -> str:
        """The incident that the first alert went to, "" while there is none."""
        return next(iter(self.incident_of.values()), "")


def expectation(text: str) -> Expectation | None:
    """Read one expectation; None where it is not of the form."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    name, sign, figure = found.groups()
    if name not in MOMENTS:
        return Expectation(text=text)
    if name == "severity":
        is_known = sign == ">=" and figure in tuple(Severity)
        least = Severity(figure) if is_known else None
        return Expectation(text=text, moment=name, severity=least) if least else None
    if sign is None:
        return Expectation(text=text, moment=name)
    within = _WITHIN.fullmatch(figure)
    if sign != "<=" or within is None:
        return None
    seconds = int(within[1]) * _SECONDS[within[2]]
    return Expectation(text=text, moment=name, within_s=seconds)


def met_at(
    wanted: Expectation, seen: Seen, *, inject: str, told_at: datetime
) -> datetime | None:
    """Return when an expectation was met; None while it is not.

    Args:
        inject: Number of the inject that expects it.
        told_at: When that inject was told.
    """
    match wanted.moment:
        case "open_incident":
            return _first(seen, wanted.moment, among={seen.incident_of.get(inject)})
        case "resolved":
            return _first(seen, wanted.moment, among={seen.first})
        case "linked_to_same_incident":
            return told_at if _is_linked(seen, inject) else None
        case "severity":
            return _severe(wanted, seen, inject)
        case what:
            fresh = told_at if what in _FRESH else None
            return _first(seen, what, since=fresh)


def _first(
    seen: Seen,
    what: str,
    *,
    since: datetime | None = None,
    among: set[str | None] | None = None,
) -> datetime | None:
    for moment in seen.moments:
        early = since is not None and moment.at < since
        elsewhere = among is not None and moment.incident not in among
        if moment.what == what and not early and not elsewhere:
            return moment.at
    return None


def _is_linked(seen: Seen, inject: str) -> bool:
    """Tell whether an alert went where the first alert of the drill went."""
    mine = seen.incident_of.get(inject, "")
    others = [one for n, one in seen.incident_of.items() if n != inject and one]
    return mine != "" and mine in others


def _severe(wanted: Expectation, seen: Seen, inject: str) -> datetime | None:
    incident = seen.incident_of.get(inject, "")
    least = wanted.severity
    for at, severity in seen.severities.get(incident, ()):
        if least is not None and not least.is_worse_than(severity):
            return at
    return None
