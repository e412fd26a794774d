"""Which alerts an incident stands for.

`alert` keeps the first alert of every problem, redacted; `problem` counts its
repeats, so that a storm of one problem is one row. The raw payloads stay sealed
in the inbox.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from bot.domain.envelope import Alert
from bot.domain.grouping import Candidate, dedup_digest, group_digest
from bot.ports import Transaction
from bot.readmodels.alert_docs import from_doc, to_doc

# How many alerts of an incident are read for its card: the first of each problem.
_FOR_CARD = 12


def count(tx: Transaction, incident: str, alert: Alert, *, because: str) -> bool:
    """Count an alert to an incident; tell whether its problem is a new one."""
    dedup = dedup_digest(alert.envelope)
    known = tx.tables.execute(
        "SELECT 1 AS one FROM problem WHERE incident = ? AND dedup = ?",
        (incident, dedup),
    )
    if known:
        repeat(tx, incident, dedup, count=alert.envelope.stands_for, at=alert)
        return False
    tx.tables.execute(
        "INSERT INTO problem (incident, dedup, grp, source, because, count, last_at, "
        "first_alert) VALUES (?,?,?,?,?,?,?,?)",
        (
            incident,
            dedup,
            group_digest(alert.envelope),
            alert.envelope.source,
            because,
            alert.envelope.stands_for,
            alert.received_at.isoformat(),
            alert.id,
        ),
    )
    tx.tables.execute(
        "INSERT INTO alert (id, incident, doc) VALUES (?,?,?) ON CONFLICT DO NOTHING",
        (alert.id, incident, orjson.dumps(to_doc(alert)).decode()),
    )
    return True


def repeat(
    tx: Transaction, incident: str, dedup: str, *, count: int, at: Alert
) -> None:
    """Count a repeat of a known problem."""
    tx.tables.execute(
        "UPDATE problem SET count = count + ?, last_at = ? "
        "WHERE incident = ? AND dedup = ?",
        (count, at.received_at.isoformat(), incident, dedup),
    )


def of_incident(tx: Transaction, incident: str) -> tuple[Alert, ...]:
    """Return the first alert of each of an incident's problems, oldest first."""
    found = tx.tables.execute(
        "SELECT doc FROM alert WHERE incident = ? ORDER BY id LIMIT ?",
        (incident, _FOR_CARD),
    )
    return tuple(from_doc(orjson.loads(one["doc"])) for one in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem of an incident.

    Attributes:
        alert: The first alert of it.
        count: How many alerts it stands for, repeats included.
        because: Code of the rule that grouped it, "" for the first.
        last_at: When the newest of them was received, aware UTC.
    """

    alert: Alert
    count: int
    because: str
    last_at: datetime


def problems(tx: Transaction, incident: str, *, limit: int) -> tuple[Problem, ...]:
    """Return the problems an incident stands for, in the order they came."""
    found = tx.tables.execute(
        "SELECT a.doc, p.count, p.because, p.last_at FROM problem p "
        "JOIN alert a ON a.id = p.first_alert WHERE p.incident = ? "
        "ORDER BY a.id LIMIT ?",
        (incident, limit),
    )
    return tuple(
        Problem(
            alert=from_doc(orjson.loads(one["doc"])),
            count=int(one["count"]),
            because=one["because"],
            last_at=datetime.fromisoformat(one["last_at"]),
        )
        for one in found
    )


def problem_count(tx: Transaction, incident: str) -> int:
    """Return how many different problems an incident stands for."""
    found = tx.tables.execute(
        "SELECT count(*) AS n FROM problem WHERE incident = ?", (incident,)
    )
    return int(found[0]["n"])


def times(
    tx: Transaction, incident: str
) -> dict[str, tuple[datetime | None, datetime]]:
    """Return by alert when its sender says it happened, and when we received it."""
    found = tx.tables.execute("SELECT doc FROM alert WHERE incident = ?", (incident,))
    docs = (orjson.loads(one["doc"]) for one in found)
    return {doc["id"]: _times(doc) for doc in docs}


def _times(doc: dict[str, Any]) -> tuple[datetime | None, datetime]:
    at = doc["envelope"]["occurred_at"]
    received_at = datetime.fromisoformat(doc["received_at"])
    return None if at is None else datetime.fromisoformat(at), received_at


def total(tx: Transaction, incident: str) -> int:
    """Return how many alerts an incident stands for, repeats included."""
    found = tx.tables.execute(
        "SELECT coalesce(sum(count), 0) AS n FROM problem WHERE incident = ?",
        (incident,),
    )
    return int(found[0]["n"])


def grouped_by(tx: Transaction, incident: str) -> tuple[str, ...]:
    """Return the codes of the grouping rules that were used, in order."""
    found = tx.tables.execute(
        "SELECT because FROM problem WHERE incident = ? AND because <> '' "
        "GROUP BY because ORDER BY min(first_alert)",
        (incident,),
    )
    return tuple(one["because"] for one in found)


def candidates(
    tx: Transaction,
    alert: Alert,
    *,
    now: datetime,
    reopen: timedelta,
    drill: bool = False,
) -> tuple[Candidate, ...]:
    """Return the incidents that an alert could belong to.

    Open ones that share its problem, its sender's group or its system, and those
    resolved within `reopen` that share its problem. A drill's alert belongs to an
    incident of a drill and no other to one.
    """
    dedup, group = dedup_digest(alert.envelope), group_digest(alert.envelope)
    found = tx.tables.execute(
        "SELECT DISTINCT b.id, b.category, b.system, b.resolved_at "
        "FROM board b JOIN problem p ON p.incident = b.id "
        "WHERE b.drill = ? AND ("
        "(p.dedup = ? AND (b.resolved_at IS NULL OR b.resolved_at >= ?)) "
        "OR (b.resolved_at IS NULL AND p.grp = ? AND ? <> '') "
        "OR (b.resolved_at IS NULL AND b.system = ? AND ? <> '' AND b.category = ?))",
        (
            int(drill),
            dedup,
            (now - reopen).isoformat(),
            group,
            group,
            alert.system,
            alert.system,
            alert.assessment.category,
        ),
    )
    return tuple(_candidate(tx, one) for one in found)


def _candidate(tx: Transaction, found: Any) -> Candidate:
    problems = tx.tables.execute(
        "SELECT dedup, grp, last_at FROM problem WHERE incident = ?", (found["id"],)
    )
    ended = found["resolved_at"]
    return Candidate(
        incident=found["id"],
        dedups=frozenset(one["dedup"] for one in problems),
        groups=frozenset(one["grp"] for one in problems if one["grp"]),
        category=found["category"],
        system=found["system"],
        last_alert_at=max(datetime.fromisoformat(one["last_at"]) for one in problems),
        resolved_at=None if ended is None else datetime.fromisoformat(ended),
    )
