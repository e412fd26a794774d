"""Wishes beside presses: how long what is wished for holds the writer.

The same gate as `bench_gate.py` measures. Six people put plans forward and edit them at
once, then one stops everything, and nobody presses meanwhile. Times are those of
`bench_meter.py`: a piece's own BEGIN to COMMIT by a wall clock, and the writer's
processor time in it.
"""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from bot.cli.bench_gate_house import (
    CHANNEL,
    COMMANDER,
    INCIDENT,
    REQUESTER,
    Bench,
    open_bench,
)
from bot.cli.bench_meter import Meter
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted

_PLANS, _PEOPLE = 120, 6
_ACTION, _POLICY = "aws.iam.deny_role", "AWSDenyAll"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Six people who wish."""

    bench: Bench

    def propose(self, number: int) -> PlanView:
        """Put one plan forward."""
        bench, why = self.bench, Untrusted("it answers strangers")
        params = {"policy": _POLICY, "role_name": f"role-{number}"}
        by = bench.people.asker(REQUESTER, CHANNEL)
        return bench.gate.propose(INCIDENT, _ACTION, params, by=by, reason=why)

    def edit(self, view: PlanView) -> PlanView:
        """Put another plan in the place of one."""
        bench, why = self.bench, Untrusted("it answers strangers at night")
        by = bench.people.asker(REQUESTER, CHANNEL)
        params = dict(view.plan.draft.params)
        return bench.gate.edit(view.plan.id, params, by=by, reason=why)

    def stop(self) -> int:
        """Stop everything."""
        by = self.bench.people.asker(COMMANDER, CHANNEL)
        return self.bench.gate.stop_all(by=by)


def measure_wishes(*, plans: int = _PLANS) -> dict[str, Any]:
    """Return the figures of this machine, by name with their unit."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        bench = open_bench(Path(folder))
        try:
            return _figures(bench, plans)
        finally:
            bench.store.close()


def _figures(bench: Bench, plans: int) -> dict[str, Any]:
    wishes = Wishes(bench=bench)
    wishes.propose(plans)  # what is loaded by the first one is no figure
    bench.counting.set()
    with ThreadPoolExecutor(_PEOPLE) as people:
        made = list(people.map(wishes.propose, range(plans)))
        found = _told(bench.meter, "put forward")
        list(people.map(wishes.edit, made[::2]))
        found |= _told(bench.meter, "edit")
    reached = wishes.stop()
    return {**found, "plans stopped": reached, **_told(bench.meter, "stop")}


def _told(meter: Meter, what: str) -> dict[str, Any]:
    """Return the times of one kind, and forget them."""
    own, cpu = _cut(meter.own), _cut(meter.cpu)
    for times in (meter.own, meter.cpu, meter.queued, meter.group, meter.shared):
        times.clear()
    return {
        f"{what}: transition p50, ms": own(50),
        f"{what}: transition p99, ms": own(99),
        f"{what}: processor time p50, ms": cpu(50),
    }


def _cut(seconds: Sequence[float]) -> Callable[[int], float]:
    cuts = quantiles(seconds, n=100)
    return lambda percent: cuts[percent - 1] * 1000
