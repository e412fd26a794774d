"""What follows after a plan ran: looks at the world, a person's word, a rollback."""

from datetime import timedelta
from typing import assert_never

from bot.domain.action_asked import Asked
from bot.domain.action_commands import Measure, Mirror, Reconcile, Verify
from bot.domain.action_effects import (
    ActionApplied,
    ActionMeasured,
    ActionReconciled,
    ActionRollbackFailed,
    ActionRolledBack,
    ActionRollingBack,
    ActionVerified,
    ActionVerifyFailed,
    ActionVerifyInconclusive,
    Verdict,
)
from bot.domain.action_events import ActionEvent
from bot.domain.action_table import TRANSITIONS, Stage
from bot.domain.gate_steps import failed
from bot.domain.ruling import permit_of


def verified(asked: Asked, command: Verify) -> tuple[ActionEvent, ...]:
    """Take the verdict; "cannot be told" is looked at again, and then failed."""
    match command.verdict:
        case Verdict.PASS:
            return (ActionVerified(at=asked.now, says=command.says),)
        case Verdict.FAIL:
            return (_verify_failed(asked, command, "fail"),)
        case Verdict.INCONCLUSIVE:
            return _inconclusive(asked, command)
        case _:
            assert_never(command.verdict)


def measured(asked: Asked, command: Measure) -> tuple[ActionEvent, ...]:
    """Write down what a figure was afterwards, once."""
    if asked.state.measured is not None:
        return ()
    event = ActionMeasured(verdict=command.verdict, at=asked.now, says=command.says)
    return (event,)


def reconciled(asked: Asked, command: Reconcile) -> tuple[ActionEvent, ...]:
    """Take a person's word for what happened. Nothing runs again either way."""
    word = ActionReconciled(
        committed=command.committed,
        by=command.by,
        at=asked.now,
        reason=command.reason,
        ruling=permit_of(asked.asker),
    )
    if command.committed:
        return (word, ActionApplied(at=asked.now))
    return (word, failed(asked, "not_committed"))


def mirrored(asked: Asked, command: Mirror) -> tuple[ActionEvent, ...]:
    """Follow the plan that undoes this one; what does not fit changes nothing."""
    is_same = command.child == asked.state.rollback
    return tuple(
        event
        for event in _mirror(asked, command)
        # A plan runs once, so the same one never starts again.
        if is_same is not isinstance(event, ActionRollingBack)
        and (asked.state.stage, type(event)) in TRANSITIONS
    )


def _mirror(asked: Asked, command: Mirror) -> tuple[ActionEvent, ...]:
    child, at = command.child, asked.now
    match command.stage:
        case Stage.APPLYING:
            return (ActionRollingBack(child=child, at=at),)
        case Stage.VERIFIED:
            return (ActionRolledBack(child=child, at=at),)
        case Stage.FAILED | Stage.VERIFY_FAILED | Stage.INDETERMINATE:
            because = command.stage.value
            return (ActionRollbackFailed(child=child, because=because, at=at),)
        case _:
            return ()


def _inconclusive(asked: Asked, command: Verify) -> tuple[ActionEvent, ...]:
    attempt = asked.state.looks + 1
    open_still = ActionVerifyInconclusive(
        attempt=attempt,
        again_at=asked.now + _pause(asked),
        at=asked.now,
        says=command.says,
    )
    if attempt < asked.rules.verify_attempts:
        return (open_still,)
    return (open_still, _verify_failed(asked, command, "inconclusive"))


def _pause(asked: Asked) -> timedelta:
    """Return how long the next look waits: what takes longer is given longer."""
    estimate = timedelta(seconds=asked.plan.draft.est_seconds)
    return max(asked.rules.verify_again, estimate)


def _verify_failed(asked: Asked, command: Verify, because: str) -> ActionVerifyFailed:
    return ActionVerifyFailed(because=because, at=asked.now, says=command.says)
