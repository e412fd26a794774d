"""Puts together what AWS sends us: the queue's reader and the signature of SNS.

`bot/wire.py` does the rest of the house. Nothing is decided here.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.alarms import CLOUDWATCH, Alarms
from bot.aws.door import AwsDoor
from bot.aws.practice_seed import LOG_GROUPS, QUEUE
from bot.aws.queue import WAIT_S, QueueReader
from bot.collectors import load_collectors
from bot.config import Settings
from bot.config.sources import Source
from bot.house import Worker
from bot.ports import Clock, Collect, Keys
from bot.rulings import Rulings
from bot.service import Service
from bot.web.fetch import HttpsFetch
from bot.web.pressure import MOST_WAITING
from bot.web.signed import Signed
from bot.web.sns import SnsSignature
from bot.web.sns_certificates import Certificates

# The practice cloud ends only when the calls to it have ended.
_PRACTICE_WAIT_S = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeNeeds:
    """What reading a queue takes from the house.

    Attributes:
        waiting: How many payloads are not read yet.
        in_practice: There is no real Slack: then the practice cloud's queue is read.
    """

    settings: Settings
    clock: Clock
    keys: Keys
    service: Service
    rulings: Rulings
    aws: AwsDoor
    alert_came: threading.Event
    waiting: Callable[[], int]
    in_practice: bool


def queue_workers(needs: IntakeNeeds) -> Sequence[Worker]:
    """Return the thread that reads the queue; none where no queue is named."""
    queue = _queue(needs)
    if not queue:
        return ()
    alarms = Alarms(
        clock=needs.clock,
        keys=needs.keys,
        accept=needs.service.accept,
        accepted=needs.alert_came.set,
        integrations=needs.rulings.integrations,
    )
    reader = QueueReader(
        session=needs.aws.queue,
        queue=queue,
        keep=alarms.keep,
        may_read=lambda: needs.aws.is_connected and needs.waiting() < MOST_WAITING,
        wait_s=_PRACTICE_WAIT_S if needs.in_practice else WAIT_S,
    )
    return (Worker(name="queue", run_until=reader.run_until, wake=reader.wake),)


def collectors(settings: Settings, *, in_practice: bool) -> Mapping[str, Collect]:
    """Return what can be read about an alert; in practice also the function's log."""
    if not in_practice or _cloudwatch(settings).log_groups:
        return load_collectors(settings.sources)
    practice = _cloudwatch(settings).model_copy(update={"log_groups": LOG_GROUPS})
    return load_collectors({**settings.sources, CLOUDWATCH: practice})


def signatures(settings: Settings, clock: Clock) -> Mapping[str, Signed]:
    """Return whose signature of SNS is looked at: every source of CloudWatch's."""
    fetch = HttpsFetch()
    given = {CLOUDWATCH: _cloudwatch(settings)} | {
        name: one for name, one in settings.sources.items() if one.reads == CLOUDWATCH
    }
    return {
        name: SnsSignature(
            topics=frozenset(one.topics),
            certificates=Certificates(fetch=fetch, pinned=one.certificates),
            confirm=fetch,
            clock=clock,
        )
        for name, one in given.items()
    }


def _queue(needs: IntakeNeeds) -> str:
    if needs.in_practice:
        return QUEUE if needs.settings.practice.cloud else ""
    return _cloudwatch(needs.settings).queue_url


def _cloudwatch(settings: Settings) -> Source:
    return settings.sources.get(CLOUDWATCH) or Source()
