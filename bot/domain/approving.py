"""What follows when people agree, refuse or take back. Guards have spoken."""

from dataclasses import replace

from bot.domain.action import evolve
from bot.domain.action_asked import ADMIN, Asked
from bot.domain.action_commands import Approve, BreakGlass, Cancel, Deny, Supersede
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCancelled,
    ActionCleared,
    ActionDenied,
    ActionEvent,
    ActionExpired,
    ActionReviewDue,
    ActionReviewed,
    ActionSuperseded,
)
from bot.domain.action_facts import Door
from bot.domain.action_guards import holds
from bot.domain.action_table import Stage
from bot.domain.ruling import permit_of, ruling_of

# What must hold before a plan may run; each stands in `gate_quorum.py`.
_ENOUGH = ("quorum", "groups", "commander")


def approved(asked: Asked, command: Approve) -> tuple[ActionEvent, ...]:
    """Count one more person, once, and clear the plan when they are enough."""
    yes = ActionApproved(
        by=command.by,
        digest=command.digest,
        commander=command.by == asked.facts.commander,
        policy_hash=asked.asker.policy.hash,
        at=asked.now,
        reason=command.reason,
        ruling=ruling_of(asked.asker),
        groups=tuple(one for one in asked.plan.groups if one in asked.asker.groups),
        group_only=asked.asker.policy.group_only,
    )
    said = (yes,) if holds("once", asked) else ()
    for event in said:
        asked = replace(asked, state=evolve(asked.state, event))
    if not all(holds(name, asked) for name in _ENOUGH):
        return said
    counted = tuple(dict.fromkeys(each.by for each in asked.state.approvals))
    return (*said, _cleared(asked, counted))


def broke_glass(asked: Asked, command: BreakGlass) -> tuple[ActionEvent, ...]:
    """Clear the plan on one person's word, and have it looked at by another."""
    broke = ActionBrokeGlass(
        by=command.by,
        digest=command.digest,
        policy_hash=asked.asker.policy.hash,
        at=asked.now,
        reason=command.reason,
        ruling=ruling_of(asked.asker),
    )
    due_at = asked.now + asked.rules.review_within
    due = ActionReviewDue(due_at=due_at, at=asked.now)
    return (broke, due, _cleared(asked, (command.by,)))


def denied(asked: Asked, command: Deny) -> tuple[ActionEvent, ...]:
    """One no is enough; from the requester, or after the quorum, it takes back."""
    if asked.state.stage is Stage.APPROVED or command.by == asked.plan.requester:
        return (_cancelled(asked, command),)
    no = ActionDenied(
        by=command.by,
        at=asked.now,
        reason=command.reason,
        ruling=permit_of(asked.asker),
    )
    return (no,)


def cancelled(asked: Asked, command: Cancel) -> tuple[ActionEvent, ...]:
    """Take the plan back."""
    return (_cancelled(asked, command),)


def superseded(asked: Asked, command: Supersede) -> tuple[ActionEvent, ...]:
    """End the plan in favour of its edit."""
    end = ActionSuperseded(
        child=command.child,
        by=command.by,
        at=asked.now,
        ruling=permit_of(asked.asker),
    )
    return (end,)


def expired(asked: Asked) -> tuple[ActionEvent, ...]:
    """End the plan if its window has closed."""
    state = asked.state
    windows = {
        Stage.PENDING: ("approve", state.approve_by),
        Stage.APPROVED: ("apply", state.apply_by),
    }
    if state.stage not in windows:
        return ()
    window, closes_at = windows[state.stage]
    if closes_at is None or asked.now < closes_at:
        return ()
    return (ActionExpired(window=window, at=asked.now),)


def reviewed(asked: Asked) -> tuple[ActionEvent, ...]:
    """Write down what somebody else found about the broken glass."""
    found = ActionReviewed(
        by=asked.by,
        at=asked.now,
        finding=asked.reason,
        ruling=ruling_of(asked.asker),
    )
    return (found,)


def _cleared(asked: Asked, approvers: tuple[str, ...]) -> ActionCleared:
    apply_by = asked.now + asked.rules.apply_within
    return ActionCleared(approvers=approvers, apply_by=apply_by, at=asked.now)


def _cancelled(asked: Asked, command: Cancel | Deny) -> ActionCancelled:
    return ActionCancelled(
        because=_as_whom(asked),
        by=command.by,
        at=asked.now,
        reason=command.reason,
        ruling=permit_of(asked.asker),
    )


def _as_whom(asked: Asked) -> str:
    if asked.by == asked.plan.requester:
        return "requester"
    if asked.by == asked.facts.commander:
        return "commander"
    return ADMIN if asked.facts.door is Door.ADMIN else "late_no"
