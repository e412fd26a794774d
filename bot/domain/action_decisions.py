"""The gate's answers: which events follow a command, or why it says no.

Pure: state, command, time, rules and facts in, events out. The caller appends them
with the version of the stream it loaded; that is the compare-and-set.
"""

from datetime import datetime
from typing import assert_never

from bot.domain.action import ActionState
from bot.domain.action_asked import Asked
from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BeginStep,
    BreakGlass,
    Cancel,
    Claim,
    Deny,
    DraftPlan,
    EndStep,
    Expire,
    HouseCommand,
    Measure,
    Mirror,
    Publish,
    Reconcile,
    Recover,
    Review,
    Show,
    Stop,
    Supersede,
    Verify,
)
from bot.domain.action_events import ActionEvent, ActionRefused, ActionShown
from bot.domain.action_facts import GateFacts
from bot.domain.action_guards import first_no
from bot.domain.approving import (
    approved,
    broke_glass,
    cancelled,
    denied,
    expired,
    reviewed,
    superseded,
)
from bot.domain.claiming import claimed, recovered, step_began, step_ended, stopped
from bot.domain.drafting import drafted, published
from bot.domain.errors import Refusal
from bot.domain.gate_rules import GateRules
from bot.domain.verifying import measured, mirrored, reconciled, verified


def decide_action(
    state: ActionState,
    command: ActionCommand,
    *,
    now: datetime,
    rules: GateRules,
    facts: GateFacts,
) -> tuple[ActionEvent, ...]:
    """Answer one command.

    Args:
        state: Folded from the plan's stream.
        now: Aware UTC. Where the clock went back a little, the newest event's time
            counts; more than `CLOCK_SLACK` is refused.
        facts: Read by the caller just now; what was not read refuses.

    Returns:
        The events to append. They may be others than asked for: a claim that comes
        too late expires the plan. Empty when nothing changes.

    Raises:
        Refusal: The rules say no. The caller logs `refused` and shows the words.
        Tampered: The stored plan cannot be read.
    """
    moment = max(state.last_at or now, now)
    asked = Asked(
        state=state, command=command, now=moment, clock=now, rules=rules, facts=facts
    )
    no = first_no(asked)
    if isinstance(no, Refusal):
        raise no
    return _answer(asked) if no is None else no


def refused(command: ActionCommand, refusal: Refusal, *, at: datetime) -> ActionRefused:
    """Return the event that a refusal leaves in the plan's stream."""
    by = getattr(command, "by", "") or getattr(command, "worker", "")
    name = type(command).__name__.lower()
    return ActionRefused(command=name, code=refusal.code, by=by, at=at)


def _answer(  # noqa: C901 - one case per command, so that mypy finds a gap
    asked: Asked,
) -> tuple[ActionEvent, ...]:
    command = asked.command
    match command:
        case DraftPlan():
            return drafted(asked, command)
        case Approve():
            return approved(asked, command)
        case Deny():
            return denied(asked, command)
        case Cancel():
            return cancelled(asked, command)
        case Supersede():
            return superseded(asked, command)
        case BreakGlass():
            return broke_glass(asked, command)
        case Reconcile():
            return reconciled(asked, command)
        case Review():
            return reviewed(asked)
        case Stop():
            return stopped(asked)
        case _:
            return _of_the_house(asked, command)


def _of_the_house(  # noqa: C901 - one case per command
    asked: Asked, command: HouseCommand
) -> tuple[ActionEvent, ...]:
    """Answer what the executor, a timer or another plan says."""
    match command:
        case Publish():
            return published(asked)
        case Show(message=message):
            return (ActionShown(message=message, at=asked.now),)
        case Expire():
            return expired(asked)
        case Claim():
            return claimed(asked, command)
        case BeginStep():
            return step_began(asked, command)
        case EndStep():
            return step_ended(asked, command)
        case Recover():
            return recovered(asked)
        case Verify():
            return verified(asked, command)
        case Measure():
            return measured(asked, command)
        case Mirror():
            return mirrored(asked, command)
        case _:
            assert_never(command)
