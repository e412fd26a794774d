"""Guards about how many: who counts, and whether they are enough."""

from bot.domain.action_asked import Asked, No


def once(asked: Asked) -> No | None:
    """The person has not agreed yet; a second press counts for nothing."""
    said_yes = {approval.by for approval in asked.state.approvals}
    return () if asked.by in said_yes else None


def quorum(asked: Asked) -> No | None:
    """Enough different people agreed."""
    said_yes = {approval.by for approval in asked.state.approvals}
    return None if len(said_yes) >= asked.plan.quorum else ()


def commander(asked: Asked) -> No | None:
    """The commander is among them, where one is needed."""
    said_yes = {approval.by for approval in asked.state.approvals}
    needed = asked.plan.needs_commander
    return None if not needed or asked.facts.commander in said_yes else ()


def review_owed(asked: Asked) -> No | None:
    """The glass was broken and nobody has looked at it yet."""
    owed = asked.state.review_due_at is not None and not asked.state.reviewed_by
    return None if owed else ()
