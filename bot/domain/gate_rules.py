"""The settings of the gate: windows, limits, and how far it may go.

Site policies say who may do what; these numbers say how long and how often. They
come from the settings and change with a restart. The kill switch and a freeze are
not settings: they change at once and are read from the log (`action_facts.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.domain.plan import Level


class Mode(StrEnum):
    """How far the gate goes.

    OBSERVE makes plans and shows them, SUGGEST also collects approvals, ACT runs.
    """

    OBSERVE = "observe"
    SUGGEST = "suggest"
    ACT = "act"


# How many distinct people must agree at least, by level.
QUORUM: Mapping[Level, int] = {Level.T1: 2, Level.T2: 1, Level.T3: 1}
# A clock may differ this much from the newest entry before the gate refuses.
CLOCK_SLACK = timedelta(seconds=2)


def _approve_within() -> Mapping[Level, timedelta]:
    return {
        Level.T1: timedelta(minutes=10),
        Level.T2: timedelta(minutes=15),
        Level.T3: timedelta(minutes=15),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """Windows, limits and mode in force.

    Attributes:
        approve_within: From publication to the last approval, by level.
        apply_within: From the quorum to the start of the last step.
        lease: How long a worker may be silent; twice the plan's own estimate if
            that is more.
        facts_live: How old what was read about people and the world may be.
        own_t3: The requester may confirm a T3 plan that a person chose.
        approver_groups: Names of groups of which an approver is in one; empty asks
            the policies alone.
        glass_reason_chars: Shortest reason for breaking the glass.
        glass_prefix: What the phrase for it begins with.
        glass_limit: How often in 24 hours.
        review_within: From breaking the glass to somebody else's look at it.
        verify_attempts: Looks before "cannot be told" counts as failed.
        verify_again: Between two looks.
    """

    mode: Mode = Mode.OBSERVE
    approve_within: Mapping[Level, timedelta] = field(default_factory=_approve_within)
    apply_within: timedelta = timedelta(minutes=5)
    lease: timedelta = timedelta(seconds=60)
    facts_live: timedelta = timedelta(seconds=60)
    own_t3: bool = True
    approver_groups: frozenset[str] = frozenset()
    glass_reason_chars: int = 20
    glass_prefix: str = "break glass"
    glass_limit: int = 3
    review_within: timedelta = timedelta(hours=24)
    verify_attempts: int = 3
    verify_again: timedelta = timedelta(minutes=2)
