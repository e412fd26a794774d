"""What an approval card says, before anyone decides how it looks.

Pure values, filled by `bot/gate` from the plan's stream and drawn by `bot/slack`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.action_table import Stage
from bot.domain.freeze import Freeze
from bot.domain.gate_limits import UsedUp
from bot.domain.plan import Plan
from bot.domain.untrusted import Untrusted

Hold = Freeze | UsedUp
"""What holds a plan back for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One action that can be proposed for an incident.

    Attributes:
        title: Imperative, e.g. ``Deactivate an IAM access key``.
        params: Names of the parameters to what a person reads beside the field.
        known: Values that the alert or the registry gave; a person may change them.
        entities: What the alerts name: kind to id, the first of each.
        choices: Parameters that are one of few values, and which.
        drill: The incident is a drill's.
    """

    action: str
    title: str
    params: Mapping[str, str]
    known: Mapping[str, str]
    entities: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drill: bool = False

    @property
    def service(self) -> str:
        """What it is an action of: all of its name but the last word."""
        return self.action.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """Everything that stands on one approval card.

    Attributes:
        reason: What the requester typed, already redacted.
        agreed: Who has agreed, in order.
        approve_by: From this instant on nobody can approve; None before.
        apply_by: From this instant on nothing may start; None before.
        moved_by: Who brought it into its stage; empty where no person did.
        outcome: One sentence about how it ended or what was seen; "" before.
        seen: What the newest look at the world showed; None before.
        said: Why somebody said no, or took it back; None where nobody wrote that.
        measured: Whether a figure some time later was as promised: ``pass``, ``fail``,
            ``inconclusive``; "" before it is read. `measured_says` is what it was.
        log_size: Entries in the log when it was drawn.
        log_root: First hex digits of the log's root then.
        rollback: Action that undoes it and can be proposed now; "" for none.
        rollback_plan: Newest plan that undoes it, "" while nobody proposed one.
        rollback_stage: Where that plan stands.
        glass_by: Who broke the glass for it, "" if nobody did.
        review_due_at: Until when somebody else must review that; None if it is not
            owed.
        reviewed_by: Who did, "" if nobody has.
        needs: Groups that nobody speaks for yet, in the plan's order.
        lifted: Waivers without which somebody who agreed would have been refused.
        legal: The notice about evidence an authority may be owed; "" for T3.
        mode: ``observe``, ``suggest`` or ``act``.
        held: What held it back when it was drawn; None where nothing did.
    """

    plan: Plan
    digest: str
    stage: Stage
    reason: Untrusted | None
    agreed: tuple[str, ...] = ()
    approve_by: datetime | None = None
    apply_by: datetime | None = None
    moved_by: tuple[str, ...] = ()
    outcome: str = ""
    seen: Untrusted | None = None
    said: Untrusted | None = None
    measured: str = ""
    measured_says: Untrusted | None = None
    log_size: int = 0
    log_root: str = ""
    rollback: str = ""
    rollback_plan: str = ""
    rollback_stage: Stage = Stage.NONE
    glass_by: str = ""
    review_due_at: datetime | None = None
    reviewed_by: str = ""
    needs: tuple[str, ...] = ()
    lifted: tuple[str, ...] = ()
    legal: str = ""
    mode: str = "observe"
    held: Hold | None = None
