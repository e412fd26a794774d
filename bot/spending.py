"""What models have used, kept in the store, so that a restart gives nothing back.

Each call is written down before it is made, with what it may use at most, and set
right when its answer came. How much may be used is decided in `bot/assistant`.
"""

from datetime import UTC, datetime, timedelta

from bot.domain.instants import to_us
from bot.ports import Store, Tables, Transaction
from bot.ports.model import Call, Fits, Spent, Usage

HELD = "held"
_HOUR = timedelta(hours=1)
_SUM = (
    "SELECT count(*) AS calls, coalesce(sum(tokens), 0) AS tokens, "
    "coalesce(sum(cost_micros), 0) AS cost_micros FROM model_call WHERE "
)


class StoredLedger:
    """Keeps `bot.ports.model.Ledger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def hold(self, call: Call, *, fits: Fits) -> int | None:
        """Write a call down if it fits, durably; None if it does not."""

        def work(tx: Transaction) -> int | None:
            if not fits(spent(tx.tables, call.incident, call.at), call.most):
                return None
            return _written(tx.tables, call)

        return self._store.write(work).result()

    def settle(self, number: int, usage: Usage, *, outcome: str) -> None:
        """Say what a call has used, and what became of it."""
        row = (usage.tokens, usage.cost_micros, outcome, number)
        self._store.write(
            lambda tx: tx.tables.execute(
                "UPDATE model_call SET tokens = ?, cost_micros = ?, outcome = ? "
                "WHERE n = ?",
                row,
            )
        ).result()

    def spent(self, incident: str, at: datetime) -> Spent:
        """Return what was used and is held."""
        return self._store.read(lambda tx: spent(tx.tables, incident, at))


def spent(tables: Tables, incident: str, at: datetime) -> Spent:
    """Return what was used until now: of an incident, an hour, and a month of UTC."""
    month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Spent(
        incident=_sum(tables, "incident = ?", incident),
        hour=_sum(tables, "at_us > ?", to_us(at - _HOUR)),
        month=_sum(tables, "at_us >= ?", to_us(month)),
    )


def _sum(tables: Tables, where: str, value: str | int) -> Usage:
    (row,) = tables.execute(_SUM + where, (value,))
    return Usage(**row)


def _written(tables: Tables, call: Call) -> int:
    (row,) = tables.execute(
        "INSERT INTO model_call (at_us, incident, model, prompt, digest, outcome, "
        "tokens, cost_micros) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (
            to_us(call.at),
            call.incident,
            call.model,
            call.prompt,
            call.digest,
            HELD,
            call.most.tokens,
            call.most.cost_micros,
        ),
    )
    return int(row["n"])
