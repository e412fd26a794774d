"""What stands on a plan's card in each stage. Reads only.

The sentences here say how a plan ended; all others are the Slack room's.
"""

from bot.domain.action import ActionState
from bot.domain.action_commands import Claim
from bot.domain.action_events import ActionExpired, ActionRefused
from bot.domain.action_table import Stage
from bot.domain.errors import Frozen, TooMany
from bot.domain.gate_quorum import still_needed
from bot.domain.plan import Level, Plan
from bot.domain.plan_view import Hold, PlanView
from bot.plans.book import PlanBook
from bot.ports import Transaction
from bot.readmodels.timeline import ACTION_STREAM

LEGAL = (
    "Altering the system may spoil evidence that an authority is owed "
    "(EU AI Act, Article 73(6)). A snapshot is saved before it runs."
)


def undoing_of(
    tx: Transaction, plan: str, known: tuple[str, Stage] | None = None
) -> tuple[str, Stage]:
    """Return the newest plan that undoes this one and where it stands.

    Args:
        known: One that undoes it as it is now, whatever its row says yet.
    """
    found = tx.tables.execute(
        "SELECT id, stage FROM plan WHERE parent = ? AND id <> ? "
        "ORDER BY id DESC LIMIT 1",
        (plan, known[0] if known else ""),
    )
    others = [(str(row["id"]), Stage(row["stage"])) for row in found]
    return max([*others, *([known] if known else [])], default=("", Stage.NONE))


def view_of(
    plan: Plan,
    state: ActionState,
    book: PlanBook,
    *,
    log_size: int = 0,
    log_root: str = "",
    undoing: str = "",
    undoing_stage: Stage = Stage.NONE,
    held: Hold | None = None,
    also: str = "",
) -> PlanView:
    """Return what stands on a plan's card in a state.

    Args:
        undoing: Newest plan that undoes it, and `undoing_stage` where that stands.
        held: What holds it back right now.
        also: Said after how it ended.
    """
    return PlanView(
        plan=plan,
        digest=plan.digest(),
        stage=state.stage,
        reason=state.reason,
        agreed=tuple(approval.by for approval in state.approvals),
        approve_by=state.approve_by,
        apply_by=state.apply_by,
        moved_by=state.moved_by,
        outcome=_OUTCOME.get(state.stage, "") + also + _NEXT.get(state.stage, ""),
        seen=state.seen,
        said=state.said,
        measured=state.measured.value if state.measured else "",
        measured_says=state.measured_says,
        log_size=log_size,
        log_root=log_root,
        rollback=_way_back(plan, state.stage, undoing_stage),
        rollback_plan=undoing or state.rollback,
        rollback_stage=undoing_stage,
        glass_by=state.glass_by,
        review_due_at=None if state.reviewed_by else state.review_due_at,
        reviewed_by=state.reviewed_by,
        needs=still_needed(plan, state),
        lifted=state.waivers,
        legal="" if plan.level is Level.T3 else LEGAL,
        mode=book.rules.mode.value,
        held=held,
    )


def _way_back(plan: Plan, stage: Stage, undoing: Stage) -> str:
    """Return the action that can be proposed to undo a plan; "" if there is none."""
    is_undoable = stage in _UNDOABLE and undoing in _MAY_UNDO_AGAIN
    return plan.draft.rollback if is_undoable and not plan.parent else ""


def held_until(tx: Transaction, plan: str) -> str:
    """Return what held an expired plan back at last; "" where nothing did."""
    for entry in reversed(tx.log.load(ACTION_STREAM + plan)):
        if entry.kind == ActionExpired.name:
            continue
        if entry.kind != ActionRefused.name:
            break
        # What people pressed meanwhile says nothing about why it did not start.
        if entry.body.get("command") == Claim.__name__.lower():
            return _HELD.get(str(entry.body.get("code")), "")
    return ""


_HELD = {
    Frozen.code: " A freeze held it until then.",
    TooMany.code: " A limit left no place for it until then.",
}
_UNDOABLE = (Stage.VERIFIED, Stage.VERIFY_FAILED, Stage.APPLIED)
# Nothing undoes the plan, or what should have did not run.
_MAY_UNDO_AGAIN = frozenset(
    {
        *(Stage.NONE, Stage.DENIED, Stage.EXPIRED, Stage.SUPERSEDED),
        *(Stage.STALE, Stage.REVOKED, Stage.CANCELLED, Stage.FAILED),
    }
)
_OUTCOME = {
    Stage.APPLIED: "It ran. Whether it worked is being looked at.",
    Stage.VERIFIED: "It ran and the world is as the plan promised.",
    Stage.VERIFY_FAILED: "It ran, but the world is not as the plan promised.",
    Stage.FAILED: "It did not run to its end. Steps that were made are not undone.",
    Stage.INDETERMINATE: "It may or may not have happened. Look before anything else.",
    Stage.STALE: "The world changed after people agreed, so it did not run.",
    Stage.REVOKED: "What had cleared it does not hold any more, so it did not run.",
    Stage.EXPIRED: "Its time ran out, so it did not run.",
    Stage.DENIED: "It was rejected, so it did not run.",
    Stage.CANCELLED: "It was taken back, so it did not run.",
    Stage.ROLLED_BACK: "It ran and was undone.",
}
_AGAIN = " Propose it again if it is still needed."
_NEXT = {
    Stage.VERIFY_FAILED: " Look at the target, then undo it or go on by hand.",
    Stage.FAILED: " Look at the target before you propose it again.",
    Stage.STALE: _AGAIN,
    Stage.REVOKED: _AGAIN,
    Stage.EXPIRED: _AGAIN,
}
"""What to do, where no button says it."""
