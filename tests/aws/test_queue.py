"""A message is deleted once it is kept, never before, and nothing stops the reader."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from bot.aws.queue import BATCH, GIVE_UP, HIDDEN_S, QueueReader
from bot.aws.session import AwsSession
from bot.domain.errors import Unreachable
from tests.fakes.queue import FakeKeeping, FakeQueue


def reader(sqs: FakeQueue, keeping: FakeKeeping, **given: Any) -> QueueReader:
    usual = {"session": lambda: cast("AwsSession", sqs), "queue": "https://sqs/q"}
    return QueueReader(keep=keeping.keep, **{**usual, **given})


@contextlib.contextmanager
def reading(one: QueueReader, queue: FakeQueue) -> Iterator[threading.Event]:
    """Read in a thread, as the house does, and end it as the house does."""
    stop, before = threading.Event(), set(threading.enumerate())
    thread = threading.Thread(target=one.run_until, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        one.wake()
        thread.join(10)
        ended = not thread.is_alive()
        queue.close()
        for left in set(threading.enumerate()) - before:
            left.join(10)
        assert ended


def read_all(sqs: FakeQueue, keeping: FakeKeeping, **given: Any) -> None:
    sqs.emptied.clear()
    with reading(reader(sqs, keeping, **given), sqs):
        assert sqs.emptied.wait(10)
    sqs.reopen()


def test_what_is_kept_is_deleted() -> None:
    queue, keeping = FakeQueue(), FakeKeeping()
    queue.put("one")
    queue.put("two")
    read_all(queue, keeping)
    assert [one.body for one in keeping.kept] == ["one", "two"]
    assert queue.bodies == {}
    assert queue.calls == ["receive_message", "delete_message_batch", "receive_message"]


def test_what_is_not_kept_is_not_deleted_and_comes_again() -> None:
    queue = FakeQueue()
    queue.put("fine")
    queue.put("disk is full")
    read_all(queue, FakeKeeping(fails=lambda one: "full" in one.body))
    assert list(queue.bodies.values()) == ["disk is full"]
    queue.time_passes()
    keeping = FakeKeeping()
    read_all(queue, keeping)
    assert [one.body for one in keeping.kept] == ["disk is full"]
    assert queue.bodies == {}


def test_it_is_kept_before_it_is_deleted() -> None:
    queue = FakeQueue()
    queue.put("one")
    before: list[dict[str, str]] = []

    def seen(_: object) -> bool:
        before.append(dict(queue.bodies))
        return False

    read_all(queue, FakeKeeping(fails=seen))
    assert before == [{"q-1": "one"}]
    assert queue.calls.index("delete_message_batch") == 1


def test_a_message_that_cannot_be_deleted_is_said_once_and_comes_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue, keeping = FakeQueue(refuses={"delete_message_batch"}), FakeKeeping()
    queue.put("one")
    with reading(reader(queue, keeping), queue):
        assert queue.emptied.wait(10)
    queue.time_passes()
    assert len(keeping.kept) == 1
    assert list(queue.bodies) == ["q-1"]
    assert [one.getMessage() for one in caplog.records] == [
        "messages of q are kept but not deleted: AWS refused it (AccessDenied)"
    ]


def test_sqs_is_asked_for_a_batch_and_hides_it_only_shortly() -> None:
    queue = FakeQueue()
    read_all(queue, FakeKeeping(), wait_s=20)
    assert queue.asked[0] == {
        "QueueUrl": "https://sqs/q",
        "MaxNumberOfMessages": BATCH,
        "WaitTimeSeconds": 20,
        "VisibilityTimeout": HIDDEN_S,
        "AttributeNames": ["All"],
    }


def test_a_name_is_looked_up() -> None:
    queue = FakeQueue()
    read_all(queue, FakeKeeping(), queue="tocsin-alarms")
    assert queue.asked[0]["QueueUrl"] == "https://sqs/tocsin-alarms"


def test_stopping_does_not_wait_for_the_long_poll() -> None:
    queue = FakeQueue()
    with reading(reader(queue, FakeKeeping()), queue):
        assert queue.emptied.wait(10)  # it hangs in the call now; ending is asserted


def test_what_a_left_poll_receives_is_neither_kept_nor_deleted() -> None:
    queue, keeping = FakeQueue(), FakeKeeping()
    with reading(reader(queue, keeping), queue):
        assert queue.emptied.wait(10)
        queue.put("late")  # the call that hangs returns it once nobody waits
    assert queue.hidden == {"q-1"}
    assert keeping.kept == []
    assert list(queue.bodies.values()) == ["late"]


def test_once_stopped_it_asks_nothing() -> None:
    queue = FakeQueue()
    stop = threading.Event()
    stop.set()
    reader(queue, FakeKeeping()).run_until(stop)
    assert queue.calls == []


class Ticking(threading.Event):
    """A stop signal that does not sleep, notes the pauses, and ends after some."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.pauses: list[float | None] = []
        self._most = most

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout)
        if len(self.pauses) == self._most:
            self.set()
        return self.is_set()


def test_pauses_grow_while_aws_does_not_answer_and_it_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def nobody() -> AwsSession:
        raise Unreachable("x", because="no AWS account is connected", next_move="x")

    stop = Ticking(9)
    reader(FakeQueue(), FakeKeeping(), session=nobody).run_until(stop)
    assert stop.pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert caplog.messages == ["the queue q is not read: no AWS account is connected"]


def test_a_failure_of_any_kind_does_not_end_the_thread(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    answers = iter([RuntimeError("secret text")] * 2)
    queue, keeping = FakeQueue(), FakeKeeping()
    queue.put("one")
    stop = Ticking(4)

    def breaking() -> AwsSession:
        error = next(answers, None)
        if error is not None:
            raise error
        return cast("AwsSession", queue)

    one = reader(queue, keeping, session=breaking)

    one.may_read = lambda: not keeping.kept
    one.run_until(stop)
    assert [kept.body for kept in keeping.kept] == ["one"]
    assert caplog.messages == [
        "the queue q is not read: RuntimeError",
        "no longer so: the queue q is not read",
    ]


def test_nothing_is_received_while_it_may_not_read() -> None:
    queue = FakeQueue()
    queue.put("one")
    reader(queue, FakeKeeping(), may_read=lambda: False).run_until(Ticking(3))
    assert queue.calls == []


def test_who_left_a_dead_letter_is_told() -> None:
    queue, keeping = FakeQueue(dead_letters_of="arn:aws:sqs:x:1:orders"), FakeKeeping()
    queue.put("one")
    read_all(queue, keeping)
    assert [one.dead_letter_of for one in keeping.kept] == ["orders"]


def test_in_a_queue_of_dead_letters_each_is_one() -> None:
    queue, keeping = FakeQueue(), FakeKeeping()
    queue.put("one")
    read_all(queue, keeping, queue="https://sqs/1/left-over", has_dead_letters=True)
    assert [one.dead_letter_of for one in keeping.kept] == ["left-over"]


def test_what_cannot_be_kept_is_told_once_after_some_tries_and_never_deleted() -> None:
    queue, told = FakeQueue(), []
    counted: dict[str, int] = {}

    def count(_: str, state: str, number: int) -> None:
        counted[state] = counted.get(state, 0) + number

    queue.put("poison")
    for _ in range(GIVE_UP + 2):
        read_all(
            queue,
            FakeKeeping(fails=lambda _: True),
            unkept=lambda one, error: told.append((one.id, one.received, error)),
            count=count,
        )
        queue.time_passes()
    assert told == [("q-1", GIVE_UP, "OSError")]
    assert list(queue.bodies.values()) == ["poison"]
    assert counted == {"not_kept": GIVE_UP + 2, "kept": 0, "dead_letter": 0}


@pytest.mark.parametrize(
    ("queue", "region"),
    [
        ("https://sqs.us-east-1.amazonaws.com/444455556666/q", "us-east-1"),
        ("https://sqs-fips.us-east-1.amazonaws.com/444455556666/q", "us-east-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/444455556666/q", "cn-north-1"),
        ("https://sqs.elsewhere.example/q", ""),
        ("http://127.0.0.1:4566/000000000000/q", ""),
        ("tocsin-alarms", ""),
    ],
)
def test_a_queue_is_asked_in_its_own_region(queue: str, region: str) -> None:
    sqs = FakeQueue()
    read_all(sqs, FakeKeeping(), queue=queue)
    assert sqs.regions[0] == region
