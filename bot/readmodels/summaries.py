"""Which incidents a model is to be asked about, what came of it, and the counts.

One row an incident. `rev` grows whenever more is known of it, so that an answer to what
was known before is recognised; a row that is due is asked about, one that rests is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.instants import from_us, to_us
from bot.ports import Transaction

PAUSE = timedelta(seconds=60)
"""Between two questions about one incident."""
_RESTS = 0
# The worst first: the budget may not be enough for all. What is held back in a storm
# has no card that could be improved.
_DUE = (
    "FROM summary_wanted w JOIN board b ON b.id = w.incident WHERE w.due_us > 0 "
    "AND w.due_us <= ? AND w.incident NOT IN (SELECT incident FROM held) "
    "ORDER BY b.drill, b.severity, w.due_us LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An incident to ask about, as it was known at `rev`."""

    incident: str
    rev: int


def want(tx: Transaction, incident: str, *, now: datetime) -> None:
    """Have a model asked, at once the first time, then with pauses between."""
    tx.tables.execute(
        "INSERT INTO summary_wanted (incident, why, rev, due_us, asked_us) "
        "VALUES (?, '', 1, ?, 0) ON CONFLICT (incident) DO UPDATE SET rev = rev + 1, "
        "due_us = CASE WHEN due_us = 0 THEN max(excluded.due_us, asked_us + ?) "
        "ELSE due_us END",
        (incident, to_us(now), _us(PAUSE)),
    )


def is_due(tx: Transaction, *, now: datetime) -> bool:
    """Tell whether there is something to ask; may be asked of a snapshot."""
    return bool(tx.tables.execute(f"SELECT 1 AS one {_DUE}", (to_us(now),)))


def take(tx: Transaction, *, now: datetime, lease: timedelta) -> Wanted | None:
    """Return what to ask about, and keep it from being asked about for a while.

    Args:
        lease: After a crash in the middle it is due again then.
    """
    found = tx.tables.execute(f"SELECT w.incident, w.rev {_DUE}", (to_us(now),))
    if not found:
        return None
    one = Wanted(incident=found[0]["incident"], rev=int(found[0]["rev"]))
    tx.tables.execute(
        "UPDATE summary_wanted SET due_us = ?, asked_us = ? WHERE incident = ?",
        (to_us(now + lease), to_us(now), one.incident),
    )
    return one


def is_current(tx: Transaction, one: Wanted) -> bool:
    """Tell whether nothing more is known than when it was taken."""
    found = tx.tables.execute(
        "SELECT 1 AS one FROM summary_wanted WHERE incident = ? AND rev = ?",
        (one.incident, one.rev),
    )
    return bool(found)


def rest(tx: Transaction, incident: str, *, why: str) -> None:
    """Have it rest until more is known.

    Args:
        why: Why there is no answer, a code; "" where there is one.
    """
    tx.tables.execute(
        "UPDATE summary_wanted SET due_us = ?, why = ? WHERE incident = ?",
        (_RESTS, why, incident),
    )


def again(tx: Transaction, incident: str, *, at: datetime, why: str = "") -> None:
    """Have it asked about once more; `why` as for `rest`."""
    tx.tables.execute(
        "UPDATE summary_wanted SET due_us = ?, why = ? WHERE incident = ?",
        (to_us(at), why, incident),
    )


def asked_at(tx: Transaction, incident: str) -> datetime:
    """Return when it was asked about last; the epoch if it never was."""
    found = tx.tables.execute(
        "SELECT asked_us FROM summary_wanted WHERE incident = ?", (incident,)
    )
    return from_us(int(found[0]["asked_us"]) if found else 0)


def why_none(tx: Transaction, incident: str) -> str:
    """Return why there is no answer, "" where there is one or none yet."""
    found = tx.tables.execute(
        "SELECT why FROM summary_wanted WHERE incident = ?", (incident,)
    )
    return str(found[0]["why"]) if found else ""


def count(tx: Transaction, what: str, how: Mapping[str, int]) -> None:
    """Count what became of questions (``asked``) and of claims (``claims``)."""
    for name, n in how.items():
        tx.tables.execute(
            "INSERT INTO summary_count (what, how, n) VALUES (?, ?, ?) "
            "ON CONFLICT (what, how) DO UPDATE SET n = n + excluded.n",
            (what, name, n),
        )


def counts(tx: Transaction, what: str) -> dict[str, int]:
    """Return what `count` counted."""
    found = tx.tables.execute(
        "SELECT how, n FROM summary_count WHERE what = ? ORDER BY how", (what,)
    )
    return {one["how"]: int(one["n"]) for one in found}


def _us(time: timedelta) -> int:
    return time // timedelta(microseconds=1)
