"""The watchers over a real core: a real store, real rules, a clock in the hand."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.domain.heartbeat import Promise
from bot.jobs import fire_timers
from bot.ports import Lane, Timer
from bot.sealing import unseal_payload
from bot.watch import rows
from bot.watch.heartbeats import SILENCE, Heartbeats
from bot.watch.notices import Notices
from tests.core import Core

FIVE = Promise(
    source="alertmanager", every=timedelta(minutes=5), grace=timedelta(minutes=1)
)


class Watched:
    """A core and what watches beside it.

    Attributes:
        woken: How often the intake was woken.
    """

    def __init__(self, core: Core) -> None:
        self.core = core
        self.woken = 0
        self.notices = Notices(clock=core.clock, keys=core.keys, told=self._wake)

    def heartbeats(self, *promises: Promise) -> Heartbeats:
        """Return what a process has after its start."""
        made = Heartbeats(
            store=self.core.store,
            clock=self.core.clock,
            notices=self.notices,
            promises={one.source: one for one in promises},
        )
        made.begin()
        return made

    def wait(self, beats: Heartbeats, **time: float) -> None:
        """Let time pass; what comes due is kept, what came in is read."""
        self.core.clock.go_on(timedelta(**time).total_seconds())

        def fire(timer: Timer) -> None:
            if timer.kind == SILENCE:
                beats.fire(timer)

        beats.write_noted()
        fire_timers(self.core.service, fire)
        self.read()

    def read(self) -> None:
        while self.core.intake.step():
            pass

    def row(self, watcher: str, key: str) -> Mapping[str, Any]:
        return self.core.store.read(lambda tx: rows.of(tx, watcher, key))

    def told(self, source: str) -> list[bytes]:
        """Return the payloads that a watcher has put into the inbox."""
        found = self.core.store.read(
            lambda tx: tx.tables.execute(
                "SELECT id FROM inbox WHERE source = ? ORDER BY n", (source,)
            )
        )
        return [self._body(row["id"]) for row in found]

    def _body(self, item: str) -> bytes:
        kept = self.core.service.find(item)
        assert kept is not None
        assert kept.lane is Lane.ALERTS
        at = kept.received_at
        return unseal_payload(self.core.keys, kept.sealed, item=item, at=at).body

    def _wake(self) -> None:
        self.woken += 1
