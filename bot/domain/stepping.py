"""How the steps of a runbook move in an incident, and the words when they may not.

Pure. That only members may, and only while the incident is open, is asked before.
"""

from bot.domain.checklist import (
    DONE,
    FINISHED,
    SKIPPED,
    TAKEN,
    Edition,
    open_evidence,
)
from bot.domain.checklist_events import (
    ChecklistEvent,
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.errors import BadRequest, NotFound, OutOfTurn
from bot.domain.incident import Incident
from bot.domain.step_commands import (
    FinishStep,
    ReopenStep,
    StartChecklist,
    StepCommand,
    TakeStep,
)

Events = tuple[ChecklistEvent, ...]


def decide_step(incident: Incident, command: StepCommand) -> Events:
    """Answer what a person asked about a step; the contract is that of `decide`."""
    match command:
        case StartChecklist():
            return _start(incident, command)
        case TakeStep():
            return _take(incident, command)
        case FinishStep():
            return _finish(incident, command)
        case ReopenStep():
            return _reopen(incident, command)


def _start(incident: Incident, command: StartChecklist) -> Events:
    if command.edition is None:
        raise NotFound(
            "No checklist was started",
            because="no runbook is followed or suggested in this incident",
            next_move="Name one: `/incident steps RB-07`.",
        )
    return _begun(incident, command.edition, by=command.by.id)


def _begun(incident: Incident, edition: Edition | None, *, by: str) -> Events:
    """Return the start of a checklist that has not been started."""
    if edition is None or edition.runbook in incident.checklists:
        return ()
    return (
        ChecklistStarted(
            runbook=edition.runbook,
            version=edition.version,
            digest=edition.digest,
            steps=len(edition.steps),
            by=by,
        ),
    )


def _take(incident: Incident, command: TakeStep) -> Events:
    _must_exist(command, "taken")
    step = incident.steps.get((command.runbook, command.step))
    if step is None:
        taken = StepTaken(
            runbook=command.runbook,
            step=command.step,
            by=command.by.id,
            open_evidence=_evidence(incident, command),
        )
        return (*_begun(incident, command.edition, by=command.by.id), taken)
    if step.state == TAKEN and step.by == command.by.id:
        return ()
    raise OutOfTurn(
        f"Step {command.step} of {command.runbook} was not taken",
        because=f"<@{step.by}> has it, it is {step.state}",
        next_move="Look at the card for the next step.",
    )


def _finish(incident: Incident, command: FinishStep) -> Events:
    outcome = SKIPPED if command.skipped else DONE
    _must_exist(command, f"marked as {outcome}")
    step = incident.steps.get((command.runbook, command.step))
    if step is not None and step.state in FINISHED:
        if step.state == outcome and step.by == command.by.id:
            return ()
        if not (step.state == SKIPPED and outcome == DONE):
            raise _was_first(command, outcome, by=step.by, state=step.state)
    if command.skipped and not command.reason:
        raise BadRequest(
            f"Step {command.step} of {command.runbook} was not skipped",
            because="no reason was given",
            next_move="Say why in a few words; it goes to the timeline.",
        )
    evidence = _evidence(incident, command) if outcome == DONE and not step else ()
    finished = StepFinished(
        runbook=command.runbook,
        step=command.step,
        outcome=outcome,
        by=command.by.id,
        open_evidence=evidence,
        reason=command.reason,
    )
    return (*_begun(incident, command.edition, by=command.by.id), finished)


def _was_first(command: FinishStep, outcome: str, *, by: str, state: str) -> OutOfTurn:
    undo = f"`/incident step undo {command.runbook} {command.step}`"
    return OutOfTurn(
        f"Step {command.step} of {command.runbook} was not marked as {outcome}",
        because=f"<@{by}> marked it as {state}",
        next_move=f"If that is a mistake, take it back first: {undo}.",
    )


def _reopen(incident: Incident, command: ReopenStep) -> Events:
    _must_exist(command, "taken back")
    step = incident.steps.get((command.runbook, command.step))
    what = f"Step {command.step} of {command.runbook} was left as it is"
    if step is None:
        raise OutOfTurn(
            what,
            because="nobody has taken or marked it",
            next_move="Look at the checklist for how it stands.",
        )
    if command.was not in ("", step.state):
        raise OutOfTurn(
            what,
            because=f"it is {step.state} by <@{step.by}> now",
            next_move="Look at the checklist for how it stands.",
        )
    return (
        StepReopened(
            runbook=command.runbook,
            step=command.step,
            was=step.state,
            whose=step.by,
            by=command.by.id,
            reason=command.reason,
        ),
    )


def _must_exist(command: TakeStep | FinishStep | ReopenStep, what: str) -> None:
    """Refuse a number that the edition does not have."""
    edition = command.edition
    if edition is None or edition.step(command.step) is not None:
        return
    raise NotFound(
        f"Step {command.step} of {command.runbook} was not {what}",
        because=f"{command.runbook} has {len(edition.steps)} steps",
        next_move="Look at the checklist for their numbers.",
    )


def _evidence(incident: Incident, command: TakeStep | FinishStep) -> tuple[int, ...]:
    if command.edition is None:
        return ()
    finished = {
        number
        for (runbook, number), step in incident.steps.items()
        if runbook == command.runbook and step.state in FINISHED
    }
    return open_evidence(command.edition, command.step, finished)
