"""Times pieces of work in the store's writer: waiting, and BEGIN to COMMIT.

The writer commits what waits in one group. So four times are kept of each piece:

    queued   from the call until its own work begins
    own      the group's BEGIN to COMMIT without the other pieces' work: what it would
             take alone, with all of BEGIN, savepoint and COMMIT
    group    the group's BEGIN to COMMIT, with everybody's work in it
    cpu      the writer's processor time in the piece's own work

Pieces of the bench itself, such as its world, are in the groups and not counted. A
piece that found something else in the log than it was decided on wrote nothing: it is
counted apart, as one that came too late.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.errors import Conflict
from bot.plans.foreseen import Differs
from bot.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

    from bot.ports import Transaction
    from bot.ports.store import Guard

T = TypeVar("T")
_P50_LIMIT_MS, _P99_LIMIT_MS = 0.5, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of work, in seconds."""

    queued: float
    work: float
    cpu: float
    counted: bool
    late: bool = False


@dataclass
class Meter:
    """Everything that was measured; filled in the writer's thread only.

    Attributes:
        shared: Of each counted piece, its even share of its group.
        late: How many counted pieces wrote nothing, because something came first.
    """

    queued: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    group: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    shared: list[float] = field(default_factory=list)
    groups: int = 0
    late: int = 0
    _open: list[Piece] = field(default_factory=list)

    def ran(self, piece: Piece) -> None:
        """Take one piece of the group that is being worked on."""
        self._open.append(piece)

    def committed(self, pieces: int, seconds: float) -> None:
        """Close the group."""
        took, self._open = self._open, []
        work = sum(one.work for one in took)
        counted = [one for one in took if one.counted and not one.late]
        self.late += sum(one.counted and one.late for one in took)
        self.groups += bool(counted)
        for one in counted:
            self.queued.append(one.queued)
            self.own.append(seconds - work + one.work)
            self.group.append(seconds)
            self.cpu.append(one.cpu)
            self.shared.append(seconds / pieces)


class MeteredStore(SqliteStore):
    """The real store, told of its groups."""

    def __init__(self, path: "Path", *, guard: "Guard", meter: Meter) -> None:
        super().__init__(path, guard=guard, observe=meter.committed)
        self.meter = meter

    def write(self, work: Callable[[Any], T]) -> "Future[T]":
        """Write what is not counted."""
        return self.timed(work, counted=False)

    def timed(self, work: Callable[[Any], T], *, counted: bool) -> "Future[T]":
        """Write, and keep how long it waited and worked."""
        asked = time.perf_counter()

        def measured(tx: Any) -> T:
            began, cpu = time.perf_counter(), time.thread_time()
            late = False
            try:
                return work(tx)
            except (Differs, Conflict):
                late = True
                raise
            finally:
                done = time.perf_counter()
                ran = Piece(
                    queued=began - asked,
                    work=done - began,
                    cpu=time.thread_time() - cpu,
                    counted=counted,
                    late=late,
                )
                self.meter.ran(ran)

        return super().write(measured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The same store as the gate is given it. Keeps `ports.Store`.

    Attributes:
        on: Whether what is written now is counted.
    """

    store: MeteredStore
    on: Callable[[], bool]

    def write(self, work: "Callable[[Transaction], T]") -> "Future[T]":
        """Write what is counted."""
        return self.store.timed(work, counted=self.on())

    def read(self, work: "Callable[[Transaction], T]") -> T:
        """Read, as the store does."""
        return self.store.read(work)

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def times(
    meter: Meter, bare: Sequence[float], beside: Sequence[float]
) -> dict[str, Any]:
    """Return the times by name, in milliseconds.

    Args:
        bare: Seconds of bare commits alone, and `beside` of those among the presses.
    """
    limits = f"(limits: {_P50_LIMIT_MS:g} and {_P99_LIMIT_MS:g})"
    own = _ms(meter.own)
    bare_ms, beside_ms = _ms(bare), _ms(beside)
    return {
        "transitions measured": len(meter.own),
        "decided again, something came first": meter.late,
        "transitions per group": len(meter.own) / max(1, meter.groups),
        f"transition p50, ms {limits}": own[0],
        f"transition p99, ms {limits}": own[1],
        "processor time of a decision p50, ms": _ms(meter.cpu)[0],
        "whole group p50, ms": _ms(meter.group)[0],
        "whole group p99, ms": _ms(meter.group)[1],
        "share of the group p50, ms": _ms(meter.shared)[0],
        "share of the group p99, ms": _ms(meter.shared)[1],
        "queueing p50, ms": _ms(meter.queued)[0],
        "queueing p99, ms": _ms(meter.queued)[1],
        "bare SQLite commit p50, ms": bare_ms[0],
        "bare SQLite commit p99, ms": bare_ms[1],
        "bare SQLite commit among the presses p50, ms": beside_ms[0],
        "bare SQLite commit among the presses p99, ms": beside_ms[1],
        "transition p50 in bare commits": own[0] / bare_ms[0],
        "transition p50 in bare commits among the presses": own[0] / beside_ms[0],
    }


def _ms(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile in milliseconds."""
    cuts = quantiles(seconds, n=100)
    return cuts[49] * 1000, cuts[98] * 1000
