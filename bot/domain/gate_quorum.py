"""Guards about how many: who counts, and whether they are enough."""

from bot.domain.action import ActionState
from bot.domain.action_asked import Asked, No
from bot.domain.gate_rules import QUORUM
from bot.domain.groups import missing
from bot.domain.plan import Plan


def once(asked: Asked) -> No | None:
    """The person has not agreed yet; a second press counts for nothing."""
    said_yes = {approval.by for approval in asked.state.approvals}
    return () if asked.by in said_yes else None


def quorum(asked: Asked) -> No | None:
    """Enough different people agreed; who only speaks for a group is one more."""
    plan, approvals = asked.plan, asked.state.approvals
    said_yes = {approval.by for approval in approvals}
    counted = {yes.by for yes in approvals if not yes.group_only}
    is_level = len(counted) >= QUORUM[plan.level]
    return None if is_level and len(said_yes) >= plan.quorum else ()


def groups(asked: Asked) -> No | None:
    """Somebody speaks for every group that the plan needs, each another person."""
    return () if still_needed(asked.plan, asked.state) else None


def commander(asked: Asked) -> No | None:
    """The commander is among them, where one is needed."""
    said_yes = {approval.by for approval in asked.state.approvals}
    needed = asked.plan.needs_commander
    return None if not needed or asked.facts.commander in said_yes else ()


def review_owed(asked: Asked) -> No | None:
    """The glass was broken and nobody has looked at it yet."""
    owed = asked.state.review_due_at is not None and not asked.state.reviewed_by
    return None if owed else ()


def still_needed(plan: Plan, state: ActionState) -> tuple[str, ...]:
    """Return the groups of a plan that nobody speaks for yet, in its order.

    Who asked for it, or wrote the message that led to it, speaks for none.
    """
    own = (plan.requester, state.author)
    said = {yes.by: yes.groups for yes in state.approvals if yes.by not in own}
    return missing(plan.groups, said)
