"""What the record says about a drill: moments of its incidents and plans.

Nothing is kept for it: every look reads the streams of what the drill opened. What
the moments mean is in `bot/domain/drill_expect.py`.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.action import fold
from bot.domain.action_effects import ActionClaimed, ActionVerified
from bot.domain.action_events import ActionApproved, ActionPublished
from bot.domain.checklist_events import StepFinished, StepTaken
from bot.domain.codec import decode, decode_action
from bot.domain.drill_expect import Moment, Seen
from bot.domain.drill_state import DrillState
from bot.domain.events import (
    Acknowledged,
    Event,
    IncidentOpened,
    Noted,
    Resolved,
    Role,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.severity import Severity
from bot.ports import Transaction
from bot.readmodels import board
from bot.readmodels.timeline import ACTION_STREAM, INCIDENT_STREAM

_TOCSIN = "tocsin"


def incidents(tx: Transaction, state: DrillState) -> dict[str, tuple[str, ...]]:
    """Return the incidents each told alert went to, by the inject's number."""
    found = {}
    for n, told in state.told.items():
        item = tx.inbox.find(told.alert) if told.alert else None
        placed = (item.outcome.get("alerts") or {}).values() if item else ()
        names = [str(one).partition(" ")[2] for one in placed]
        found[n] = tuple(dict.fromkeys(name for name in names if name))
    return found


def opened(tx: Transaction, state: DrillState) -> tuple[str, ...]:
    """Return every incident of a drill, in the order in which they came."""
    found = [one for names in incidents(tx, state).values() for one in names]
    return tuple(dict.fromkeys(found))


def look(tx: Transaction, state: DrillState) -> Seen:
    """Return everything the record says about a drill so far."""
    placed = incidents(tx, state)
    names = tuple(dict.fromkeys(one for found in placed.values() for one in found))
    moments: list[Moment] = []
    severities: dict[str, tuple[tuple[datetime, Severity], ...]] = {}
    for incident in names:
        moments += _of_incident(tx, incident)
        moments += _of_plans(tx, incident)
        severities[incident] = tuple(_severities(tx, incident))
    return Seen(
        moments=tuple(sorted(moments, key=lambda one: one.at)),
        incident_of={n: found[0] for n, found in placed.items() if found},
        severities=severities,
        open=sum(board.load(tx, one)[0].is_open for one in names),
    )


def _of_incident(tx: Transaction, incident: str) -> Iterator[Moment]:
    for entry in tx.log.load(INCIDENT_STREAM + incident):
        event = decode(entry.kind, entry.body, entry.words)
        if what := _moment(event):
            yield Moment(what=what, at=entry.at, incident=incident, by=entry.actor)


def _moment(event: Event) -> str:
    match event:
        case IncidentOpened():
            return "open_incident"
        case Acknowledged():
            return "ack"
        case RoleAssigned(role=Role.COMMANDER):
            return "commander_named"
        case StepTaken():
            return "step_taken"
        case StepFinished():
            return "step_done"
        case Noted():
            return "note_added"
        case Resolved(by=by) if by != _TOCSIN:
            return "resolved"
        case _:
            return ""


def _of_plans(tx: Transaction, incident: str) -> Iterator[Moment]:
    rows = tx.tables.execute("SELECT id FROM plan WHERE incident = ?", (incident,))
    for row in rows:
        entries = tx.log.load(ACTION_STREAM + row["id"])
        events = [decode_action(e.kind, e.body, e.words) for e in entries]
        asker = fold(events).plan.requester
        for event in events:
            match event:
                case ActionPublished(at=at):
                    what, by = "plan_proposed", asker
                case ActionApproved(by=person, at=at) if person != asker:
                    what, by = "approval_by_second_person", person
                case ActionClaimed(evidence=digest, at=at) if digest:
                    what, by = "snapshot_before_change", _TOCSIN
                case ActionVerified(at=at):
                    what, by = "plan_verified", _TOCSIN
                case _:
                    continue
            yield Moment(what=what, at=at, incident=incident, by=by, plan=row["id"])


def _severities(tx: Transaction, incident: str) -> Iterator[tuple[datetime, Severity]]:
    for entry in tx.log.load(INCIDENT_STREAM + incident):
        event = decode(entry.kind, entry.body, entry.words)
        if isinstance(event, IncidentOpened | SeverityChanged):
            yield entry.at, event.severity
