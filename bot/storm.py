"""Storm control: everything is kept, only posting is limited.

At most `CARDS` new cards stand in a channel within `WINDOW`, and at most `SHARE` of
one source, so that a noisy one leaves room for the others. The incidents after that
are open like any other; one digest stands for their cards until a person touches
one, or until the storm is over and the worst of them get their cards at last. Lines
that alerts write into threads are limited too. Drills and the real thing are counted
apart, so that neither takes the other's place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.incident import Incident
from bot.domain.instants import to_us
from bot.domain.severity import Severity
from bot.domain.storm_view import HeldCard, StormView
from bot.domain.untrusted import Untrusted
from bot.ports import Timer, Transaction

CARDS = 10
SHARE = 8
WINDOW = timedelta(seconds=60)
# Over this time a source has the budget that its settings name.
BUDGET_WINDOW = timedelta(minutes=10)
# So long after the last card held back the worst get theirs.
CALM_AFTER = timedelta(seconds=60)
CALM = "storm.calm"
LINES_OF_ONE = 3
LINES = 20
# Incidents held back within this time of each other share one digest.
_ONE_STORM = timedelta(minutes=10)
# What a piece of work knows of the digest that stands for an incident.
_STORM_OF = "storm of "
_WORST = 3
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How much may be posted.

    Attributes:
        budgets: By source, how many cards its incidents get in `BUDGET_WINDOW`; a
            source that is not here has only its share.
        category_titles: Taxonomy id to title.
    """

    budgets: Mapping[str, int] = field(default_factory=dict)
    category_titles: Mapping[str, str] = field(default_factory=dict)

    def may_show(
        self, tx: Transaction, incident: str, state: Incident, *, now: datetime
    ) -> bool:
        """Tell whether an incident's card may stand in the channel, and note it."""
        if _stands(tx, "shown", incident):
            return True
        if state.acked_by or state.roles or state.steps or state.checklists:
            _show(tx, incident, state, now)
            return True
        if _stands(tx, "held", incident):
            return False
        if self._has_room(tx, state, now):
            _show(tx, incident, state, now)
            return True
        _hold(tx, incident, state, now)
        return False

    def _has_room(self, tx: Transaction, state: Incident, now: datetime) -> bool:
        source = _source(state)
        since = (now - WINDOW).isoformat()
        if _shown(tx, since, drill=state.drill) >= CARDS:
            return False
        if state.drill:
            return True
        if not self._within_budget(tx, source, now):
            return False
        # The worst may take the room that a source leaves to the others.
        is_worst = state.severity is Severity.SEV1
        return is_worst or _shown(tx, since, source=source) < SHARE

    def _within_budget(self, tx: Transaction, source: str, now: datetime) -> bool:
        budget = self.budgets.get(source)
        lately = (now - BUDGET_WINDOW).isoformat()
        return budget is None or _shown(tx, lately, source=source) < budget

    def promote(self, tx: Transaction, storm: int, *, now: datetime) -> tuple[str, ...]:
        """Let the worst that are still open have their cards; return their ids."""
        found = tx.tables.execute(
            "SELECT h.incident, coalesce(p.source, '') AS source FROM held h "
            "JOIN board b ON b.id = h.incident LEFT JOIN problem p ON "
            "p.incident = b.id AND p.because = '' WHERE h.storm = ? "
            "AND b.phase <> 'resolved' ORDER BY b.severity, b.number",
            (storm,),
        )
        tx.tables.execute("UPDATE storm SET over = 1 WHERE n = ?", (storm,))
        promoted: list[str] = []
        for one in found:
            if len(promoted) == CARDS:
                break
            if self._within_budget(tx, one["source"], now):
                _note_shown(tx, one["incident"], one["source"], now)
                promoted.append(one["incident"])
        return tuple(promoted)

    def digest(self, tx: Transaction, storm: int) -> StormView | None:
        """Return what stands on a storm's digest, None when it holds nothing."""
        found = tx.tables.execute(
            "SELECT n, drill, channel, over FROM storm WHERE n = ?", (storm,)
        )
        rows = tx.tables.execute(
            "SELECT b.id, b.severity, b.title, b.category, b.phase, p.source, "
            "coalesce(g.alerts, 0) AS alerts FROM held h JOIN board b ON b.id = "
            "h.incident LEFT JOIN gathering g ON g.incident = b.id LEFT JOIN problem "
            "p ON p.incident = b.id AND p.because = '' WHERE h.storm = ? "
            "ORDER BY b.severity, b.number",
            (storm,),
        )
        if not (found and rows):
            return None
        still = [one for one in rows if one["phase"] != "resolved"]
        titles = self.category_titles
        return StormView(
            key=f"digest/{storm}",
            channel=found[0]["channel"],
            held=len(rows),
            open=len(still),
            alerts=sum(one["alerts"] for one in rows),
            by_severity=_counted([one["severity"] for one in still], in_order=True),
            by_category=_counted(
                [titles.get(one["category"], one["category"]) for one in still]
            ),
            by_source=_counted([one["source"] or "unknown" for one in still]),
            worst=tuple(_held_card(one) for one in still[:_WORST]),
            is_over=bool(found[0]["over"]),
            drill=bool(found[0]["drill"]),
        )


def storm_of(tx: Transaction, incident: str) -> int:
    """Return the storm whose digest stands for an incident, 0 if none does."""
    if (known := _STORM_OF + incident) not in tx.worked_out:
        found = tx.tables.execute(
            "SELECT storm FROM held WHERE incident = ?", (incident,)
        )
        tx.worked_out[known] = int(found[0]["storm"]) if found else 0
    return int(tx.worked_out[known])


def may_tell(tx: Transaction, incident: str, *, now: datetime, drill: bool) -> bool:
    """Tell whether one more line of an alert may go into a thread, and note it."""
    # Within one piece of work no line that was told grows old.
    if (full := f"lines are told {incident}") in tx.worked_out:
        return False
    since = to_us(now - WINDOW)
    tx.tables.execute("DELETE FROM line_told WHERE at_us < ?", (since,))
    found = tx.tables.execute(
        "SELECT count(*) AS n, coalesce(sum(incident = ?), 0) AS own "
        "FROM line_told WHERE drill = ?",
        (incident, int(drill)),
    )
    if found[0]["n"] >= LINES or found[0]["own"] >= LINES_OF_ONE:
        tx.worked_out[full] = True
        return False
    tx.tables.execute(
        "INSERT INTO line_told (incident, at_us, drill) VALUES (?,?,?)",
        (incident, to_us(now), int(drill)),
    )
    return True


def _stands(tx: Transaction, table: str, incident: str) -> bool:
    found = tx.tables.execute(
        f"SELECT 1 AS one FROM {table} WHERE incident = ?",  # noqa: S608 - ours
        (incident,),
    )
    return bool(found)


def _show(tx: Transaction, incident: str, state: Incident, now: datetime) -> None:
    _note_shown(tx, incident, _source(state), now)


def _note_shown(tx: Transaction, incident: str, source: str, now: datetime) -> None:
    tx.worked_out.pop(_STORM_OF + incident, None)
    tx.tables.execute("DELETE FROM held WHERE incident = ?", (incident,))
    tx.tables.execute(
        "INSERT INTO shown (incident, at, source) VALUES (?,?,?)",
        (incident, now.isoformat(), source),
    )


def _hold(tx: Transaction, incident: str, state: Incident, now: datetime) -> None:
    storm = _storm(tx, state, now)
    tx.worked_out.pop(_STORM_OF + incident, None)
    tx.tables.execute(
        "INSERT INTO held (incident, at, storm) VALUES (?,?,?)",
        (incident, now.isoformat(), storm),
    )
    tx.tables.execute(
        "UPDATE storm SET last_us = ?, over = 0 WHERE n = ?", (to_us(now), storm)
    )
    key, due_at = f"storm/{storm}", now + CALM_AFTER
    tx.timers.set(Timer(key=key, kind=CALM, about=str(storm), due_at=due_at))


def _storm(tx: Transaction, state: Incident, now: datetime) -> int:
    """Return the number of the storm that is on, of a new one if none is."""
    since, drill = to_us(now - _ONE_STORM), int(state.drill)
    newest = (
        "SELECT n FROM storm WHERE drill = ? AND last_us >= ? ORDER BY n DESC LIMIT 1"
    )
    if not (found := tx.tables.execute(newest, (drill, since))):
        tx.tables.execute(
            "INSERT INTO storm (drill, last_us, channel, over) VALUES (?,?,?,0)",
            (drill, to_us(now), state.channel),
        )
        found = tx.tables.execute(newest, (drill, since))
    return int(found[0]["n"])


def _shown(
    tx: Transaction, since: str, *, source: str = "", drill: bool = False
) -> int:
    found = tx.tables.execute(
        "SELECT count(*) AS n FROM shown s JOIN board b ON b.id = s.incident "
        "WHERE s.at >= ? AND b.drill = ? AND (? = '' OR s.source = ?)",
        (since, int(drill), source, source),
    )
    return int(found[0]["n"])


def _source(state: Incident) -> str:
    return state.sources[0] if state.sources else ""


def _held_card(row: Mapping[str, Any]) -> HeldCard:
    title = row["title"]
    return HeldCard(
        id=row["id"],
        severity=Severity(row["severity"]),
        title=None if title is None else Untrusted(title),
    )


def _counted(
    names: Sequence[str], *, in_order: bool = False
) -> tuple[tuple[str, int], ...]:
    """Return how often each name is there, the most frequent first."""
    counts = {name: names.count(name) for name in dict.fromkeys(names)}
    if in_order:
        return tuple(counts.items())
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    shown, rest = ranked[:_MOST_NAMED], ranked[_MOST_NAMED:]
    more = (("other", sum(n for _, n in rest)),) if rest else ()
    return (*shown, *more)
