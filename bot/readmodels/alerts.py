"""Which alerts an incident stands for.

`alert` keeps the first alert of every problem, redacted; `problem` counts its
repeats, so that a storm of one problem is one row. The raw payloads stay sealed
in the inbox.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from bot.domain.card import GroupedBy
from bot.domain.envelope import Alert, Entity
from bot.domain.grouping import dedup_digest, group_digest, number_of
from bot.domain.instants import to_us
from bot.domain.untrusted import Untrusted
from bot.ports import Transaction
from bot.readmodels.alert_docs import from_doc, to_doc

# How many alerts of an incident are read for its card: the first of each problem.
_FOR_CARD = 12


def add(
    tx: Transaction,
    incident: str,
    alert: Alert,
    *,
    because: str = "",
    thing: Entity | None = None,
    is_told: bool = True,
) -> None:
    """Count an alert whose problem is new to an incident.

    Args:
        because: Code of the grouping rule; "" for the alert that opened it.
        thing: What both name, where that decided.
        is_told: The log tells of the problem.
    """
    envelope = alert.envelope
    tx.tables.execute(
        "INSERT INTO problem (incident, dedup, grp, source, because, count, last_at, "
        "first_alert, number, firing, told, severity, began_us) "
        "VALUES (?,?,?,?,?,?,?,?,?,1,?,?,?)",
        (
            incident,
            dedup_digest(envelope),
            group_digest(envelope),
            envelope.source,
            because,
            envelope.stands_for,
            alert.received_at.isoformat(),
            alert.id,
            number_of(incident),
            int(is_told),
            alert.assessment.severity,
            to_us(alert.detected_at),
        ),
    )
    tx.tables.execute(
        "INSERT INTO alert (id, incident, doc) VALUES (?,?,?) ON CONFLICT DO NOTHING",
        (alert.id, incident, orjson.dumps(to_doc(alert)).decode()),
    )
    if because:
        _grouped(tx, incident, because, thing)


def update(tx: Transaction, incident: str, alert: Alert) -> None:
    """Count an alert that only changes something about a known problem."""
    tx.tables.execute(
        "UPDATE problem SET count = count + ?, last_at = ? "
        "WHERE incident = ? AND dedup = ?",
        (
            alert.envelope.stands_for,
            alert.received_at.isoformat(),
            incident,
            dedup_digest(alert.envelope),
        ),
    )


def repeat(tx: Transaction, incident: str, alert: Alert) -> None:
    """Count a repeat of a known problem, which is firing again or still."""
    tx.tables.execute(
        "UPDATE problem SET count = count + ?, last_at = ?, firing = 1, "
        # SEV1 to SEV4 sort as text, the worst first; "" is a row of an older version.
        "severity = CASE WHEN severity = '' OR severity > ? THEN ? ELSE severity END "
        "WHERE incident = ? AND dedup = ?",
        (
            alert.envelope.stands_for,
            alert.received_at.isoformat(),
            alert.assessment.severity,
            alert.assessment.severity,
            incident,
            dedup_digest(alert.envelope),
        ),
    )


def over(tx: Transaction, incident: str, dedup: str) -> None:
    """Note that a sender took a problem back."""
    tx.tables.execute(
        "UPDATE problem SET firing = 0 WHERE incident = ? AND dedup = ?",
        (incident, dedup),
    )


def others_firing(tx: Transaction, incident: str, dedup: str) -> bool:
    """Tell whether problems are firing that only the count knows."""
    found = tx.tables.execute(
        "SELECT 1 AS one FROM problem WHERE incident = ? AND firing = 1 AND told = 0 "
        "AND dedup <> ? LIMIT 1",
        (incident, dedup),
    )
    return bool(found)


def newest_problem(tx: Transaction, dedup: str) -> tuple[str, Alert, bool] | None:
    """Return a problem's newest incident, its first alert there, and if it fires."""
    found = tx.tables.execute(
        "SELECT p.incident, p.firing, a.doc FROM problem p JOIN alert a ON "
        "a.id = p.first_alert WHERE p.dedup = ? ORDER BY p.number DESC LIMIT 1",
        (dedup,),
    )
    if not found:
        return None
    one = found[0]
    return one["incident"], from_doc(orjson.loads(one["doc"])), bool(one["firing"])


def later(tx: Transaction, alert: str, outcome: str) -> str:
    """Return what became of an alert, and after a window that silenced it."""
    if not outcome.startswith("silenced"):
        return outcome
    found = tx.tables.execute("SELECT incident FROM alert WHERE id = ?", (alert,))
    return f"{outcome}, then counted to {found[0]['incident']}" if found else outcome


def twin(tx: Transaction, incident: str) -> str:
    """Return another open incident that has one of its problems, "" if none."""
    found = tx.tables.execute(
        "SELECT o.incident FROM problem p JOIN problem o ON o.dedup = p.dedup "
        "AND o.incident <> p.incident JOIN board b ON b.id = o.incident "
        "WHERE p.incident = ? AND b.resolved_at IS NULL "
        "AND b.drill = (SELECT drill FROM board WHERE id = ?) "
        "ORDER BY o.number LIMIT 1",
        (incident, incident),
    )
    return str(found[0]["incident"]) if found else ""


def _grouped(
    tx: Transaction, incident: str, because: str, thing: Entity | None
) -> None:
    # The first alert of a rule is what is noted of it.
    if (noted := f"gathered {incident} {because}") in tx.worked_out:
        return
    tx.worked_out[noted] = True
    named = f"{thing.kind} {thing.id}" if thing else ""
    tx.tables.execute(
        "INSERT INTO gathered (incident, because, n, entity) VALUES (?,?,"
        "(SELECT count(*) FROM gathered WHERE incident = ?),?) ON CONFLICT DO NOTHING",
        (incident, because, incident, named),
    )


def of_incident(
    tx: Transaction, incident: str, *, most: int = _FOR_CARD
) -> tuple[Alert, ...]:
    """Return the first alert of each of an incident's problems, oldest first."""
    found = tx.tables.execute(
        "SELECT doc FROM alert WHERE incident = ? ORDER BY id LIMIT ?",
        (incident, most),
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
        "SELECT alerts FROM gathering WHERE incident = ?", (incident,)
    )
    return int(found[0]["alerts"]) if found else 0


def grouped_by(tx: Transaction, incident: str) -> tuple[GroupedBy, ...]:
    """Return why alerts were grouped to an incident, in the order of first use."""
    found = tx.tables.execute(
        "SELECT because, entity FROM gathered WHERE incident = ? ORDER BY n",
        (incident,),
    )
    return tuple(
        GroupedBy(
            because=one["because"],
            named=one["entity"].partition(" ")[0],
            thing=Untrusted(one["entity"].partition(" ")[2]) if one["entity"] else None,
        )
        for one in found
    )
