"""The one call of a step: whether it may still be made, and what became of it.

Between the note ahead and the call the process may have stood still, for longer than
its lease: then people were told that it is lost, and may have looked at the target
already. So it is looked at once more, right before.
"""

import logging
from datetime import datetime

from bot.domain.action import ActionState
from bot.domain.action_effects import Outcome
from bot.domain.plan import Step
from bot.ports.action import Action, Effect, StepResult

_log = logging.getLogger(__name__)
NOT_CALLED = StepResult(
    outcome=Outcome.FAILED,
    says="It was not called: it was stopped, or the worker stood still for too long.",
)
"""What became of a call that was written down ahead and then not made."""


def may_call(
    state: ActionState, step: Step, *, worker: str, fence: int, now: datetime
) -> bool:
    """Tell whether the call that was written down ahead may still be made.

    Args:
        state: The plan as it is right now.
        worker: Who wrote it down, and with which `fence`.
        now: Aware UTC.
    """
    is_ours = (state.worker, state.fence) == (worker, fence)
    is_due = state.in_flight == step.id and not state.stop_asked
    is_leased = state.lease_until is not None and now < state.lease_until
    return is_ours and is_due and is_leased


def called(action: Action, step: Step, effect: Effect) -> StepResult:
    """Make the one call; whatever it raises may have happened all the same."""
    try:
        return action.apply(step, effect)
    except Exception as error:  # noqa: BLE001 - an effect's outermost door
        _log.exception("a step raised; its outcome is unknown")
        return StepResult(
            outcome=Outcome.UNKNOWN,
            says=f"The call failed with {type(error).__name__}.",
        )
