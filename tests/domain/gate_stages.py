"""One history for each stage a plan can stand at."""

from collections.abc import Mapping

from bot.domain.action_effects import (
    ActionFailed,
    ActionIndeterminate,
    ActionRollbackFailed,
    ActionRolledBack,
    ActionRollingBack,
    ActionVerified,
    ActionVerifyFailed,
)
from bot.domain.action_events import (
    ActionCancelled,
    ActionDenied,
    ActionEvent,
    ActionExpired,
    ActionRevoked,
    ActionStale,
    ActionSuperseded,
)
from bot.domain.action_table import Stage
from tests.domain.action_spec import (
    WHY,
    applied,
    applying,
    approved,
    began,
    drafted,
    pending,
)
from tests.spec import NOON, OLU, SAM

_DOUBT = ActionIndeterminate(because="restart", step="s1", fence=2, at=NOON)
_NOT_SO = (*applied(), ActionVerifyFailed(because="fail", at=NOON, says=None))
_UNDOING = (*_NOT_SO, ActionRollingBack(child="pl_2", at=NOON))

HISTORIES: Mapping[Stage, tuple[ActionEvent, ...]] = {
    Stage.NONE: (),
    Stage.DRAFT: (drafted(),),
    Stage.PENDING: pending(),
    Stage.APPROVED: approved(),
    Stage.APPLYING: applying(),
    Stage.APPLIED: applied(),
    Stage.VERIFIED: (*applied(), ActionVerified(at=NOON, says=None)),
    Stage.DENIED: (*pending(), ActionDenied(by=SAM.id, at=NOON, reason=WHY)),
    Stage.EXPIRED: (*pending(), ActionExpired(window="approve", at=NOON)),
    Stage.SUPERSEDED: (
        *pending(),
        ActionSuperseded(child="pl_2", by=OLU.id, at=NOON),
    ),
    Stage.STALE: (
        *approved(),
        ActionStale(changed=("iam.access_key.status",), found=("Deleted",), at=NOON),
    ),
    Stage.REVOKED: (
        *approved(),
        ActionRevoked(because="approver_lost_right", who=(SAM.id,), at=NOON),
    ),
    Stage.CANCELLED: (
        *pending(),
        ActionCancelled(because="requester", by=OLU.id, at=NOON),
    ),
    Stage.FAILED: (
        *applying(),
        ActionFailed(because="stop_all", step="", done=(), at=NOON),
    ),
    Stage.INDETERMINATE: (*applying(), began(), _DOUBT),
    Stage.VERIFY_FAILED: _NOT_SO,
    Stage.ROLLING_BACK: _UNDOING,
    Stage.ROLLED_BACK: (*_UNDOING, ActionRolledBack(child="pl_2", at=NOON)),
    Stage.ROLLBACK_FAILED: (
        *_UNDOING,
        ActionRollbackFailed(child="pl_2", because="failed", at=NOON),
    ),
}
