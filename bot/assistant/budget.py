"""How much of calls, tokens and money is left, of an incident, an hour and a month.

Counting is the ledger's business (`bot.ports.model.Ledger`). What a call may use at
most is held before it is made, so that questions at the same time cannot share what is
left for one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.config.model import ModelSection
from bot.ports.model import Spent, Usage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that may be used; 0 is no limit."""

    incident: Usage
    hour: Usage
    month: Usage

    @classmethod
    def of(cls, model: ModelSection) -> "Budget":
        """Return the limits of the settings."""
        return cls(
            incident=_limit(
                model.calls_per_incident,
                model.tokens_per_incident,
                model.cost_per_incident,
            ),
            hour=_limit(
                model.calls_per_hour, model.tokens_per_hour, model.cost_per_hour
            ),
            month=_limit(
                model.calls_per_month, model.tokens_per_month, model.cost_per_month
            ),
        )

    def fits(self, spent: Spent, most: Usage) -> bool:
        """Tell whether something fits into every limit."""
        return all(_fits(used + most, limit) for _, used, limit in self._each(spent))

    def left(self, spent: Spent) -> Iterator[str]:
        """Yield what is left in people's words: ``hour: 12 of 200 calls, …``."""
        for name, used, limit in self._each(spent):
            yield f"{name}: {', '.join(_left(used, limit)) or 'no limit'}"

    def _each(self, spent: Spent) -> tuple[tuple[str, Usage, Usage], ...]:
        return (
            ("incident", spent.incident, self.incident),
            ("hour", spent.hour, self.hour),
            ("month", spent.month, self.month),
        )


def _limit(calls: int, tokens: int, cost: Decimal) -> Usage:
    return Usage(calls=calls, tokens=tokens, cost_micros=int(cost * _MILLION))


def _fits(used: Usage, limit: Usage) -> bool:
    return all(most in (0, max(most, have)) for have, most in _pairs(used, limit))


def _pairs(used: Usage, limit: Usage) -> tuple[tuple[int, int], ...]:
    return (
        (used.calls, limit.calls),
        (used.tokens, limit.tokens),
        (used.cost_micros, limit.cost_micros),
    )


def _left(used: Usage, limit: Usage) -> Iterator[str]:
    if limit.calls:
        yield f"{max(limit.calls - used.calls, 0):,} of {limit.calls:,} calls"
    if limit.tokens:
        yield f"{max(limit.tokens - used.tokens, 0):,} of {limit.tokens:,} tokens"
    if limit.cost_micros:
        left = max(limit.cost_micros - used.cost_micros, 0) / _MILLION
        yield f"{left:,.2f} of {limit.cost_micros / _MILLION:,.2f} money"
