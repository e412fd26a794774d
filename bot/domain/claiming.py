"""What follows when a worker takes a plan, goes step by step, or is lost."""

import hashlib
from datetime import datetime, timedelta

from bot.domain.action import evolve
from bot.domain.action_asked import Asked
from bot.domain.action_commands import BeginStep, Claim, EndStep
from bot.domain.action_effects import (
    ActionApplied,
    ActionClaimed,
    ActionStopAsked,
    Outcome,
    StepBegan,
    StepEnded,
)
from bot.domain.action_events import ActionCancelled, ActionEvent
from bot.domain.action_table import Stage
from bot.domain.gate_steps import failed, lost
from bot.domain.ruling import permit_of, rulings_of


def claimed(asked: Asked, command: Claim) -> tuple[ActionEvent, ...]:
    """Give the plan to one worker, with a fence and a lease."""
    read = rulings_of(asked.facts.approvers, among=asked.state.cleared_by)
    runs = permit_of(asked.facts.runner)
    return (
        ActionClaimed(
            worker=command.worker,
            fence=asked.state.fence + 1,
            lease_until=_lease(asked),
            evidence=command.evidence,
            at=asked.now,
            rulings=(*read, runs) if runs else read,
        ),
    )


def step_began(asked: Asked, command: BeginStep) -> tuple[ActionEvent, ...]:
    """Write ahead that the call may be made."""
    return (
        StepBegan(
            step=command.step,
            key=idempotency_key(asked.plan.id, command.step),
            fence=command.fence,
            lease_until=_lease(asked),
            at=asked.now,
        ),
    )


def step_ended(asked: Asked, command: EndStep) -> tuple[ActionEvent, ...]:
    """Write down the answer, and what it means for the plan."""
    ended = StepEnded(
        step=command.step,
        outcome=command.outcome,
        request_id=command.request_id,
        lease_until=_lease(asked),
        at=asked.now,
        says=command.says,
    )
    if command.outcome is Outcome.UNKNOWN:
        return (ended, lost(asked, "step_unknown"))
    if command.outcome is Outcome.FAILED:
        return (ended, failed(asked, "step_failed", step=command.step))
    after = evolve(asked.state, ended)
    if not after.next_step:
        return (ended, ActionApplied(at=asked.now))
    if asked.state.stop_asked:
        return (ended, failed(asked, "stop_all", done=after.done))
    return (ended,)


def recovered(asked: Asked) -> tuple[ActionEvent, ...]:
    """Leave the plan to a person; nobody takes it up again."""
    because = "restart" if asked.facts.worker_gone else "lease_lost"
    return (lost(asked, because),)


def stopped(asked: Asked) -> tuple[ActionEvent, ...]:
    """Take back what has not begun, and end what runs after its current call."""
    state, cancellable = asked.state, (Stage.DRAFT, Stage.PENDING, Stage.APPROVED)
    if state.stage in cancellable:
        return (ActionCancelled(because="stop_all", by=asked.by, at=asked.now),)
    if state.stage is not Stage.APPLYING or state.stop_asked:
        return ()
    if state.in_flight:
        return (ActionStopAsked(by=asked.by, at=asked.now),)
    return (failed(asked, "stop_all"),)


def idempotency_key(plan: str, step: str) -> str:
    """Return the key that the call of a step carries, SHA-256 hex."""
    return hashlib.sha256(f"{plan}/{step}".encode()).hexdigest()


def _lease(asked: Asked) -> datetime:
    estimate = timedelta(seconds=2 * asked.plan.draft.est_seconds)
    return asked.now + max(asked.rules.lease, estimate)
