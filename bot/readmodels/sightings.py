"""When an incident's alerts of each category say that something happened.

What follows from several kinds seen together is in `bot/domain/together.py`.
"""

from collections.abc import Mapping

from bot.domain.envelope import Alert
from bot.domain.instants import from_us, to_us
from bot.domain.severity import Severity
from bot.domain.together import Seen
from bot.ports import Transaction

# What a piece of work knows to be seen already, by incident.
_SEEN = "gathering saw "


def seen(tx: Transaction, incident: str) -> Mapping[str, Seen]:
    """Return when an incident's alerts of each category say something happened."""
    known: dict[str, Seen] | None = tx.worked_out.get(_SEEN + incident)
    if known is not None:
        return known
    found = tx.tables.execute(
        "SELECT category, severity, first_us, last_us FROM sighting WHERE incident = ?",
        (incident,),
    )
    known = tx.worked_out[_SEEN + incident] = {
        one["category"]: Seen(
            first_at=from_us(one["first_us"]),
            last_at=from_us(one["last_us"]),
            severity=Severity(one["severity"]),
        )
        for one in found
    }
    return known


def see(tx: Transaction, incident: str, alert: Alert) -> None:
    """Note that an alert of an incident says something happened."""
    at, given = to_us(alert.detected_at), alert.assessment
    if (known := tx.worked_out.get(_SEEN + incident)) is not None:
        known[given.category] = _seen_again(known.get(given.category), alert)
    tx.tables.execute(
        "INSERT INTO sighting (incident, category, severity, first_us, last_us) "
        "VALUES (?,?,?,?,?) ON CONFLICT (incident, category) DO UPDATE SET "
        # SEV1 to SEV4 sort as text, the worst first.
        "severity = min(severity, excluded.severity), "
        "first_us = min(first_us, excluded.first_us), "
        "last_us = max(last_us, excluded.last_us)",
        (incident, given.category, given.severity, at, at),
    )


def _seen_again(seen: Seen | None, alert: Alert) -> Seen:
    at, severity = alert.detected_at, alert.assessment.severity
    if seen is None:
        return Seen(first_at=at, last_at=at, severity=severity)
    return Seen(
        first_at=min(seen.first_at, at),
        last_at=max(seen.last_at, at),
        severity=min(seen.severity, severity),
    )
