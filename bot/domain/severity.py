"""Severity: the ladder, its words and its order.

A severity is the default of the category, moved up or down by facts of the alert.
Every move has a reason that people see. Vendors' own severities are evidence, not
the answer: copied one to one they disagree with what responders expect in three
of four rated AI findings. Which facts move what is data (`bot/rules`).
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is, worst first. INFO opens nothing, NONE needs nobody."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"
    INFO = "INFO"
    NONE = "NONE"

    @property
    def rank(self) -> int:
        """0 for SEV1 to 5 for NONE: a smaller number is worse."""
        return _ORDER.index(self)

    def is_worse_than(self, other: "Severity") -> bool:
        """Tell whether this one asks for more haste than `other`."""
        return self.rank < other.rank


_ORDER = tuple(Severity)
_LADDER = (Severity.SEV1, Severity.SEV2, Severity.SEV3, Severity.SEV4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One printed reason for a severity.

    Attributes:
        code: Stable id for logs, e.g. ``outcome.allowed``.
        text: What people read, e.g. ``the input was let through``.
        steps: How far it moved the severity; positive is worse, 0 sets the start.
    """

    code: str
    text: str
    steps: int = 0


def climb(start: Severity, reasons: tuple[Reason, ...]) -> Severity:
    """Return `start` moved by the reasons' steps, held within SEV1 to SEV4.

    INFO and NONE are not on the ladder: only a rule that names a severity
    leaves them.
    """
    if start not in _LADDER:
        return start
    moved = _LADDER.index(start) - sum(reason.steps for reason in reasons)
    return _LADDER[min(max(moved, 0), len(_LADDER) - 1)]


def worst(severities: tuple[Severity, ...]) -> Severity:
    """Return the worst of several; NONE when there are none."""
    return min(severities, key=lambda severity: severity.rank, default=Severity.NONE)
