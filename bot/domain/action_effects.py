"""What can have happened to a plan from the moment it is taken to run.

`StepBegan` is the write-ahead record: it is stored before the call is made, so that
after a crash the log says what may have happened. Everything before is in
`action_events.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.domain.ruling import Ruling
from bot.domain.untrusted import Untrusted


class Outcome(StrEnum):
    """What became of one call. UNKNOWN is never tried again by itself."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """Whether the world is as the plan promised. INCONCLUSIVE is not PASS."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionClaimed:
    """One worker took it to run, once and for all.

    Attributes:
        fence: Number that every later word of this worker must carry.
        lease_until: From this instant on the worker counts as lost.
        evidence: SHA-256 hex of what was saved before; "" only for T3.
        rulings: What the policies said about everybody who had cleared it, and about
            one who may run it.
    """

    name: ClassVar = "action.claimed.v1"

    worker: str
    fence: int
    lease_until: datetime
    evidence: str
    at: datetime
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegan:
    """A call is about to be made. Stored before it is.

    Attributes:
        key: Idempotency key that the call carries, SHA-256 hex.
        lease_until: The lease, renewed.
    """

    name: ClassVar = "action.step_began.v1"

    step: str
    key: str
    fence: int
    lease_until: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """The call was answered, or was not.

    Attributes:
        request_id: The other side's id of the call, "" if it gave none.
        lease_until: The lease, renewed.
        says: One sentence about what was seen.
    """

    name: ClassVar = "action.step_ended.v1"

    step: str
    outcome: Outcome
    request_id: str
    lease_until: datetime
    at: datetime
    says: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStopAsked:
    """Somebody stopped everything while a call was on its way.

    The call cannot be taken back; nothing starts after it.
    """

    name: ClassVar = "action.stop_asked.v1"

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionApplied:
    """Every step was made, or a person found that it had happened."""

    name: ClassVar = "action.applied.v1"

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFailed:
    """It stopped half-way or before the first step.

    Attributes:
        because: ``step_failed``, ``stop_all``, ``window_closed`` or
            ``not_committed``.
        step: Step that failed, "" if none did.
        done: Steps that were made, in order. They are not undone.
    """

    name: ClassVar = "action.failed.v1"

    because: str
    step: str
    done: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionIndeterminate:
    """It may or may not have happened. A person must look; nothing runs again.

    Attributes:
        because: ``lease_lost``, ``restart`` or ``step_unknown``.
        step: Step in doubt, "" if it was lost between two.
        fence: One higher, so that the lost worker is not heard any more.
    """

    name: ClassVar = "action.indeterminate.v1"

    because: str
    step: str
    fence: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReconciled:
    """A person looked at the world and said what had happened.

    Attributes:
        ruling: What the policies said; None where they were not asked.
    """

    name: ClassVar = "action.reconciled.v1"

    committed: bool
    by: str
    at: datetime
    reason: Untrusted | None = None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionVerified:
    """The world is as the plan promised."""

    name: ClassVar = "action.verified.v1"

    at: datetime
    says: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionVerifyFailed:
    """The world is not as the plan promised, or nobody could tell.

    Attributes:
        because: ``fail`` or ``inconclusive``.
    """

    name: ClassVar = "action.verify_failed.v1"

    because: str
    at: datetime
    says: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionVerifyInconclusive:
    """It cannot be told yet.

    Attributes:
        attempt: 1 for the first look.
        again_at: When to look again.
    """

    name: ClassVar = "action.verify_inconclusive.v1"

    attempt: int
    again_at: datetime
    at: datetime
    says: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionMeasured:
    """Some time after it was verified, the figure that it should change was read.

    It moves no plan: what was verified stays so, and people are told.
    """

    name: ClassVar = "action.measured.v1"

    verdict: Verdict
    at: datetime
    says: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRollingBack:
    """The plan that undoes this one began to run."""

    name: ClassVar = "action.rolling_back.v1"

    child: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRolledBack:
    """The plan that undoes this one ran and was verified."""

    name: ClassVar = "action.rolled_back.v1"

    child: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRollbackFailed:
    """The plan that undoes this one did not get through.

    Attributes:
        because: The stage in which that plan is.
    """

    name: ClassVar = "action.rollback_failed.v1"

    child: str
    because: str
    at: datetime


EffectEvent = (
    ActionClaimed
    | StepBegan
    | StepEnded
    | ActionStopAsked
    | ActionApplied
    | ActionFailed
    | ActionIndeterminate
    | ActionReconciled
    | ActionVerified
    | ActionVerifyFailed
    | ActionVerifyInconclusive
    | ActionMeasured
    | ActionRollingBack
    | ActionRolledBack
    | ActionRollbackFailed
)
