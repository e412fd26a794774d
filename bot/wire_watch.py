"""Puts the watchers together; `bot/wire.py` does the rest of the house.

Nothing is decided here. Every watcher has a job of its own, so that a slow page delays
neither the timers nor another watcher.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.aws.door import AwsDoor
from bot.config import Settings, secret
from bot.config.sources import Source
from bot.domain.heartbeat import Promise, grace_of
from bot.house import House, Worker
from bot.jobs import Job
from bot.ports import Clock, Keys, Store, Transaction
from bot.rulings import Rulings
from bot.watch import seen
from bot.watch.baselines import Baselines
from bot.watch.cloudwatch import look_with
from bot.watch.heartbeats import SILENCE, Heartbeats
from bot.watch.notices import Notices
from bot.watch.pages import SOURCE, Pages
from bot.watch.prometheus import Prometheus
from bot.watch.pulse import Pulse
from bot.web.alerts import Sender
from bot.web.asking import HttpAsk
from bot.web.figures import Family
from bot.web.heartbeats import HeartbeatsDoor

_BEATS_EVERY_S = 1
_PULSE_EVERY_S = 1
_LOOK_EVERY_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchNeeds:
    """What the watchers take from the house."""

    settings: Settings
    store: Store
    clock: Clock
    keys: Keys
    rulings: Rulings
    aws: AwsDoor
    told: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The watchers, wired.

    Attributes:
        asks: Closed at the end, so that no answer is waited for.
    """

    needs: WatchNeeds
    heartbeats: Heartbeats
    pages: Pages
    baselines: Baselines
    asks: tuple[HttpAsk, ...]

    def join(self, house: House) -> None:
        """Add jobs, timers, the door and the figures to a house, and begin."""
        self.heartbeats.begin()
        self.pages.forget_others()
        self.baselines.forget_others()
        house.service.heard = self.heartbeats.note if self.heartbeats.promises else None
        house.figures.more.append(_families)
        house.keepers = {**house.keepers, SILENCE: self.heartbeats.fire}
        house.routes = (*house.routes, *self._door(house).routes())
        house.jobs = (*house.jobs, *self._jobs(house))
        ending = Worker(name="watch", run_until=_wait, wake=self._break_off)
        house.workers = (*house.workers, ending)

    def _door(self, house: House) -> HeartbeatsDoor:
        return HeartbeatsDoor(
            clock=self.needs.clock,
            senders={**self._callers(house), **house.door.senders},
            promises=self.heartbeats.promises,
            beat=self.heartbeats.beat,
            guesses=house.door.guesses,
        )

    def _callers(self, house: House) -> Mapping[str, Sender]:
        """Return who may call without ever sending an alert, such as a nightly job."""
        given = self.needs.settings.sources
        return {
            name: Sender(
                token=secret(given[name].token)
                or ("" if given[name].path_secret else house.alerts_token),
                path_secret=secret(given[name].path_secret),
            )
            for name in self.heartbeats.promises
        }

    def _jobs(self, house: House) -> tuple[Job, ...]:
        """Return the jobs of those that have something to do."""
        stop, pulse = house.stopping, self._pulse(house)
        registry = self.needs.rulings.registry
        watched = any(system.baselines for system in registry.systems)
        wanted = (
            (
                bool(self.heartbeats.promises),
                Job(
                    name="heartbeats",
                    every_s=_BEATS_EVERY_S,
                    work=self.heartbeats.write_noted,
                ),
            ),
            (
                bool(self.pages.pages),
                Job(
                    name="pages",
                    every_s=_LOOK_EVERY_S,
                    work=lambda: self.pages.look(stop),
                ),
            ),
            (
                watched,
                Job(
                    name="baselines",
                    every_s=_LOOK_EVERY_S,
                    work=lambda: self.baselines.look(stop),
                ),
            ),
            (
                bool(pulse.url),
                Job(
                    name="pulse", every_s=_PULSE_EVERY_S, work=lambda: pulse.beat(stop)
                ),
            ),
        )
        return tuple(job for is_wanted, job in wanted if is_wanted)

    def _pulse(self, house: House) -> Pulse:
        server = self.needs.settings.server
        return Pulse(
            store=self.needs.store,
            clock=self.needs.clock,
            ask=self.asks[0],
            url=secret(server.heartbeat_url),
            every=timedelta(minutes=server.heartbeat_min),
            at_work=house.is_at_work,
        )

    def _break_off(self) -> None:
        for ask in self.asks:
            ask.close()


def build_watch(needs: WatchNeeds) -> Watch:
    """Put the watchers together; nothing runs yet."""
    ask, ask_plainly = HttpAsk(), HttpAsk(plain_anywhere=True)
    notices = Notices(clock=needs.clock, keys=needs.keys, told=needs.told)
    return Watch(
        needs=needs,
        asks=(ask, ask_plainly),
        heartbeats=Heartbeats(
            store=needs.store,
            clock=needs.clock,
            notices=notices,
            promises=promises(needs.settings.sources),
        ),
        pages=_pages(needs, notices, ask),
        baselines=_baselines(needs, notices, ask_plainly),
    )


def promises(sources: Mapping[str, Source]) -> Mapping[str, Promise]:
    """Return what the settings say of who calls, by source."""
    return {
        name: _promise(name, one.heartbeat_min, one.heartbeat_grace_min)
        for name, one in sources.items()
        if one.heartbeat_min is not None
    }


def _promise(name: str, every_min: float, grace_min: float | None) -> Promise:
    every = timedelta(minutes=every_min)
    grace = grace_of(every) if grace_min is None else timedelta(minutes=grace_min)
    return Promise(source=name, every=every, grace=grace)


def _pages(needs: WatchNeeds, notices: Notices, ask: HttpAsk) -> Pages:
    given = needs.settings.sources.get(SOURCE) or Source()
    return Pages(
        store=needs.store,
        clock=needs.clock,
        notices=notices,
        ask=ask,
        pages=given.pages,
        every_s=given.poll_s,
    )


def _baselines(needs: WatchNeeds, notices: Notices, ask: HttpAsk) -> Baselines:
    given = needs.settings.watch
    return Baselines(
        store=needs.store,
        clock=needs.clock,
        notices=notices,
        registry=needs.rulings.registry,
        cloudwatch=look_with(needs.aws.reader),
        has_account=lambda: needs.aws.is_connected,
        prometheus=Prometheus(
            ask=ask, url=given.prometheus_url, token=secret(given.prometheus_token)
        ),
    )


def _wait(stop: threading.Event) -> None:
    stop.wait()


def _families(tx: Transaction) -> list[Family]:
    return [
        Family(
            name=name, help=seen.HELP[name][0], labels=seen.HELP[name][1], values=one
        )
        for name, one in seen.figures(tx).items()
    ]
