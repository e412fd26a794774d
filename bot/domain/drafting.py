"""What follows when a plan is drafted, put forward and shown. Guards have spoken."""

from bot.domain.action_asked import Asked
from bot.domain.action_commands import DraftPlan
from bot.domain.action_events import ActionDrafted, ActionEvent, ActionPublished
from bot.domain.action_plan import plan_text
from bot.domain.ruling import ruling_of
from bot.domain.untrusted import Untrusted


def drafted(asked: Asked, command: DraftPlan) -> tuple[ActionEvent, ...]:
    """Keep the plan, its digest, and who may not decide on it."""
    return (
        ActionDrafted(
            text=plan_text(command.plan),
            digest=command.plan.digest(),
            team=asked.asker.person.team,
            author=asked.facts.author,
            human_initiated=command.human_initiated,
            replaces=command.replaces,
            at=asked.now,
            reason=Untrusted(command.plan.reason),
            salt=Untrusted(command.plan.salt),
            ruling=ruling_of(asked.asker),
        ),
    )


def published(asked: Asked) -> tuple[ActionEvent, ...]:
    """Open the window in which people can agree."""
    within = asked.rules.approve_within[asked.plan.level]
    return (ActionPublished(approve_by=asked.now + within, at=asked.now),)
