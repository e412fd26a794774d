"""Several queues of a cloud are read at once, and what others left in one too."""

import contextlib
import json
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.alarms import Alarms
from bot.aws.queue import QueueReader
from bot.aws.session import AwsSession
from bot.dispatch import read
from bot.domain.envelope import Envelope
from bot.ports import Lane, Received
from bot.sealing import unseal_payload
from bot.store.keyfile import FileKeys
from bot.triage import load_integrations
from tests.cloud import Cloud
from tests.fakes.clock import FakeClock
from tests.stores import new_store

pytestmark = pytest.mark.slow
TRAIL = {"eventSource": "bedrock.amazonaws.com", "eventName": "DeleteGuardrail"}
ALARM = {"AlarmName": "a", "NewStateValue": "ALARM"}


class House:
    """Keeps what the readers bring, and tells when enough is kept."""

    def __init__(self, folder: Path, expected: int) -> None:
        self.clock = FakeClock()
        self.keys = FileKeys(folder / "keys")
        self.store = new_store(folder / "tocsin.db")
        self.parsers = load_integrations()
        self.enough = threading.Event()
        self._expected = expected
        self.alarms = Alarms(
            clock=self.clock,
            keys=self.keys,
            accept=self._accept,
            accepted=lambda: None,
            integrations=self.parsers,
        )

    def _accept(self, received: Received) -> Any:
        done = self.store.write(lambda tx: tx.inbox.put(received))
        done.add_done_callback(lambda _: self._count())
        return done

    def _count(self) -> None:
        self._expected -= 1
        if self._expected == 0:
            self.enough.set()

    def alerts(self) -> list[Envelope]:
        """Return what was kept, as whoever takes it reads it."""
        items = self.store.write(
            lambda tx: tx.inbox.claim(
                Lane.ALERTS, now=self.clock.now(), lease_s=1, limit=99
            )
        ).result(10)
        made: list[Envelope] = []
        for item in items:
            payload = unseal_payload(
                self.keys, item.sealed, item=item.id, at=item.received_at
            )
            made += read(payload, item.source, self.parsers)[1]
        return made


@contextlib.contextmanager
def reading(house: House, root: AwsSession, queues: dict[str, bool]) -> Iterator[None]:
    stop = threading.Event()
    readers = [
        QueueReader(
            session=lambda: root,
            queue=queue,
            keep=house.alarms.keep,
            has_dead_letters=is_dead,
            wait_s=1,
        )
        for queue, is_dead in queues.items()
    ]
    threads = [threading.Thread(target=one.run_until, args=(stop,)) for one in readers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for one, thread in zip(readers, threads, strict=True):
            one.wake()
            thread.join(10)


def queue_of(root: AwsSession, name: str, **attributes: str) -> str:
    sqs = root.client("sqs")
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def arn_of(root: AwsSession, url: str) -> str:
    found = root.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["QueueArn"]
    )
    return str(found["Attributes"]["QueueArn"])


def test_each_queue_is_read_and_a_dead_letter_says_where_it_was_left(
    cloud: Cloud, tmp_path: Path
) -> None:
    root, mark = cloud.root(), secrets.token_hex(3)
    sqs = root.client("sqs")
    dead = queue_of(root, f"orders-dead-{mark}")
    policy = {"deadLetterTargetArn": arn_of(root, dead), "maxReceiveCount": "1"}
    orders = queue_of(root, f"orders-{mark}", RedrivePolicy=json.dumps(policy))
    names = [f"alarms-{mark}", f"trail-{mark}"]
    urls = [queue_of(root, name) for name in names]
    for url, value in zip(urls, (ALARM, TRAIL), strict=True):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(value))
    sqs.send_message(QueueUrl=orders, MessageBody=json.dumps(TRAIL))
    for _ in range(2):  # its reader takes it twice and never deletes it
        sqs.receive_message(QueueUrl=orders, VisibilityTimeout=0)

    house = House(tmp_path, expected=3)
    with reading(house, root, {**dict.fromkeys(urls, False), dead: True}):
        assert house.enough.wait(30)
    made = house.alerts()
    house.store.close()
    assert sorted(one.source for one in made) == [
        "aws_cloudtrail",
        "aws_cloudtrail",
        "cloudwatch",
    ]
    (note,) = [note for one in made for note in one.notes]
    assert "dead-letter queue (orders" in note
    for url in (*urls, dead):
        left = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)
        assert not left.get("Messages")
