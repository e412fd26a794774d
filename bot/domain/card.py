"""What a card says, before anyone decides how it looks.

Pure values: `bot/service.py` fills them from the log and the read models, and
`bot/slack/cards.py` draws them. Nothing here knows Slack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.incident import Incident
from bot.domain.severity import Reason
from bot.domain.summary import Summary
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The runbook step to take next, and why this one.

    Attributes:
        state: "" while nobody has it, else ``taken``, ``done`` or ``skipped``.
        far: How far the runbook's checklist is, "" where none was started. Once no
            step of it is left, the step is the last one and is over.
    """

    runbook: str
    title: str
    number: int
    text: str
    why: str
    state: str = ""
    by: str = ""
    far: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsState:
    """How far an incident's diagnostics are.

    Attributes:
        done: How many collectors are done; of how many says `total`, 0 before they
            are counted.
        ready_at: When the bundle was sealed, None while it is collected.
        files: How many files are in it.
        missing: How much of what was asked for is not.
    """

    done: int = 0
    total: int = 0
    ready_at: datetime | None = None
    files: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedBy:
    """Why an alert was grouped.

    Attributes:
        because: Code of the rule.
        named: Kind of the thing that alerts share, where that decided; else "".
        thing: Which one, as the first such alert names it.
    """

    because: str
    named: str = ""
    thing: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """Everything that stands on one incident card.

    Attributes:
        id: ``INC-0001``.
        since: When the trouble began, aware UTC.
        alert_count: Alerts it stands for, repeats included.
        grouped_by: Which grouping rules were used, in order.
        earlier_ended_at: When the last incident of the same problem ended.
        meanings: What its kinds of alert mean together, as people call it.
        flapping: How often problems that come and go came back.
        reasons: Why this severity.
        masked: Kind to how many values were masked.
        next_step: None when no runbook fits.
        diagnostics: None where there are none.
        notices: What else a reader must know.
        model: ``no model``, or the name of what wrote the bullets.
    """

    id: str
    state: Incident
    since: datetime
    category_title: str
    system_title: str = ""
    owner: str = ""
    risk_tier: str = ""
    alert_count: int = 1
    sources: tuple[str, ...] = ()
    grouped_by: tuple[GroupedBy, ...] = ()
    earlier_ended_at: datetime | None = None
    meanings: tuple[str, ...] = ()
    flapping: int = 0
    reasons: tuple[Reason, ...] = ()
    summary: Summary
    masked: Mapping[str, int] = field(default_factory=dict)
    next_step: NextStep | None = None
    diagnostics: DiagnosticsState | None = None
    notices: tuple[str, ...] = ()
    model: str = "no model"
