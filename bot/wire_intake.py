"""Puts together what AWS sends us: readers of queues and the signature of SNS.

`bot/wire.py` does the rest of the house. Nothing is decided here.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.alarms import CLOUDWATCH, Alarms
from bot.aws.door import AwsDoor
from bot.aws.practice_seed import LOG_GROUPS, QUEUE
from bot.aws.queue import WAIT_S, Count, QueueReader, name_of
from bot.collectors import load_collectors
from bot.config import Settings
from bot.config.sources import Source
from bot.house import Worker
from bot.ports import Clock, Collector, Keys
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
        count: Told what became of messages of a queue.
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
    count: Count
    in_practice: bool


def queue_workers(needs: IntakeNeeds) -> Sequence[Worker]:
    """Return a thread for each queue that is named, dead letters last."""
    alarms = Alarms(
        clock=needs.clock,
        keys=needs.keys,
        accept=needs.service.accept,
        accepted=needs.alert_came.set,
        integrations=needs.rulings.integrations,
    )
    dead = () if needs.in_practice else _cloudwatch(needs.settings).dead_letter_urls
    queues = [(one, False) for one in _queues(needs) if one not in dead]
    queues += [(one, True) for one in dict.fromkeys(dead)]
    readers = [
        QueueReader(
            session=needs.aws.queue,
            queue=queue,
            keep=alarms.keep,
            unkept=alarms.tell_unkept,
            count=needs.count,
            has_dead_letters=is_dead,
            may_read=lambda: needs.aws.is_connected and needs.waiting() < MOST_WAITING,
            wait_s=_PRACTICE_WAIT_S if needs.in_practice else WAIT_S,
        )
        for queue, is_dead in queues
    ]
    return tuple(
        Worker(
            name=f"queue {name_of(one.queue)}", run_until=one.run_until, wake=one.wake
        )
        for one in readers
    )


def collectors(settings: Settings, *, in_practice: bool) -> Mapping[str, Collector]:
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


def _queues(needs: IntakeNeeds) -> tuple[str, ...]:
    if needs.in_practice:
        return (QUEUE,) if needs.settings.practice.cloud else ()
    return _cloudwatch(needs.settings).queues


def _cloudwatch(settings: Settings) -> Source:
    return settings.sources.get(CLOUDWATCH) or Source()
