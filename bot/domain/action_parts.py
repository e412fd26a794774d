"""What a plan's state is made of: one yes, one call."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.action_effects import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's yes.

    Attributes:
        groups: Those of the plan's groups that they were in.
        group_only: It counts for a group only, not for what the level asks.
    """

    by: str
    commander: bool
    at: datetime
    groups: tuple[str, ...] = ()
    group_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun:
    """One call: None while it is on its way."""

    step: str
    outcome: Outcome | None = None
