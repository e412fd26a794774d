"""Every sentence about plans that the Slack room says by itself.

Refusals of the gate bring their own words (`bot/domain`). What stands on a plan's
card is put together in `plan_facts.py`.
"""

from collections.abc import Mapping, Sequence

from bot.domain.action_table import Stage
from bot.domain.commands import PersonKind
from bot.domain.freeze import Freeze
from bot.domain.plan_view import PlanView
from bot.slack.plan_wishes import PlanVerb

MODES: Mapping[str, str] = {
    "observe": "Mode observe: nothing will run, the plan is only shown.",
    "suggest": "Mode suggest: approvals are collected, nothing will run.",
}
"""What a card says in the modes in which nothing runs."""

MEASURED = {
    "pass": "Measured since, as promised:",
    "fail": "Measured since, NOT as promised:",
    "inconclusive": "Measured since:",
}
"""What a figure some time later was, by verdict."""

NOT_AS_PROMISED = "Not as promised."
LOOK_FURTHER = (
    "Something else may do the same: look at what calls it, "
    "and take the next step of the runbook."
)

STANDS: Mapping[Stage, str] = {
    Stage.NONE: "No plan",
    Stage.DRAFT: "Draft",
    Stage.PENDING: "Approval needed",
    Stage.APPROVED: "Approved",
    Stage.APPLYING: "Running",
    Stage.APPLIED: "Done, not verified yet",
    Stage.VERIFIED: "Done and verified",
    Stage.DENIED: "Rejected",
    Stage.EXPIRED: "Expired, nothing ran",
    Stage.SUPERSEDED: "Replaced by another plan",
    Stage.STALE: "Out of date, nothing ran",
    Stage.REVOKED: "Approval revoked, nothing ran",
    Stage.CANCELLED: "Cancelled",
    Stage.FAILED: "Failed",
    Stage.INDETERMINATE: "Not known whether it happened",
    Stage.VERIFY_FAILED: "Done, but not as promised",
    Stage.ROLLING_BACK: "Being undone",
    Stage.ROLLED_BACK: "Undone",
    Stage.ROLLBACK_FAILED: "Undoing it failed",
}


def stands(view: PlanView) -> str:
    """Return where a plan stands, as the first words of its card."""
    if view.stage is Stage.PENDING and view.mode == "observe":
        return "Plan, only shown"
    return STANDS[view.stage]


def runs(view: PlanView) -> str:
    """Return what stands above the calls: whether they will run, do, or did."""
    if view.stage in _TO_RUN:
        return "Would run" if view.mode in MODES else "Will run"
    return _RUNS.get(view.stage, "Ran")


_TO_RUN = (Stage.DRAFT, Stage.PENDING, Stage.APPROVED)
_WOULD = "Would have run"
_RUNS: Mapping[Stage, str] = {
    Stage.APPLYING: "Runs",
    Stage.DENIED: _WOULD,
    Stage.EXPIRED: _WOULD,
    Stage.SUPERSEDED: _WOULD,
    Stage.STALE: _WOULD,
    Stage.REVOKED: _WOULD,
    Stage.CANCELLED: _WOULD,
    Stage.FAILED: "Was to run",
    Stage.INDETERMINATE: "Was to run",
}

NOT_OURS = (
    "Nothing was done: this button was not made by Tocsin. "
    "Use the plan's own card in the incident's channel."
)
NO_GATE = (
    "Nothing was done: this installation proposes no actions. "
    "Ask its operator to connect the gate, see `tocsin doctor`."
)
NO_PLAN = (
    "Nothing was done: there is no such plan. See the open ones with `/incident plans`."
)
NO_INCIDENT = (
    "Nothing was proposed: there is no such incident. "
    "See the open ones with `/incident list`."
)
NO_OFFERS = (
    "Nothing was proposed: no action fits this incident. "
    "Take the next runbook step by hand."
)
NOT_OFFERED = "This action is not on offer any more; choose another."
NOT_READ = (
    "The form did not open: the gate did not answer in time. Nothing was done. "
    "Try again."
)
NO_OPEN_PLANS = "No plan is open."
HOME_NOT_READ = (
    "What is frozen and which plans wait is not shown: the gate did not answer in "
    "time. Open this tab again, or ask with `/incident plans`."
)
MEANWHILE = (
    "No plan that this covers begins meanwhile. What already runs goes on, and what "
    "ran can be undone."
)
NOTHING_FROZEN = (
    "Nothing was lifted: no freeze is on. See what waits with `/incident plans`."
)
LIFTS = "Plans that wait can run again at once. Everybody is told who lifted it."
RECORDED = (
    "Recorded. Tocsin is deciding now: the answer comes as a message that only you "
    "see, and the plan's card shows what becomes of it."
)
LOOK = (
    "Look at the target itself first, for example in the cloud's own log. "
    "What you say here decides whether it counts as done."
)
WAIVED = (
    "Only the other approvals are waived. Everybody is told, and somebody else must "
    "review it within 24 hours."
)
EDITS = (
    "This makes another plan with another digest. Nobody has agreed to that one yet, "
    "and this one ends."
)
NO_GLASS = (
    "Nothing was done: no review is owed for this plan. "
    "See the open ones with `/incident plans`."
)
YOU_ASKED = "You asked for this plan: another person must agree."
TYPE_EXACTLY = "It is not what is shown above. Type it exactly as it stands."
SAY_WHY = "Say why in a few words; it goes to the timeline."
TOO_SHORT = "Say in at least 20 characters why it cannot wait for another person."
BLANK = "This is needed."
DOES_NOT_FIT = (
    "The whole plan does not fit here, so nobody can approve it. "
    "Split it into smaller actions."
)

_WHY_NOT: Mapping[PersonKind, str] = {
    PersonKind.GUEST: "guests do not decide",
    PersonKind.EXTERNAL: "people from another organization do not decide",
    PersonKind.BOT: "bots do not decide",
    PersonKind.DEACTIVATED: "the account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who is asking",
}


def not_a_member(kind: PersonKind) -> str:
    """Say why a form does not open for somebody."""
    return (
        f"Nothing was done: {_WHY_NOT[kind]}. "
        "Ask a full member of this workspace to do it."
    )


def over(view: PlanView) -> str:
    """Say what became of a plan to somebody who pressed late."""
    by = " and ".join(f"<@{one}>" for one in view.moved_by if one.isupper())
    now = STANDS[view.stage].lower() + (f" by {by}" if by else "")
    return (
        f"Nothing was done: {view.plan.id} is not waiting for anybody. "
        f"It stands at: {now}. Look at its card for the newest state."
    )


def done(  # noqa: C901 - one case per verb
    verb: PlanVerb, view: PlanView
) -> str:
    """Say what a person's request did to a plan."""
    one = view.plan.id
    match verb:
        case PlanVerb.PROPOSE | PlanVerb.ROLLBACK:
            return f"{one}: proposed. Its card is in the channel."
        case PlanVerb.APPROVE:
            return f"{one}: your yes is recorded. {_agreed(view)}"
        case PlanVerb.BREAK_GLASS:
            return f"{one}: the glass is broken. Somebody else must review it in 24 h."
        case PlanVerb.DENY:
            return f"{one}: rejected."
        case PlanVerb.STOP:
            return f"{one}: stopped before it began."
        case PlanVerb.CANCEL:
            return f"{one}: taken back."
        case PlanVerb.EDIT:
            return f"{one}: proposed in its place. People must agree to the new plan."
        case PlanVerb.REVIEW:
            return f"{one}: your review of the broken glass is recorded."
        case _:
            return f"{one}: recorded. It stands at: {STANDS[view.stage].lower()}."


def _agreed(view: PlanView) -> str:
    if view.stage is Stage.PENDING:
        needs = f" It needs {', '.join(view.needs)}." if view.needs else ""
        return f"{len(view.agreed)} of {view.plan.quorum} have agreed.{needs}"
    mode = MODES.get(view.mode, "")
    return f"It stands at: {STANDS[view.stage].lower()}." + (f" {mode}" if mode else "")


def stopped(count: int) -> str:
    """Say what stop-all reached."""
    plans = "1 plan" if count == 1 else f"{count} plans"
    return (
        f"Everything is stopped: {plans} reached, and nothing starts until "
        "`/incident release`."
    )


def frozen(freeze: Freeze) -> str:
    """Say that nothing new is changed until when."""
    return (
        f"{freeze.id}: nothing new is changed until {freeze.until:%Y-%m-%d %H:%M} UTC. "
        "What already runs goes on, and what ran can be undone. "
        "`/incident unfreeze` lifts it."
    )


def thawed(freezes: Sequence[Freeze]) -> str:
    """Say which freezes were lifted."""
    return f"Lifted: {', '.join(one.id for one in freezes)}. Plans can run again."


NOT_STOPPED = (
    "Nothing was released: nothing is stopped. See what waits with `/incident plans`."
)
RELEASED = "The stop is taken back: plans can be proposed and approved again."
