"""A ledger in memory."""

from datetime import datetime, timedelta

from bot.ports.model import Call, Fits, Spent, Usage

_HOUR = timedelta(hours=1)


class FakeLedger:
    """Keeps `bot.ports.model.Ledger`; passes its contract (tests/test_spending.py)."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.used: list[Usage] = []
        self.outcomes: list[str] = []

    def hold(self, call: Call, *, fits: Fits) -> int | None:
        if not fits(self.spent(call.incident, call.at), call.most):
            return None
        self.calls.append(call)
        self.used.append(call.most)
        self.outcomes.append("held")
        return len(self.calls) - 1

    def settle(self, number: int, usage: Usage, *, outcome: str) -> None:
        self.used[number] = usage
        self.outcomes[number] = outcome

    def spent(self, incident: str, at: datetime) -> Spent:
        every = list(zip(self.calls, self.used, strict=True))
        return Spent(
            incident=_sum(u for c, u in every if c.incident == incident),
            hour=_sum(u for c, u in every if c.at > at - _HOUR),
            month=_sum(
                u for c, u in every if (c.at.year, c.at.month) == (at.year, at.month)
            ),
        )


def _sum(used: "object") -> Usage:
    total = Usage()
    for one in used:  # type: ignore[attr-defined]
        total += one
    return total
