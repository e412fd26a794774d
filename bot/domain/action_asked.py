"""One question to the gate, as every guard sees it, and how a no is worded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.action import ActionState
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
from bot.domain.action_events import ActionEvent
from bot.domain.action_facts import GateFacts, Standing
from bot.domain.action_table import Stage
from bot.domain.decisions import TOCSIN
from bot.domain.errors import Refusal
from bot.domain.gate_rules import GateRules
from bot.domain.plan import Level, Plan
from bot.domain.untrusted import Untrusted

ADMIN = "admin"
# What did not happen, after the action's name.
_WHAT: Mapping[type[ActionCommand], str] = {
    DraftPlan: "was not proposed",
    Publish: "was not put forward",
    Show: "was not marked as shown",
    Approve: "was not approved",
    Deny: "was not rejected",
    Cancel: "was not cancelled",
    Supersede: "was not replaced",
    BreakGlass: "was not cleared by breaking the glass",
    Expire: "did not expire",
    Claim: "did not start",
    BeginStep: "did not go on",
    EndStep: "did not take the result",
    Recover: "was not given up",
    Stop: "was not stopped",
    Reconcile: "was not reconciled",
    Verify: "was not verified",
    Measure: "was not measured",
    Mirror: "did not follow its rollback",
    Review: "was not reviewed",
}
_STANDS: Mapping[Stage, str] = {
    Stage.NONE: "there is no such plan",
    Stage.DRAFT: "it has not been put forward yet",
    Stage.PENDING: "it is waiting for people to agree",
    Stage.APPROVED: "it was approved by {who} at {when} UTC",
    Stage.APPLYING: "it has been running since {when} UTC",
    Stage.APPLIED: "it ran at {when} UTC and is being verified",
    Stage.VERIFIED: "it ran and was verified at {when} UTC",
    Stage.DENIED: "{who} rejected it at {when} UTC",
    Stage.EXPIRED: "its time ran out at {when} UTC",
    Stage.SUPERSEDED: "{who} replaced it by another plan at {when} UTC",
    Stage.STALE: "the world had changed when it was to start at {when} UTC",
    Stage.REVOKED: "an approval no longer held at {when} UTC",
    Stage.CANCELLED: "{who} took it back at {when} UTC",
    Stage.FAILED: "it failed at {when} UTC",
    Stage.INDETERMINATE: "since {when} UTC nobody knows whether it happened",
    Stage.VERIFY_FAILED: "it ran, and the check at {when} UTC failed",
    Stage.ROLLING_BACK: "it has been rolled back since {when} UTC",
    Stage.ROLLED_BACK: "it was rolled back at {when} UTC",
    Stage.ROLLBACK_FAILED: "its rollback failed at {when} UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of which plan, when, and what is known.

    Attributes:
        now: Never earlier than the newest event of the plan.
        clock: What the clock said.
    """

    state: ActionState
    command: ActionCommand
    now: datetime
    clock: datetime
    rules: GateRules
    facts: GateFacts

    @property
    def plan(self) -> Plan:
        """The plan in question; for a draft, the one that was handed in."""
        if isinstance(self.command, DraftPlan):
            return self.command.plan
        return self.state.plan

    @property
    def by(self) -> str:
        """Who asks, by the command; "" for timers and workers."""
        return getattr(self.command, "by", "")

    @property
    def asker(self) -> Standing:
        """Who asks, as it was read."""
        return self.facts.asker

    @property
    def reason(self) -> Untrusted | None:
        """What the person gave as a reason or finding."""
        command = self.command
        if isinstance(command, Review):
            return command.finding
        return getattr(command, "reason", None)

    def no(self, kind: type[Refusal], because: str, next_move: str) -> Refusal:
        """Return a refusal that says what did not happen."""
        what = f"{self.plan.draft.action} {_WHAT[type(self.command)]}"
        return kind(what, because=because, next_move=next_move)

    def may_confirm_own(self, person: str) -> bool:
        """Tell whether the requester's own yes counts: T3, chosen by a person."""
        return (
            self.rules.own_t3
            and self.plan.level is Level.T3
            and self.state.human_initiated
            and person == self.plan.requester
        )


# A guard answers None when it holds. Otherwise it says no: by a refusal, or by the
# events that follow instead of what was asked; none if nothing does.
No = Refusal | tuple[ActionEvent, ...]
Guard = Callable[[Asked], No | None]


def stands(state: ActionState) -> str:
    """Say where a plan stands, with who and when, as the fact of a refusal."""
    if state.moved_at is None:
        return _STANDS[Stage.NONE]
    who = " and ".join(mention(person) for person in state.moved_by)
    return _STANDS[state.stage].format(who=who, when=f"{state.moved_at:%H:%M}")


def mention(person: str) -> str:
    """Name somebody in a refusal."""
    if person in (TOCSIN, ADMIN):
        return {TOCSIN: "Tocsin", ADMIN: "an administrator"}[person]
    return f"<@{person}>"
