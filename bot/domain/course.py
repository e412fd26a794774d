"""The course of one incident, as a runbook can be made of it. No person is in it.

Filled from the log by `bot/readmodels/course.py`, written down as a draft by
`bot/domain/runbook_draft.py`. Texts from outside are masked before they get here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.action_table import Stage
from bot.domain.plan import Plan
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRan:
    """A runbook step that people took.

    Attributes:
        outcome: ``taken``, ``done`` or ``skipped``.
        reason: Why it was skipped; None where nobody said, or it was erased.
    """

    runbook: str
    number: int
    outcome: str
    at: datetime
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRan:
    """A plan and how far it came.

    Attributes:
        seen: What was seen afterwards, in our words; "" for nothing.
        undone_by: Plan that undid it, "" if none did.
        snapshot: Evidence was saved before it ran.
    """

    plan: Plan
    stage: Stage
    at: datetime
    seen: str = ""
    undone_by: str = ""
    snapshot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What happened, in order.

    Attributes:
        signals: What its alerts are called, each once.
        entities: Kind and id of what they name.
        notes: What people noted, and why the severity was moved.
        suggested: Ids of the runbooks that were suggested, best first.
        outcome: How it ended, "" while it is open; `summary`, what people said of it.
        root: Hex of the log's root, over `size` entries.
    """

    incident: str
    category: str
    category_title: str
    severity: Severity
    signals: tuple[Untrusted, ...]
    entities: tuple[tuple[str, str], ...]
    owasp: tuple[str, ...]
    atlas: tuple[str, ...]
    steps: tuple[StepRan, ...]
    plans: tuple[PlanRan, ...]
    notes: tuple[tuple[datetime, Untrusted], ...]
    suggested: Sequence[str]
    outcome: str
    summary: Untrusted | None
    drill: bool
    size: int
    root: str
