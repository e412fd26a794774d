"""What people may do with an incident, and the words when they may not.

Pure. What alerts and timers cause is decided in `decisions.py`.
"""

from datetime import datetime, timedelta
from typing import assert_never

from bot.domain import judging, snoozing
from bot.domain.commands import (
    Acknowledge,
    Assign,
    FinishStep,
    JudgeSuggestion,
    JudgeText,
    Move,
    Note,
    Person,
    PersonCommand,
    PersonKind,
    Reopen,
    ReopenStep,
    Rerank,
    Resolve,
    Snooze,
    StartChecklist,
    TakeStep,
    Wake,
)
from bot.domain.errors import BadRequest, NotAllowed, NotFound, OutOfTurn
from bot.domain.events import (
    Acknowledged,
    Event,
    Noted,
    Phase,
    PhaseChanged,
    Reopened,
    Resolved,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.incident import Incident
from bot.domain.severity import Severity
from bot.domain.stepping import decide_step

DRILL_OVER = "drill_over"
"""How an incident of a drill ends that people left open."""

OUTCOMES = ("fixed", "cleared", "false_alarm", "duplicate")
# How long a person has to acknowledge before the channel is reminded, by severity.
ACK_WITHIN = {
    Severity.SEV1: timedelta(minutes=5),
    Severity.SEV2: timedelta(minutes=10),
    Severity.SEV3: timedelta(minutes=30),
    Severity.SEV4: timedelta(hours=4),
}
_WHY_NOT = {
    PersonKind.GUEST: "guests may read but not change an incident",
    PersonKind.EXTERNAL: "people from another organization may not change it",
    PersonKind.BOT: "bots may not change it",
    PersonKind.DEACTIVATED: "the account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who is asking",
}


def decide_for_person(
    incident: Incident, command: PersonCommand, *, now: datetime
) -> tuple[Event, ...]:
    """Answer what a person asked; the contract is that of `decide`."""
    if not incident.exists:
        raise NotFound(
            "Nothing was changed",
            because="there is no such incident",
            next_move="See the open ones with `/incident list`.",
        )
    only_members(command.by)
    match command:
        case Reopen():
            return _reopen(incident, command)
        case Note():
            return (
                Noted(by=command.by.id, message=command.message, text=command.text),
            )
        case JudgeText():
            return judging.judge_text(incident, command)
        case _:
            return _while_open(incident, command, now=now)


def _while_open(  # noqa: C901 - one case per command, so that mypy finds a gap
    incident: Incident, command: PersonCommand, *, now: datetime
) -> tuple[Event, ...]:
    if not incident.is_open:
        raise OutOfTurn(
            "Nothing was changed",
            because="the incident is already resolved",
            next_move="Open it again with `/incident reopen` if it is not over.",
        )
    match command:
        case Acknowledge():
            return _acknowledge(incident, command)
        case Assign():
            return _assign(incident, command)
        case Move():
            return _move(incident, command)
        case Rerank():
            return _rerank(incident, command)
        case TakeStep() | FinishStep() | ReopenStep() | StartChecklist():
            return decide_step(incident, command)
        case Resolve():
            return _resolve(command)
        case Snooze():
            return snoozing.snooze(command, now=now)
        case Wake():
            return snoozing.wake(incident, command)
        case JudgeSuggestion():
            return judging.judge_suggestion(incident, command)
        case Note() | Reopen() | JudgeText():
            return ()
        case _:
            assert_never(command)


def _acknowledge(incident: Incident, command: Acknowledge) -> tuple[Event, ...]:
    by = command.by.id
    if incident.acked_by == by:
        return ()
    if incident.acked_by:
        raise OutOfTurn(
            "The incident was not acknowledged again",
            because=f"<@{incident.acked_by}> has acknowledged it",
            next_move="Take a role with `/incident role` if you want to help.",
        )
    started = PhaseChanged(was=incident.phase, phase=Phase.INVESTIGATING, by=by)
    moved = (started,) if incident.phase is Phase.TRIAGE else ()
    return (Acknowledged(by=by), *moved)


def _assign(incident: Incident, command: Assign) -> tuple[Event, ...]:
    if command.to.kind is not PersonKind.MEMBER:
        raise NotAllowed(
            f"<@{command.to.id}> did not become {command.role}",
            because="only a full member of this workspace can have a role",
            next_move="Name a colleague from this workspace.",
        )
    if incident.roles.get(command.role) == command.to.id:
        return ()
    return (RoleAssigned(role=command.role, to=command.to.id, by=command.by.id),)


def _move(incident: Incident, command: Move) -> tuple[Event, ...]:
    if command.phase is Phase.RESOLVED:
        return _resolve(Resolve(by=command.by))
    if command.phase is incident.phase:
        return ()
    return (PhaseChanged(was=incident.phase, phase=command.phase, by=command.by.id),)


def _rerank(incident: Incident, command: Rerank) -> tuple[Event, ...]:
    if command.severity not in ACK_WITHIN:
        raise BadRequest(
            "The severity was left as it is",
            because=f"{command.severity} is not a severity of an open incident",
            next_move="Choose SEV1, SEV2, SEV3 or SEV4.",
        )
    if not command.reason:
        raise BadRequest(
            "The severity was left as it is",
            because="no reason was given",
            next_move="Say why in a few words; it goes to the timeline.",
        )
    if command.severity is incident.severity:
        return ()
    return (
        SeverityChanged(
            was=incident.severity,
            severity=command.severity,
            reasons=("person",),
            by=command.by.id,
            reason=command.reason,
        ),
    )


def _resolve(command: Resolve) -> tuple[Event, ...]:
    if command.outcome not in OUTCOMES:
        raise BadRequest(
            "The incident was not resolved",
            because="the outcome is not one of " + ", ".join(OUTCOMES),
            next_move="Choose one of them.",
        )
    return (
        Resolved(by=command.by.id, outcome=command.outcome, summary=command.summary),
    )


def _reopen(incident: Incident, command: Reopen) -> tuple[Event, ...]:
    if incident.is_open:
        return ()
    if incident.outcome == DRILL_OVER:
        raise OutOfTurn(
            "The incident was not opened again",
            because="the drill that it belongs to is over",
            next_move="Start another run with `/incident drill start`.",
        )
    if command.twin:
        raise OutOfTurn(
            "The incident was not opened again",
            because=f"{command.twin} is open for the same problem",
            next_move=f"Go on there: `/incident status {command.twin}`.",
        )
    return (Reopened(because="person", by=command.by.id),)


def only_members(person: Person) -> None:
    """Refuse everybody but full members of the workspace."""
    if person.kind is PersonKind.MEMBER:
        return
    raise NotAllowed(
        "Nothing was changed",
        because=_WHY_NOT[person.kind],
        next_move="Ask a full member of this workspace to do it.",
    )
