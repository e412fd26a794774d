"""What happens by the clock: each job is one call into the core.

APScheduler is only the ticker, with its jobs in memory; promises that must
survive a restart are rows (`bot/ports/timers.py`). Its own persistent stores drop
missed jobs and lose a running one on a crash.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.checkpoints import Checkpoints
from bot.domain.errors import TocsinError
from bot.ports import Timer
from bot.service import Service

TIMERS_EVERY_S = 1
FIGURES_EVERY_S = 2
CHECKPOINT_EVERY_S = 60
_LEASE_S = 30
_BATCH = 50
_log = logging.getLogger(__name__)


Fire = Callable[[Timer], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that looks outside now and then, on a thread of its own.

    Attributes:
        work: Called every so often, never twice at once; however long it takes, it
            delays no other job.
    """

    name: str
    every_s: float
    work: Callable[[], object]


def schedule(
    service: Service,
    checkpoints: Checkpoints,
    look: Callable[[], None],
    *,
    fire: Fire,
    more: Sequence[Job] = (),
) -> BackgroundScheduler:
    """Return a scheduler with every job, not yet started.

    Args:
        look: Reads the figures.
        fire: Keeps a promise that is not the service's own, such as the gate's.
        more: Jobs that wait for others, each on a thread of its own.
    """
    # A job that takes long is not called again meanwhile; that needs no words.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    ticker = BackgroundScheduler(timezone="UTC")
    jobs: tuple[tuple[str, int, Callable[[], object]], ...] = (
        ("timers", TIMERS_EVERY_S, lambda: fire_timers(service, fire)),
        ("figures", FIGURES_EVERY_S, look),
        ("checkpoint", CHECKPOINT_EVERY_S, checkpoints.sign_if_dirty),
    )
    for name, every_s, job in jobs:
        _add(ticker, Job(name=name, every_s=every_s, work=job))
    for each in more:
        ticker.add_executor(ThreadPoolExecutor(1), alias=each.name)
        _add(ticker, each, executor=each.name)
    return ticker


def _add(ticker: BackgroundScheduler, job: Job, *, executor: str = "default") -> None:
    ticker.add_job(
        _outermost(job.name, job.work),
        "interval",
        seconds=job.every_s,
        id=job.name,
        executor=executor,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )


def fire_timers(service: Service, fire: Fire) -> int:
    """Keep the promises that are due; return how many.

    One that cannot be kept is tried again later, and holds up none of the others.
    """
    now = service.clock.now()
    due = service.store.write(
        lambda tx: tx.timers.claim(now=now, lease_s=_LEASE_S, limit=_BATCH)
    ).result()
    for timer in due:
        _outermost(f"timer {timer.kind}", partial(_kept, service, fire, timer))()
    return len(due)


def _kept(service: Service, fire: Fire, timer: Timer) -> None:
    kept = service.keep(timer)
    if kept is None:
        fire(timer)
    else:
        kept.result()


def _outermost(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """Keep one failing job from ending the ticker's thread."""

    def run() -> None:
        try:
            job()
        except TocsinError as error:
            _log.error("job %s: %s", name, error)
        except Exception:  # noqa: BLE001 - the ticker's outermost door
            _log.exception("job %s failed", name)

    return run
