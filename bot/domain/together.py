"""What alerts of several kinds mean together: correlated events. Pure.

A stolen key that opens models, switches the log off and spends money is worse than
the three alerts it makes. Which categories mean what is data
(`bot/rules/grouping.yaml`); this file only asks whether they were seen near enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.severity import Reason, Severity, climb

# How near in time kinds of alert must be to mean something together.
TOGETHER_WINDOW = timedelta(minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """One meaning of several kinds.

    Attributes:
        id: Code in the log, e.g. ``together.llm_jacking``.
        title: What people call it; "" where it has no name of its own.
        groups: Of each of these sets at least one category must have been seen.
        steps: How far it moves the severity.
        reason: What people read.
        over: Ids of rules that this one counts instead of.
    """

    id: str
    title: str
    groups: tuple[frozenset[str], ...]
    steps: int
    reason: str
    over: frozenset[str] = frozenset()

    def as_reason(self) -> Reason:
        """Return it as a printed reason for a severity."""
        return Reason(code=self.id, text=self.reason, steps=self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """When an incident's alerts of one category say that something happened.

    Attributes:
        severity: The worst of them.
    """

    first_at: datetime
    last_at: datetime
    severity: Severity = Severity.NONE


def meanings(
    seen: Mapping[str, Seen], rules: Sequence[Together], *, at: datetime
) -> tuple[Together, ...]:
    """Return what the kinds seen around a moment mean together.

    The answer does not depend on the order in which alerts came: when the last of
    a rule's kinds comes, whichever it is, the others lie within the window.

    Args:
        seen: By category.
        at: When what the newest alert tells of happened, aware UTC.
    """
    near = {category for category, one in seen.items() if _is_near(one, at)}
    held = [rule for rule in rules if _holds(rule, near)]
    beaten = {one for rule in held for one in rule.over}
    return tuple(rule for rule in held if rule.id not in beaten)


def raised(start: Severity, found: Sequence[Together]) -> Severity:
    """Return a severity moved by what kinds of alert mean together."""
    return climb(start, tuple(rule.as_reason() for rule in found))


def most_telling(seen: Mapping[str, Severity], order: Sequence[str]) -> str:
    """Return the category that names an incident best: the worst, then the order.

    Args:
        order: Categories, the most telling first.
    """
    places = {category: place for place, category in enumerate(order)}
    return min(
        seen,
        key=lambda one: (seen[one].rank, places.get(one, len(places)), one),
        default="",
    )


def _holds(rule: Together, near: set[str]) -> bool:
    """Tell whether each group is met, and by different categories where it can be."""
    return _covers([group & near for group in rule.groups], frozenset())


def _covers(left: list[frozenset[str]] | list[set[str]], used: frozenset[str]) -> bool:
    if not left:
        return True
    return any(_covers(left[1:], used | {one}) for one in set(left[0]) - used)


def _is_near(one: Seen, at: datetime) -> bool:
    return one.first_at - TOGETHER_WINDOW <= at <= one.last_at + TOGETHER_WINDOW
