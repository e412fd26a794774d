"""Problems that come and go: their turns as rows, and the timer that ends it.

From when on a problem flaps is decided in `bot/domain/flapping.py`, what the
incident says of it in `bot/domain/joining.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from bot.assistant.suggest import Suggestion
from bot.domain.commands import Flap
from bot.domain.decisions import TOCSIN
from bot.domain.envelope import Alert
from bot.domain.flapping import MINUTES, WINDOW, flaps, returns
from bot.domain.grouping import REOPEN_WINDOW, dedup_digest
from bot.domain.instants import from_us, to_us
from bot.domain.severity import Severity
from bot.ports import Timer, Transaction
from bot.readmodels import alerts, gathering
from bot.readmodels.gathering import Known
from bot.service import Service

CALM = "flapping.calm"
# What the runbooks suggest, best first; asked only when an incident opens.
Suggested = Callable[[], Sequence[Suggestion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One alert that is to be placed.

    Attributes:
        suggested: What the runbooks say to it.
        drill: It is a drill's.
    """

    alert: Alert
    suggested: Suggested
    drill: bool = False

    @property
    def dedup(self) -> str:
        """Digest of its problem."""
        return dedup_digest(self.alert.envelope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """How often a problem came back.

    Attributes:
        count: In all, since it flaps.
    """

    within: tuple[datetime, ...] = ()
    flapping: bool = False
    count: int = 0


def is_flapping(tx: Transaction, dedup: str) -> bool:
    """Tell whether the turns of a problem are only counted."""
    return of(tx, dedup).flapping


def of(tx: Transaction, dedup: str) -> Turns:
    """Return the turns of a problem."""
    found = tx.tables.execute(
        "SELECT fired, flapping, count FROM flap WHERE dedup = ?", (dedup,)
    )
    if not found:
        return Turns()
    one = found[0]
    within = tuple(from_us(us) for us in orjson.loads(one["fired"]))
    return Turns(within=within, flapping=bool(one["flapping"]), count=one["count"])


def came_back(tx: Transaction, case: Case, known: Known, service: Service) -> bool:
    """Count that a problem came back; tell whether that is all that follows.

    A problem that became worse is placed like any other.
    """
    now, alert = service.clock.now(), case.alert
    if not _is_turn(known, now):
        return False
    before = of(tx, case.dedup)
    within = returns(before.within, alert.received_at)
    starts = not before.flapping and flaps(within)
    flapping = before.flapping or starts
    count = before.count + 1 if before.flapping else len(within)
    after = Turns(within=within, flapping=flapping, count=count)
    keep(tx, case.dedup, known.incident, after)
    if not flapping or _is_worse(alert, known):
        return False
    alerts.repeat(tx, known.incident, alert)
    at, stands_for = alert.detected_at, alert.envelope.stands_for
    gathering.touch(tx, known.incident, at=at, count=stands_for)
    due_at = now + WINDOW
    tx.timers.set(
        Timer(key=f"flap/{case.dedup}", kind=CALM, about=case.dedup, due_at=due_at)
    )
    if starts:
        flap = Flap(alert=alert, turns=count, minutes=MINUTES)
        service.apply(tx, known.incident, flap, actor=TOCSIN)
    elif not known.is_snoozed:
        service.redraw_soon(tx, known.incident)
    return True


def keep(tx: Transaction, dedup: str, incident: str, turns: Turns) -> None:
    """Write down the turns of a problem."""
    fired = orjson.dumps([to_us(one) for one in turns.within]).decode()
    tx.tables.execute(
        "INSERT INTO flap (dedup, incident, fired, flapping, count) VALUES (?,?,?,?,?) "
        "ON CONFLICT (dedup) DO UPDATE SET incident = excluded.incident, "
        "fired = excluded.fired, flapping = excluded.flapping, count = excluded.count",
        (dedup, incident, fired, int(turns.flapping), turns.count),
    )


def _is_turn(known: Known, now: datetime) -> bool:
    if known.resolved_at is not None:
        return now - known.resolved_at <= REOPEN_WINDOW
    return not known.firing


def _is_worse(alert: Alert, known: Known) -> bool:
    if not known.severity:
        return False
    return alert.assessment.severity.is_worse_than(Severity(known.severity))
