"""The table of the gate: which event leads from which stage to which.

This is data. `action.evolve` moves along it and nowhere else, `action_guards.py`
asks it whether a command has its turn, and the model check walks all of it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

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
    StepBegan,
    StepEnded,
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
)


class Stage(StrEnum):
    """Where a plan stands."""

    NONE = "none"
    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    APPLYING = "applying"
    APPLIED = "applied"
    VERIFIED = "verified"
    DENIED = "denied"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    STALE = "stale"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    VERIFY_FAILED = "verify_failed"
    ROLLING_BACK = "rolling_back"
    ROLLED_BACK = "rolled_back"
    ROLLBACK_FAILED = "rollback_failed"


# Nothing moves a plan out of these.
TERMINAL = frozenset(
    {
        Stage.VERIFIED,
        Stage.DENIED,
        Stage.EXPIRED,
        Stage.SUPERSEDED,
        Stage.STALE,
        Stage.REVOKED,
        Stage.CANCELLED,
        Stage.FAILED,
        Stage.ROLLED_BACK,
    }
)

Kind = type[ActionEvent]

# Events that move a plan.
MOVES: Mapping[tuple[Stage, Kind], Stage] = MappingProxyType(
    {
        (Stage.NONE, ActionDrafted): Stage.DRAFT,
        (Stage.DRAFT, ActionPublished): Stage.PENDING,
        (Stage.DRAFT, ActionCancelled): Stage.CANCELLED,
        (Stage.PENDING, ActionCleared): Stage.APPROVED,
        (Stage.PENDING, ActionDenied): Stage.DENIED,
        (Stage.PENDING, ActionExpired): Stage.EXPIRED,
        (Stage.PENDING, ActionSuperseded): Stage.SUPERSEDED,
        (Stage.PENDING, ActionCancelled): Stage.CANCELLED,
        (Stage.APPROVED, ActionClaimed): Stage.APPLYING,
        (Stage.APPROVED, ActionExpired): Stage.EXPIRED,
        (Stage.APPROVED, ActionStale): Stage.STALE,
        (Stage.APPROVED, ActionRevoked): Stage.REVOKED,
        (Stage.APPROVED, ActionCancelled): Stage.CANCELLED,
        (Stage.APPLYING, ActionApplied): Stage.APPLIED,
        (Stage.APPLYING, ActionFailed): Stage.FAILED,
        (Stage.APPLYING, ActionIndeterminate): Stage.INDETERMINATE,
        (Stage.INDETERMINATE, ActionApplied): Stage.APPLIED,
        (Stage.INDETERMINATE, ActionFailed): Stage.FAILED,
        (Stage.APPLIED, ActionVerified): Stage.VERIFIED,
        (Stage.APPLIED, ActionVerifyFailed): Stage.VERIFY_FAILED,
        (Stage.VERIFY_FAILED, ActionRollingBack): Stage.ROLLING_BACK,
        (Stage.ROLLING_BACK, ActionRolledBack): Stage.ROLLED_BACK,
        (Stage.ROLLING_BACK, ActionRollbackFailed): Stage.ROLLBACK_FAILED,
        # Another try, or the same one after a person cleared up what became of it.
        (Stage.ROLLBACK_FAILED, ActionRollingBack): Stage.ROLLING_BACK,
        (Stage.ROLLBACK_FAILED, ActionRolledBack): Stage.ROLLED_BACK,
    }
)

# Events that are part of the record and move nothing.
STAYS: Mapping[Kind, frozenset[Stage]] = MappingProxyType(
    {
        ActionShown: frozenset({Stage.PENDING, Stage.APPROVED}),
        ActionApproved: frozenset({Stage.PENDING}),
        ActionBrokeGlass: frozenset({Stage.PENDING}),
        ActionReviewDue: frozenset({Stage.PENDING}),
        ActionReviewed: frozenset(Stage) - {Stage.NONE, Stage.DRAFT},
        ActionRefused: frozenset(Stage) - {Stage.NONE},
        StepBegan: frozenset({Stage.APPLYING}),
        StepEnded: frozenset({Stage.APPLYING}),
        ActionStopAsked: frozenset({Stage.APPLYING}),
        ActionReconciled: frozenset({Stage.INDETERMINATE}),
        ActionVerifyInconclusive: frozenset({Stage.APPLIED}),
        ActionMeasured: frozenset({Stage.VERIFIED}),
    }
)

TRANSITIONS: Mapping[tuple[Stage, Kind], Stage] = MappingProxyType(
    {**MOVES}
    | {(stage, kind): stage for kind, stages in STAYS.items() for stage in stages}
)
