"""Figures of registered systems, looked at every minute, and told when unusual.

A system at a time, the one that has waited longest first; what cannot be read is shown
by `tocsin doctor` and the figures, and does not stop the others. What is learned and
what is told are one transaction. What is usual is `bot/domain/baseline.py`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from bot.domain.baseline import Point, growth, observe_all
from bot.domain.registry import Registry, System
from bot.domain.watched import (
    POLLED_EVERY_S,
    Baseline,
    CloudWatchFigure,
    PrometheusFigure,
)
from bot.ports import Clock, Store, Transaction
from bot.watch import rows
from bot.watch.figures import notice_of
from bot.watch.learning import identity_of, learned_of, pair_of, point_of, row_of
from bot.watch.looking import Look, Seen
from bot.watch.notices import Notices

_SOURCE = "baseline"
# How long one round may take; who is not reached comes first in the next one.
_ROUND = timedelta(seconds=45)
_EVERY = timedelta(seconds=POLLED_EVERY_S)
_NEVER = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselines:
    """Looks at every figure of the registry.

    Attributes:
        has_account: Tells whether AWS is connected; before, nothing is asked of it.
    """

    store: Store
    clock: Clock
    notices: Notices
    registry: Registry
    cloudwatch: Look
    prometheus: Look
    has_account: Callable[[], bool] = lambda: True

    def look(self, stop: Event) -> int:
        """Look at the systems that are due; return how many were looked at."""
        known = self.store.read(lambda tx: rows.every(tx, rows.FIGURES))
        began, looked = self.clock.now(), 0
        for system in self._due(known, began):
            if stop.is_set() or self.clock.now() - began > _ROUND:
                break
            self._one(system, known)
            looked += 1
        return looked

    def forget_others(self) -> None:
        """Forget figures that are no longer registered, and take back their alarms."""
        names = {
            _key(system, one)
            for system in self.registry.systems
            for one in system.baselines
        }

        def work(tx: Transaction) -> None:
            now = self.clock.now()
            for key, row in rows.every(tx, rows.FIGURES).items():
                if key in names:
                    continue
                if row.get("unusual"):
                    self._take_back(tx, row, now)
                rows.forget(tx, rows.FIGURES, key)

        self.store.write(work).result()
        self.notices.told()

    def _due(
        self, known: Mapping[str, Mapping[str, Any]], now: datetime
    ) -> Sequence[System]:
        """Return the systems whose last look is a minute old, the oldest first."""
        waiting = []
        for system in self.registry.systems:
            looks = [
                rows.to_time(known.get(_key(system, one), {}).get("looked_at"))
                or _NEVER
                for one in self._reachable(system)
            ]
            # A look that is from the future is one of a clock that was set back.
            if looks and not timedelta(0) <= now - min(looks) < _EVERY:
                waiting.append((min(looks), system))
        return [system for _, system in sorted(waiting, key=lambda one: one[0])]

    def _reachable(self, system: System) -> Sequence[Baseline]:
        if self.has_account():
            return system.baselines
        return [
            one
            for one in system.baselines
            if not isinstance(one.source, CloudWatchFigure)
        ]

    def _one(self, system: System, known: Mapping[str, Mapping[str, Any]]) -> None:
        """Look at one system; its own failure is its own."""
        reachable = self._reachable(system)
        before = {one.name: _row(known, system, one) for one in reachable}
        now = self.clock.now()
        for kind, look in (
            (CloudWatchFigure, self.cloudwatch),
            (PrometheusFigure, self.prometheus),
        ):
            asked = [one for one in reachable if isinstance(one.source, kind)]
            if not asked:
                continue
            seen = _looked(look, asked, before, now)
            for one in asked:
                self._learn(system, one, before[one.name], seen.get(one.name, Seen()))

    def _learn(
        self, system: System, one: Baseline, row: Mapping[str, Any], seen: Seen
    ) -> None:
        now, before = self.clock.now(), learned_of(row)
        if seen.problem and not row.get("problem"):
            _log.warning("%s of %s is not read: %s", one.name, system.id, seen.problem)
        points, raw = _reckoned(one, row, seen)
        after = observe_all(before, points, one)
        kept = {
            **row_of(after),
            "system": system.id,
            "name": one.name,
            "identity": identity_of(one),
            "raw": raw,
            "looked_at": rows.to_text(now),
            "problem": seen.problem,
        }
        is_told = before.unusual != after.unusual

        def work(tx: Transaction) -> None:
            if is_told:
                self.notices.tell(
                    tx, _SOURCE, notice_of(system.id, one, before, after, now)
                )
            rows.keep(tx, rows.FIGURES, _key(system, one), kept)

        self.store.write(work).result()
        if is_told:
            self.notices.told()

    def _take_back(
        self, tx: Transaction, row: Mapping[str, Any], now: datetime
    ) -> None:
        said = {"tocsin": _SOURCE, "system": row["system"], "name": row["name"]}
        at = now.isoformat()
        self.notices.tell(tx, _SOURCE, {**said, "event": "back_in_band", "at": at})


def _row(
    known: Mapping[str, Mapping[str, Any]], system: System, one: Baseline
) -> Mapping[str, Any]:
    """Return what is known of a figure; of another one under its name, its alarm."""
    row = known.get(_key(system, one), {})
    if row.get("identity") in (None, identity_of(one)):
        return row
    return {key: row[key] for key in ("unusual", "since") if key in row}


def _looked(
    look: Look,
    asked: Sequence[Baseline],
    before: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> Mapping[str, Seen]:
    newest = {one.name: learned_of(before[one.name]).last for one in asked}
    last = {name: point.at for name, point in newest.items() if point}
    try:
        return look(asked, last, now)
    except Exception as error:  # noqa: BLE001 - one system must not stop the others
        _log.exception("figures of a system were not read")
        return {one.name: Seen(problem=type(error).__name__) for one in asked}


def _reckoned(
    one: Baseline, row: Mapping[str, Any], seen: Seen
) -> tuple[tuple[Point, ...], list[Any] | None]:
    """Return the points to learn from, and a counter's newest reading."""
    if not (isinstance(one.source, PrometheusFigure) and one.source.counter):
        return seen.points, None
    raw, points = point_of(row.get("raw")), []
    for point in seen.points:
        grown = growth(raw, point)
        points += [grown] if grown else []
        raw = point
    return tuple(points), pair_of(raw)


def _key(system: System, one: Baseline) -> str:
    return f"{system.id}/{one.name}"
