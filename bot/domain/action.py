"""The state of a plan, folded from its events along the table.

An event that the table does not know for the stage is left out: a stray entry can
never move a plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import assert_never

from bot.domain.action_effects import (
    ActionApplied,
    ActionClaimed,
    ActionFailed,
    ActionIndeterminate,
    ActionMeasured,
    ActionReconciled,
    ActionRollbackFailed,
    ActionRolledBack,
    ActionRollingBack,
    ActionStopAsked,
    ActionVerified,
    ActionVerifyFailed,
    ActionVerifyInconclusive,
    EffectEvent,
    Outcome,
    StepBegan,
    StepEnded,
    Verdict,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCancelled,
    ActionCleared,
    ActionDenied,
    ActionDrafted,
    ActionEvent,
    ActionExpired,
    ActionPublished,
    ActionRefused,
    ActionReviewDue,
    ActionReviewed,
    ActionRevoked,
    ActionShown,
    ActionStale,
    ActionSuperseded,
    AskEvent,
)
from bot.domain.action_parts import Approval, StepRun
from bot.domain.action_plan import made_digest, made_phrase, read_plan
from bot.domain.action_table import TERMINAL, TRANSITIONS, Stage
from bot.domain.plan import Plan
from bot.domain.ruling import Ruling
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionState:
    """One plan as it is now. Its own facts are read from the stored text.

    Attributes:
        last_at: Time of the newest event.
        moved_at: When it came into its stage.
        moved_by: Who brought it there; empty where no person did.
        approvals: In order, one per person.
        cleared_by: Whose rights are read again before it runs.
        glass_by: Who broke the glass, "" if nobody did.
        claimed_at: When a worker took it; None where none did.
        runs: Steps that were begun, in order.
        stop_asked: Nothing may start after the call that is on its way.
        looks: How often verifying could not tell.
        again_at: When to look again, while it cannot be told.
        seen: What the newest look at the world showed.
        said: Why somebody said no, or took it back.
        measured: Whether a figure afterwards was as promised; None before it is read.
        measured_says: What that figure was.
        rollback: Plan that undoes it, once that began to run.
        waivers: Ids of those that a yes rested on, in order.
    """

    stage: Stage = Stage.NONE
    text: str = ""
    reason: Untrusted | None = None
    salt: Untrusted | None = None
    digest: str = ""
    team: str = ""
    author: str = ""
    human_initiated: bool = False
    message: str = ""
    last_at: datetime | None = None
    moved_at: datetime | None = None
    moved_by: tuple[str, ...] = ()
    approve_by: datetime | None = None
    apply_by: datetime | None = None
    approvals: tuple[Approval, ...] = ()
    cleared_by: tuple[str, ...] = ()
    glass_by: str = ""
    review_due_at: datetime | None = None
    reviewed_by: str = ""
    worker: str = ""
    fence: int = 0
    lease_until: datetime | None = None
    claimed_at: datetime | None = None
    runs: tuple[StepRun, ...] = ()
    stop_asked: bool = False
    looks: int = 0
    again_at: datetime | None = None
    seen: Untrusted | None = None
    said: Untrusted | None = None
    measured: Verdict | None = None
    measured_says: Untrusted | None = None
    child: str = ""
    rollback: str = ""
    waivers: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Tell whether a plan was drafted."""
        return self.stage is not Stage.NONE

    @property
    def is_over(self) -> bool:
        """Tell whether nothing can move it any more."""
        return self.stage in TERMINAL

    @property
    def plan(self) -> Plan:
        """The plan itself; `read_plan` says what it raises."""
        return read_plan(self.text, self.reason, self.salt)

    @property
    def made_digest(self) -> str:
        """The digest made again from what is stored now."""
        return made_digest(self.text, self.reason, self.salt)

    @property
    def phrase(self) -> str:
        """What is typed to confirm a T1 plan."""
        return made_phrase(self.text, self.reason, self.salt)

    @property
    def in_flight(self) -> str:
        """The step whose call is on its way, "" if none is."""
        return self.runs[-1].step if self.runs and not self.runs[-1].outcome else ""

    @property
    def done(self) -> tuple[str, ...]:
        """The steps that were made, in order."""
        return tuple(run.step for run in self.runs if run.outcome is Outcome.OK)

    @property
    def next_step(self) -> str:
        """The step that comes next, "" when all were begun."""
        steps = self.plan.draft.steps
        return steps[len(self.runs)].id if len(self.runs) < len(steps) else ""


def evolve(state: ActionState, event: ActionEvent) -> ActionState:
    """Return the plan as it is after `event`. Never refuses: it happened."""
    stage = TRANSITIONS.get((state.stage, type(event)))
    if stage is None:
        return state
    last_at = max(state.last_at or event.at, event.at)
    if stage is not state.stage:
        who = _who(event)
        state = replace(state, stage=stage, moved_at=event.at, moved_by=who)
    return _written(replace(state, last_at=last_at), event)


def fold(events: Iterable[ActionEvent]) -> ActionState:
    """Rebuild a plan from its events."""
    return reduce(evolve, events, ActionState())


def _who(event: ActionEvent) -> tuple[str, ...]:
    if isinstance(event, ActionCleared):
        return event.approvers
    by = getattr(event, "by", "")
    return (by,) if by else ()


def _written(state: ActionState, event: ActionEvent) -> ActionState:
    if isinstance(event, EffectEvent):
        return _ran(state, event)
    return _asked(state, event)


def _asked(  # noqa: C901 - one case per event, so that mypy finds a gap
    state: ActionState, event: AskEvent
) -> ActionState:
    match event:
        case ActionDrafted():
            return _drafted(state, event)
        case ActionPublished(approve_by=approve_by):
            return replace(state, approve_by=approve_by)
        case ActionShown(message=message):
            return replace(state, message=message)
        case ActionApproved():
            state = replace(state, approvals=(*state.approvals, _yes(event)))
            return _resting(state, event.ruling)
        case ActionCleared(approvers=approvers, apply_by=apply_by):
            return replace(state, cleared_by=approvers, apply_by=apply_by)
        case ActionBrokeGlass(by=by, ruling=ruling):
            return _resting(replace(state, glass_by=by), ruling)
        case ActionReviewDue(due_at=due_at):
            return replace(state, review_due_at=due_at)
        case ActionReviewed(by=by):
            return replace(state, reviewed_by=by)
        case ActionSuperseded(child=child):
            return replace(state, child=child)
        case ActionDenied(reason=why) | ActionCancelled(reason=why):
            return replace(state, said=why)
        case ActionExpired() | ActionStale() | ActionRevoked() | ActionRefused():
            return state
        case _:
            assert_never(event)


def _ran(  # noqa: C901 - one case per event, so that mypy finds a gap
    state: ActionState, event: EffectEvent
) -> ActionState:
    match event:
        case ActionClaimed(worker=worker, fence=fence, lease_until=lease, at=at):
            state = replace(state, worker=worker, fence=fence, claimed_at=at)
            return replace(state, lease_until=lease)
        case StepBegan(step=step, lease_until=lease):
            runs = (*state.runs, StepRun(step=step))
            return replace(state, runs=runs, lease_until=lease)
        case StepEnded():
            return _ended(state, event)
        case ActionStopAsked():
            return replace(state, stop_asked=True)
        case ActionIndeterminate(fence=fence):
            return replace(state, fence=fence, worker="", lease_until=None)
        case ActionVerifyInconclusive(attempt=looks, again_at=again_at, says=says):
            return replace(state, looks=looks, again_at=again_at, seen=says)
        case ActionVerified(says=says) | ActionVerifyFailed(says=says):
            return replace(state, seen=says)
        case ActionMeasured(verdict=verdict, says=says):
            return replace(state, measured=verdict, measured_says=says)
        case ActionRollingBack(child=child):
            return replace(state, rollback=child)
        case ActionApplied() | ActionFailed() | ActionReconciled():
            return state
        case ActionRolledBack() | ActionRollbackFailed():
            return state
        case _:
            assert_never(event)


def _ended(state: ActionState, event: StepEnded) -> ActionState:
    if state.in_flight != event.step:
        return state
    ended = replace(state.runs[-1], outcome=event.outcome)
    runs = (*state.runs[:-1], ended)
    return replace(state, runs=runs, lease_until=event.lease_until)


def _resting(state: ActionState, ruling: Ruling | None) -> ActionState:
    """Remember the waivers that somebody's yes rested on."""
    more = ruling.waivers if ruling else ()
    return replace(state, waivers=tuple(dict.fromkeys((*state.waivers, *more))))


def _yes(event: ActionApproved) -> Approval:
    return Approval(
        by=event.by,
        commander=event.commander,
        at=event.at,
        groups=event.groups,
        group_only=event.group_only,
    )


def _drafted(state: ActionState, event: ActionDrafted) -> ActionState:
    return replace(
        state,
        text=event.text,
        reason=event.reason,
        salt=event.salt,
        digest=event.digest,
        team=event.team,
        author=event.author,
        human_initiated=event.human_initiated,
    )
