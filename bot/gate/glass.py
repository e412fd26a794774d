"""Broken glass, counted over the rows of plans.

What was broken in a drill is no debt in the real world, and the other way round.
"""

from datetime import datetime, timedelta

from bot.ports import Transaction

_DAY = timedelta(hours=24)


def broken(tx: Transaction, now: datetime, *, drill: bool, but: str = "") -> int:
    """Return how often the glass was broken in the last 24 hours.

    Args:
        but: Plan that does not count: how often before it is what it is asked for.
    """
    return _count(tx, "glass_at >= ?", (now - _DAY).isoformat(), drill=drill, but=but)


def overdue(tx: Transaction, now: datetime, *, drill: bool) -> int:
    """Return how much broken glass nobody looked at in time."""
    # Said as a range, so that the index leaves out what owes nothing: nearly all.
    owed = "review_due_at > '' AND review_due_at < ?"
    return _count(tx, owed, now.isoformat(), drill=drill)


def _count(tx: Transaction, where: str, at: str, *, drill: bool, but: str = "") -> int:
    found = tx.tables.execute(
        f"SELECT count(*) AS n FROM plan WHERE {where} AND "  # noqa: S608 - ours
        "coalesce((SELECT b.drill FROM board b WHERE b.id = plan.incident), 0) = ? "
        "AND id <> ?",
        (at, int(drill), but),
    )
    return int(found[0]["n"])
