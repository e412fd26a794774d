"""The standing house: what works while the bot runs, and the order of its end.

    intake thread       inbox → incidents; asks a process of its own what they mean
    gate thread         approved plans → effects
    other workers       what `bot/wire.py` adds: readers of queues and the like
    Slack tasks         Slack's inbox → commands, outbox → Slack
    ticker              timers, checkpoints, figures

Stopping goes the other way round: no new work, finish what was accepted, sign the
log, close the store. How the parts were put together is `bot/wire.py`.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.aws.door import AwsDoor
from bot.checkpoints import Checkpoints
from bot.domain.errors import Unreachable
from bot.guards import Guards
from bot.intake import Intake
from bot.jobs import Fire, Job, schedule
from bot.plans.house import GateHouse
from bot.ports import Timer
from bot.ports.model import Model
from bot.ports.sharing import Receiving, Sealed
from bot.reading.apart import Apart
from bot.redact import Redactor
from bot.service import Service
from bot.slack.room import SlackRoom
from bot.store.sqlite import SqliteStore
from bot.web.alerts import AlertsDoor
from bot.web.app import web_app
from bot.web.figures import Figures
from bot.web.gate import GateDoor
from bot.web.scraping import Scrapers

Seal = Callable[[Sealed], Receiving]
_IDLE_S = 1.0
_AFTER_FAULT_S = 1.0
# Alerts are kept meanwhile; that the bot is ready means that it also reads them.
_READS_WITHIN_S = 10.0
_NAMES_WITHIN_S = 5.0
_log = logging.getLogger(__name__)


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A thread of the house.

    Attributes:
        run_until: Works until the event is set; catches its own failures.
        wake: Called once the event is set, so that no wait outlasts it.
    """

    name: str
    run_until: Callable[[threading.Event], None]
    wake: Callable[[], object] = lambda: None


@dataclass(kw_only=True)
class House:
    """All parts, wired but not yet working.

    Attributes:
        base_url: Where people's browsers reach it, without a slash at the end.
        workers: Threads that run while the house works.
        jobs: What looks outside now and then.
        keepers: Who keeps a promise of the timers, by its kind.
        model: The one way by which words reach a model.
        routes: Doors of the rooms that came later than the first three.
        seal: Keeps what the command line sealed while no bot ran.
        names_known: Set once it was asked whose names are known; alerts wait for it
            a moment, because what was read without them keeps them.
        rotate: Changes the key that seals.
        forget: Lets what was learned of a runbook count no more; who asks comes last.
        stopping: Set when no new work is to begin.
        reads: Set once alerts are read: what nobody waits for begins then.
    """

    store: SqliteStore
    redactor: Redactor
    service: Service
    reader: Apart
    intake: Intake
    slack: SlackRoom
    checkpoints: Checkpoints
    door: AlertsDoor
    admin: GateDoor
    figures: Figures
    scrapers: Scrapers
    gate: GateHouse
    aws: AwsDoor
    alert_came: threading.Event
    alerts_token: str
    admin_token: str
    base_url: str
    model: Model
    workers: Sequence[Worker] = ()
    jobs: Sequence[Job] = ()
    keepers: Mapping[str, Fire] = field(default_factory=dict)
    routes: Sequence[BaseRoute] = ()
    seal: Seal | None = None
    rotate: Callable[[], Mapping[str, Any]] | None = None
    forget: Callable[[str, str, str], Mapping[str, Any]] | None = None
    home_page: str = "/practice/"
    names_known: threading.Event = field(default_factory=_set)
    stopping: threading.Event = field(default_factory=threading.Event, init=False)
    reads: threading.Event = field(default_factory=threading.Event, init=False)
    _ready: bool = field(default=False, init=False)
    _at_work: Sequence[Callable[[], bool]] = field(default=(), init=False)

    def web_app(self, more: Sequence[BaseRoute] = ()) -> Starlette:
        """Return the HTTP app with every door."""
        return web_app(
            [
                *self.door.routes(),
                *self.admin.routes(),
                *self.routes,
                self.slack.mount(),
                *more,
            ],
            is_ready=lambda: self._ready,
            metrics=self.figures.text,
            home=lambda: self.home_page if more else "",
            post_alert=self.door.post,
            no_figures=self.scrapers.refusal,
            guard=Guards(self.redactor),
            health=lambda: {**self.slack.health(), **self.figures.health()},
        )

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Work for as long as the block lasts, then finish and close."""
        self.reader.start()
        threads = [
            threading.Thread(target=one.run_until, args=(self.stopping,), name=one.name)
            for one in self._all_workers()
        ]
        ticker = schedule(
            self.service,
            self.checkpoints,
            self.figures.look,
            fire=self._fire,
            more=self.jobs,
        )
        stop_slack = asyncio.Event()
        slack = asyncio.create_task(self.slack.run_until(stop_slack))
        self._at_work = [one.is_alive for one in threads] + [lambda: not slack.done()]
        for thread in threads:
            thread.start()
        ticker.start()
        await asyncio.to_thread(self.reads.wait, _READS_WITHIN_S)
        self._ready = True
        try:
            yield
        finally:
            self.drain()
            stop_slack.set()
            await slack
            for thread in threads:
                await asyncio.to_thread(thread.join)
            await asyncio.to_thread(ticker.shutdown)
            await asyncio.to_thread(self._close)

    def drain(self) -> None:
        """Take no new work: readiness goes away, workers finish and end."""
        self._ready = False
        self.stopping.set()
        self.names_known.set()
        for worker in self._all_workers():
            worker.wake()

    def is_at_work(self) -> bool:
        """Tell whether everything that was started still runs."""
        return self._ready and all(runs() for runs in self._at_work)

    def _all_workers(self) -> tuple[Worker, ...]:
        return (
            Worker(
                name="intake", run_until=self._read_alerts, wake=self.alert_came.set
            ),
            Worker(
                name="gate", run_until=self.gate.run_until, wake=self.gate.woken.set
            ),
            *self.workers,
        )

    def _fire(self, timer: Timer) -> None:
        """Keep a promise: its kind says whose it is, the gate's by default."""
        self.keepers.get(timer.kind, self.gate.fire)(timer)

    def _close(self) -> None:
        self.reader.close()
        self.model.close()
        self.checkpoints.sign_if_dirty()
        self.store.close()

    def _read_alerts(self, stop: threading.Event) -> None:
        """Read the inbox until `stop` is set; woken by alerts, else every second."""
        with contextlib.suppress(Unreachable):  # it is tried again with each alert
            self.reader.wait()
        self.names_known.wait(_NAMES_WITHIN_S)
        self.reads.set()
        while not stop.is_set():
            self.alert_came.clear()
            try:
                found = self.intake.step()
            except Exception:  # noqa: BLE001 - the thread's outermost door
                _log.exception("reading alerts failed; it is tried again")
                stop.wait(_AFTER_FAULT_S)
                continue
            if not found:
                self.alert_came.wait(_IDLE_S)
