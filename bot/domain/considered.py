"""What was considered for an incident, as people read it. Pure values."""

from dataclasses import dataclass

from bot.domain.judged import Rejection
from bot.domain.runbook_history import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One runbook that was considered.

    Attributes:
        version: Of the runbook when it was offered, and `digest` of its file.
        step: The first one that was offered.
        score: How well it fits, `weight` of it for what became of it before.
        why: What counted.
        atlas: Ids of MITRE ATLAS, and `owasp` of OWASP.
        history: What became of it before, in a few words; "" for nothing.
        rejection: Who said that it is not the one; None if nobody did.
        taken_by: Who took a step of it, "" if nobody did.
        changed: Its file reads otherwise now.
    """

    runbook: str
    version: int
    digest: str
    title: str
    step: int
    score: float
    weight: float
    why: str
    atlas: tuple[str, ...] = ()
    owasp: tuple[str, ...] = ()
    history: str = ""
    rejection: Rejection | None = None
    taken_by: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What was considered for one incident, best first.

    Attributes:
        is_kept: What is offered was written down; not so in older incidents.
        none_by: Who said that none fits, "" if nobody did.
        mode: What history may do.
    """

    incident: str
    category: str
    is_open: bool
    is_kept: bool
    none_by: str
    mode: Mode
    options: tuple[Option, ...]
