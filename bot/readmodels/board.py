"""The board: one row per incident, projected in the transaction that appends.

A rebuild from the log gives the same rows (a test proves it). How many alerts an
incident stands for is not an event; it is counted in `bot/readmodels/alerts.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.codec import decode
from bot.domain.events import Phase, Reopened, Resolved
from bot.domain.incident import Incident, evolve, fold
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports import Entry, Tables, Transaction
from bot.readmodels.timeline import INCIDENT_STREAM

# What a piece of work knows of an incident's end and row, by incident.
_ENDED = "board ended "
_ROW = "board row "


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """What a list of incidents shows of one of them."""

    id: str
    title: Untrusted | None
    severity: Severity
    phase: Phase
    category: str
    commander: str
    acked_by: str
    since: datetime
    system: str
    alert_count: int
    drill: bool
    channel: str
    resolved_at: datetime | None
    snoozed_until: datetime | None = None


def project(tx: Transaction, entries: Iterable[Entry]) -> None:
    """Bring the rows of the touched incidents up to date.

    Giving the same entry twice changes nothing: a row is always the fold of its
    whole stream.
    """
    streams = {e.stream for e in entries if e.stream.startswith(INCIDENT_STREAM)}
    for stream in sorted(streams):
        _write(tx, stream.removeprefix(INCIDENT_STREAM), tx.log.load(stream))


def advance(
    tx: Transaction, incident: str, state: Incident, entries: Sequence[Entry]
) -> None:
    """Bring one row up to date whose state is known; the same row as `project` makes.

    Args:
        state: After the entries.
        entries: What was appended just now.
    """
    ends = [one for one in entries if one.kind in (Resolved.name, Reopened.name)]
    if not ends:
        ended = _ended(tx, incident)
    else:
        ended = ends[-1].at if ends[-1].kind == Resolved.name else None
    _keep(tx, incident, state, ended, row=tx.worked_out.get(_ROW + incident))
    tx.worked_out[INCIDENT_STREAM + incident] = state, entries[-1].version


def rebuild(tx: Transaction) -> None:
    """Throw the rows away and make them again from the log."""
    tx.tables.execute("DELETE FROM board")
    after = -1
    while page := tx.log.read(after=after):
        project(tx, page)
        after = page[-1].seq


def load(tx: Transaction, incident: str) -> tuple[Incident, int]:
    """Return an incident's state and the version of its stream."""
    stream = INCIDENT_STREAM + incident
    known: tuple[Incident, int] | None = tx.worked_out.get(stream)
    if known is not None and known[1] == tx.log.version(stream):
        return known
    entries = tx.log.load(stream)
    events = (decode(e.kind, e.body, e.words) for e in entries)
    tx.worked_out[stream] = found = fold(events), len(entries)
    return found


def open_rows(tx: Transaction) -> tuple[BoardRow, ...]:
    """Return the open incidents, drills last, worst first, then the oldest."""
    return _rows(
        tx.tables,
        "WHERE b.phase <> 'resolved' ORDER BY b.drill, b.severity, b.number",
        (),
    )


def resolved_rows(tx: Transaction, *, limit: int) -> tuple[BoardRow, ...]:
    """Return the incidents that are over, the newest end first."""
    return _rows(
        tx.tables,
        "WHERE b.phase = 'resolved' ORDER BY b.resolved_at DESC, b.number DESC LIMIT ?",
        (limit,),
    )


def row(tx: Transaction, incident: str) -> BoardRow | None:
    """Return one incident's row."""
    found = _rows(tx.tables, "WHERE b.id = ?", (incident,))
    return found[0] if found else None


def newest_in(tx: Transaction, channel: str) -> str:
    """Return the id of the newest open incident in a channel, "" if none.

    A real one comes before every drill: whoever types no id in the middle of a
    drill means what is burning.
    """
    found = tx.tables.execute(
        "SELECT id FROM board WHERE channel = ? AND phase <> 'resolved' "
        "ORDER BY drill, number DESC LIMIT 1",
        (channel,),
    )
    return str(found[0]["id"]) if found else ""


def open_by_severity(tx: Transaction) -> dict[str, int]:
    """Return how many real incidents are open, by severity; drills do not count."""
    found = tx.tables.execute(
        "SELECT severity, count(*) AS n FROM board "
        "WHERE phase <> 'resolved' AND drill = 0 GROUP BY severity"
    )
    return {one["severity"]: int(one["n"]) for one in found}


def next_id(tx: Transaction) -> str:
    """Return the id for a new incident: ``INC-0001`` and up."""
    found = tx.tables.execute("SELECT max(number) AS last FROM board", ())
    return f"INC-{(found[0]['last'] or 0) + 1:04d}"


def _write(tx: Transaction, incident: str, entries: Sequence[Entry]) -> None:
    state, resolved_at = Incident(), None
    for entry in entries:
        event = decode(entry.kind, entry.body, entry.words)
        state = evolve(state, event)
        match event:
            case Resolved():
                resolved_at = entry.at
            case Reopened():
                resolved_at = None
            case _:
                pass
    _keep(tx, incident, state, resolved_at)


def _ended(tx: Transaction, incident: str) -> datetime | None:
    """Return when an incident ended as its row has it."""
    if (known := _ENDED + incident) in tx.worked_out:
        ended: datetime | None = tx.worked_out[known]
        return ended
    found = tx.tables.execute("SELECT resolved_at FROM board WHERE id = ?", (incident,))
    text = found[0]["resolved_at"] if found else None
    return None if text is None else datetime.fromisoformat(text)


def _keep(
    tx: Transaction,
    incident: str,
    state: Incident,
    resolved_at: datetime | None,
    *,
    row: Sequence[Any] | None = None,
) -> None:
    """Write a row, unless it stands there already as `row`."""
    tx.worked_out[_ENDED + incident] = resolved_at
    values = _values(incident, state, resolved_at)
    if not values or values == row:
        return
    tx.worked_out[_ROW + incident] = values
    tx.tables.execute(
        "INSERT INTO board (id, number, title, severity, phase, category, "
        "commander, acked_by, since, system, drill, channel, resolved_at, "
        "snoozed_until) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET title = excluded.title, "
        "severity = excluded.severity, phase = excluded.phase, "
        "category = excluded.category, commander = excluded.commander, "
        "acked_by = excluded.acked_by, since = excluded.since, "
        "system = excluded.system, drill = excluded.drill, "
        "channel = excluded.channel, resolved_at = excluded.resolved_at, "
        "snoozed_until = excluded.snoozed_until",
        values,
    )


def _values(
    incident: str, state: Incident, resolved_at: datetime | None
) -> tuple[Any, ...]:
    """Return the columns of a row; () for an incident that has not begun."""
    if state.detected_at is None:
        return ()
    snoozed = state.snoozed_until
    return (
        incident,
        int(incident.removeprefix("INC-")),
        None if state.title is None else state.title.for_redaction(),
        state.severity,
        state.phase,
        state.category,
        state.commander,
        state.acked_by,
        state.detected_at.isoformat(),
        state.system,
        int(state.drill),
        state.channel,
        None if resolved_at is None else resolved_at.isoformat(),
        None if snoozed is None else snoozed.isoformat(),
    )


def _rows(tables: Tables, where: str, given: Sequence[Any]) -> tuple[BoardRow, ...]:
    found = tables.execute(
        "SELECT b.*, coalesce(g.alerts, 0) AS alert_count FROM board b "  # noqa: S608 - `where` is ours
        f"LEFT JOIN gathering g ON g.incident = b.id {where}",
        given,
    )
    return tuple(_row(one) for one in found)


def _row(found: Mapping[str, Any]) -> BoardRow:
    ended, rests = found["resolved_at"], found["snoozed_until"]
    return BoardRow(
        id=found["id"],
        title=None if found["title"] is None else Untrusted(found["title"]),
        severity=Severity(found["severity"]),
        phase=Phase(found["phase"]),
        category=found["category"],
        commander=found["commander"],
        acked_by=found["acked_by"],
        since=datetime.fromisoformat(found["since"]).astimezone(UTC),
        system=found["system"],
        alert_count=found["alert_count"],
        drill=bool(found["drill"]),
        channel=found["channel"],
        resolved_at=None if ended is None else datetime.fromisoformat(ended),
        snoozed_until=None if rests is None else datetime.fromisoformat(rests),
    )
