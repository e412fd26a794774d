"""By what incidents are found: their problems, groups, things and kinds.

Each look-up goes by an index and returns a few rows however many incidents there
are: the newest incident that has a problem, the newest few that share a thing. A
row here stays when its incident ends, marked as not open. What the rows mean is in
`bot/domain/{grouping,traces,together}.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.envelope import Alert
from bot.domain.grouping import (
    Candidate,
    Shared,
    group_digest,
    number_of,
)
from bot.domain.instants import from_us, to_us
from bot.domain.traces import EntityRules, Trace, traces, weight_of
from bot.ports import Transaction
from bot.readmodels import sightings

# The newest so many open incidents of one system and kind are looked at.
_NEWEST = 4
# What a piece of work knows to be held and counted already, by incident.
_HELD = "gathering holds "
_PROBLEMS = "gathering counts "
_TRACES = "gathering traces "


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The newest incident that has a problem.

    Attributes:
        firing: Its sender has not said that the problem is over.
        severity: The worst of its alerts.
        told: The problem stands in the log, not only in the count.
        began_us: When it began by its sender's clock.
        is_snoozed: A person put the incident to rest.
    """

    incident: str
    resolved_at: datetime | None
    firing: bool
    told: bool
    severity: str
    began_us: int
    is_snoozed: bool = False


def known(tx: Transaction, dedup: str, *, drill: bool) -> Known | None:
    """Return the newest incident that has a problem, None if none ever had it."""
    found = tx.tables.execute(
        "SELECT p.incident, p.firing, p.told, p.severity, p.began_us, b.resolved_at, "
        "b.snoozed_until "
        "FROM problem p JOIN board b ON b.id = p.incident "
        "WHERE p.dedup = ? AND b.drill = ? ORDER BY p.number DESC LIMIT 1",
        (dedup, int(drill)),
    )
    if not found:
        return None
    one = found[0]
    return Known(
        incident=one["incident"],
        resolved_at=_moment(one["resolved_at"]),
        firing=bool(one["firing"]),
        told=bool(one["told"]),
        severity=one["severity"],
        began_us=one["began_us"],
        is_snoozed=one["snoozed_until"] is not None,
    )


def candidates(
    tx: Transaction,
    alert: Alert,
    rules: EntityRules,
    *,
    problem: Known | None,
    drill: bool,
) -> tuple[Candidate, ...]:
    """Return the incidents that an alert could belong to.

    Args:
        problem: What `known` says of its problem.
        drill: A drill's alert belongs to an incident of a drill, and no other does.
    """
    mine = problem.incident if problem else ""
    grouped = _newest(tx, "group", group_digest(alert.envelope), limit=1)
    kind = kind_key(alert.system, alert.assessment.category, drill=drill)
    of_kind = _newest(tx, "kind", kind, limit=_NEWEST)
    shared = _sharing(tx, alert, rules, drill=drill)
    named = {mine, *grouped, *of_kind, *shared} - {""}
    return tuple(
        Candidate(
            incident=one["id"],
            same_problem=one["id"] == mine,
            same_group=one["id"] in grouped,
            same_kind=one["id"] in of_kind,
            shared=tuple(shared.get(one["id"], ())),
            first_at=from_us(one["first_us"]),
            last_at=from_us(one["last_us"]),
            resolved_at=_moment(one["resolved_at"]),
        )
        for one in _rows(tx, named)
    )


def kind_key(system: str, category: str, *, drill: bool) -> str:
    """Return what is equal for alerts of one system and kind; "" without a system."""
    return f"{_world(drill)}{system}|{category}" if system else ""


def hold(
    tx: Transaction, incident: str, alert: Alert, rules: EntityRules, *, drill: bool
) -> None:
    """Note by what later alerts find an incident."""
    grips = [("group", group_digest(alert.envelope), "")]
    category = alert.assessment.category
    grips.append(("kind", kind_key(alert.system, category, drill=drill), ""))
    grips += [
        ("thing", _world(drill) + trace.key, trace.account)
        for trace in _traces(tx, alert, rules)
    ]
    _grip(tx, incident, [one for one in grips if one[1]])
    sightings.see(tx, incident, alert)


def _grip(
    tx: Transaction, incident: str, grips: Sequence[tuple[str, str, str]]
) -> None:
    """Keep what is new of kinds, keys and accounts, in one statement."""
    held: set[tuple[str, str, str]] = tx.worked_out.setdefault(_HELD + incident, set())
    number = number_of(incident)
    new = [one for one in dict.fromkeys(grips) if one not in held]
    if not new:
        return
    held.update(new)
    rows = ",".join(["(?,?,?,?,?,1)"] * len(new))
    tx.tables.execute(
        "INSERT INTO grip (kind, key, account, incident, number, open) "  # noqa: S608 - marks only
        f"VALUES {rows} ON CONFLICT DO NOTHING",
        [given for one in new for given in (*one, incident, number)],
    )


def let_go(tx: Transaction, incident: str) -> None:
    """Note that an incident has ended: only its own problems find it now."""
    tx.tables.execute("UPDATE grip SET open = 0 WHERE incident = ?", (incident,))


def hold_again(tx: Transaction, incident: str) -> None:
    """Note that an incident is open again."""
    tx.tables.execute("UPDATE grip SET open = 1 WHERE incident = ?", (incident,))


def touch(
    tx: Transaction, incident: str, *, at: datetime, count: int, is_new: bool = False
) -> None:
    """Note when an alert tells that something happened, and count it.

    Args:
        is_new: Its problem is new to the incident.
    """
    if (counted := _PROBLEMS + incident) in tx.worked_out:
        tx.worked_out[counted] += int(is_new)
    tx.tables.execute(
        "INSERT INTO gathering (incident, first_us, last_us, alerts, "
        "problems) VALUES (?,?,?,?,?) "
        "ON CONFLICT (incident) DO UPDATE SET alerts = alerts + excluded.alerts, "
        "problems = problems + excluded.problems, "
        "first_us = min(first_us, excluded.first_us), "
        "last_us = max(last_us, excluded.last_us)",
        (incident, to_us(at), to_us(at), count, int(is_new)),
    )


def problems(tx: Transaction, incident: str) -> int:
    """Return how many different problems an incident stands for."""
    if (counted := _PROBLEMS + incident) not in tx.worked_out:
        found = tx.tables.execute(
            "SELECT problems FROM gathering WHERE incident = ?", (incident,)
        )
        tx.worked_out[counted] = int(found[0]["problems"]) if found else 0
    return int(tx.worked_out[counted])


def _sharing(
    tx: Transaction, alert: Alert, rules: EntityRules, *, drill: bool
) -> dict[str, list[Shared]]:
    """Return by incident the telling things that it and the alert both name."""
    found: dict[str, list[Shared]] = {}
    for trace in _traces(tx, alert, rules):
        named_in = _named_in(tx, trace, rules, drill=drill)
        if len(named_in) >= rules.common_from:
            continue
        for incident, accounts in named_in.items():
            weight = max(weight_of(trace, one, rules) for one in accounts)
            if weight > 0:
                shared = Shared(entity=trace.entity, weight=weight)
                found.setdefault(incident, []).append(shared)
    return found


def _traces(tx: Transaction, alert: Alert, rules: EntityRules) -> tuple[Trace, ...]:
    """Return what an alert names, worked out once for looking and for holding."""
    if (known := _TRACES + alert.id) not in tx.worked_out:
        tx.worked_out[known] = traces(alert, rules)
    found: tuple[Trace, ...] = tx.worked_out[known]
    return found


def _named_in(
    tx: Transaction, trace: Trace, rules: EntityRules, *, drill: bool
) -> dict[str, list[str]]:
    """Return the newest open incidents that name a thing, with its accounts there."""
    rows = tx.tables.execute(
        "SELECT incident, account FROM grip WHERE kind = 'thing' AND key = ? "
        "AND open = 1 ORDER BY number DESC LIMIT ?",
        (_world(drill) + trace.key, 2 * rules.common_from),
    )
    found: dict[str, list[str]] = {}
    for one in rows:
        found.setdefault(one["incident"], []).append(one["account"])
    return found


def _newest(tx: Transaction, kind: str, key: str, *, limit: int) -> tuple[str, ...]:
    if not key:
        return ()
    found = tx.tables.execute(
        "SELECT incident FROM grip WHERE kind = ? AND key = ? AND open = 1 "
        "ORDER BY number DESC LIMIT ?",
        (kind, key, limit),
    )
    return tuple(one["incident"] for one in found)


def _rows(tx: Transaction, named: Iterable[str]) -> Sequence[Mapping[str, Any]]:
    wanted = sorted(named)
    if not wanted:
        return ()
    marks = ",".join("?" * len(wanted))
    return tx.tables.execute(
        "SELECT b.id, b.resolved_at, g.first_us, g.last_us FROM board b "  # noqa: S608 - marks only
        f"JOIN gathering g ON g.incident = b.id WHERE b.id IN ({marks})",
        wanted,
    )


def _world(drill: bool) -> str:  # noqa: FBT001 - one word for it
    return "drill " if drill else ""


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
