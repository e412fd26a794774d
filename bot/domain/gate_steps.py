"""Guards between the steps of a plan that runs."""

from bot.domain.action_asked import Asked, No
from bot.domain.action_commands import BeginStep, EndStep, Measure, Verify
from bot.domain.action_effects import ActionFailed, ActionIndeterminate
from bot.domain.action_table import Stage
from bot.domain.errors import OutOfTurn

_LOOK = "Look at the plan's card for what became of it."


def owner(asked: Asked) -> No | None:
    """The worker that took it speaks, and has not been given up."""
    command, state = asked.command, asked.state
    if isinstance(command, BeginStep | EndStep) and (
        (command.worker, command.fence) == (state.worker, state.fence)
    ):
        return None
    return asked.no(OutOfTurn, "another worker has it, or it was given up", _LOOK)


def fence(asked: Asked) -> No | None:
    """The look at the world was made after the newest turn of events."""
    command = asked.command
    if isinstance(command, Verify | Measure) and command.fence == asked.state.fence:
        return None
    return asked.no(OutOfTurn, "the look is older than what happened since", _LOOK)


def idle(asked: Asked) -> No | None:
    """No call is on its way."""
    if not asked.state.in_flight:
        return None
    return asked.no(
        OutOfTurn, f"step {asked.state.in_flight} has not been answered", _LOOK
    )


def leased(asked: Asked) -> No | None:
    """The worker was not silent for too long; otherwise a person must look."""
    lease_until = asked.state.lease_until
    if lease_until is not None and asked.now < lease_until:
        return None
    return (lost(asked, "lease_lost"),)


def step_window(asked: Asked) -> No | None:
    """The time to start anything is not over; otherwise it fails here."""
    apply_by = asked.state.apply_by
    if apply_by is not None and asked.now < apply_by:
        return None
    return (failed(asked, "window_closed"),)


def stop_fails(asked: Asked) -> No | None:
    """Nobody stopped everything; otherwise it fails here."""
    if not asked.facts.stopped and not asked.state.stop_asked:
        return None
    return (failed(asked, "stop_all"),)


def once_begun(asked: Asked) -> No | None:
    """The step was never begun. What may have happened is not done again."""
    begun = {run.step for run in asked.state.runs}
    step = _step(asked)
    if step not in begun:
        return None
    return asked.no(OutOfTurn, f"step {step} was begun before", _LOOK)


def in_order(asked: Asked) -> No | None:
    """The step is the plan's next one."""
    step, following = _step(asked), asked.state.next_step
    if step and step == following:
        return None
    return asked.no(OutOfTurn, f"step {step} is not the next one of the plan", _LOOK)


def on_its_way(asked: Asked) -> No | None:
    """The answer is to the call that is on its way."""
    step = _step(asked)
    if step and step == asked.state.in_flight:
        return None
    return asked.no(OutOfTurn, f"step {step} is not on its way", _LOOK)


def given_up(asked: Asked) -> No | None:
    """The worker is dead, or was silent for too long; else it is left alone."""
    lease_until = asked.state.lease_until
    if asked.state.stage is not Stage.APPLYING or lease_until is None:
        return ()
    return None if asked.facts.worker_gone or asked.now >= lease_until else ()


def failed(
    asked: Asked, because: str, *, step: str = "", done: tuple[str, ...] | None = None
) -> ActionFailed:
    """Return the end of a plan that stops here.

    Args:
        done: What was done, where that is more than the state knows.
    """
    made = asked.state.done if done is None else done
    return ActionFailed(because=because, step=step, done=made, at=asked.now)


def lost(asked: Asked, because: str) -> ActionIndeterminate:
    """Return what is known when a worker is lost: nothing, so a person must look."""
    return ActionIndeterminate(
        because=because,
        step=asked.state.in_flight,
        fence=asked.state.fence + 1,
        at=asked.now,
    )


def _step(asked: Asked) -> str:
    command = asked.command
    return command.step if isinstance(command, BeginStep | EndStep) else ""
