"""Reads a queue of SQS and deletes a message only once it is kept.

One thread of the house for each queue. A message is received, handed on, and deleted
when whoever keeps it says that it is on disk; killed in between, it comes again and is
known. One that cannot be kept, time after time, is said aloud and left to the queue.
What a message means, and by what it is known again, is `bot/alarms.py`'s business.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.aws.calls import read
from bot.aws.session import AwsSession
from bot.domain.errors import TocsinError

WAIT_S = 20
"""Long poll: SQS holds the answer back for so long when there is nothing."""
HIDDEN_S = 10
"""For so long nobody else sees a received message; enough to put it on disk, and
short enough that what a crash left unfinished comes again soon."""
BATCH = 10
GIVE_UP = 5
"""So often a message is tried before people are told that it cannot be kept. It is not
deleted: the queue's own redrive policy may still put it aside."""
_ANSWER_WITHIN_S = WAIT_S + 10
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_KEEP_WITHIN_S = 30.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage:
    """One message as SQS hands it out.

    Attributes:
        id: SQS's own id; the same when it comes again.
        receipt: What deletes it; another one each time it is received.
        body: Text, at most 1 MiB.
        queue: Name of the queue.
        received: How often it was handed out, this time too.
        dead_letter_of: Of a dead letter: the queue whose readers did not take it.
    """

    id: str
    receipt: str = field(repr=False)
    body: str = field(repr=False)
    queue: str = ""
    received: int = 1
    dead_letter_of: str = ""


# Keeps a message; done once it is on disk.
Keep = Callable[[QueueMessage], "Future[Any]"]
# Told what became of messages: the queue's name, `kept` or the like, and how many.
Count = Callable[[str, str, int], object]


def _nobody(*_: object) -> None:
    """Count nothing."""


def name_of(queue: str) -> str:
    """Return a queue's name, of its address the last part."""
    return queue.rstrip("/").rpartition("/")[2]


def region_of(queue: str) -> str:
    """Return the region in a queue's address, "" where it names none.

    The SDK asks its own region whatever the address says.
    """
    first, _, rest = (urlsplit(queue).hostname or "").partition(".")
    region, _, domain = rest.partition(".")
    is_sqs = first in ("sqs", "sqs-fips") and domain.startswith("amazonaws.com")
    return region if is_sqs else ""


@dataclass(kw_only=True)
class QueueReader:
    """Reads one queue for as long as the house works.

    Attributes:
        session: Gives the session that may read the queue; raises while there is
            none.
        queue: Its address, or its name in the session's account.
        keep: Keeps one message durably.
        unkept: Told of a message that cannot be kept, once it was tried `GIVE_UP`
            times, and of the failure's name.
        count: Told what became of messages.
        has_dead_letters: Everything in it was left by others.
        may_read: Nothing is received while it says no: no account yet, a full disk.
        wait_s: How long SQS holds an empty answer back, 20 at most.
    """

    session: Callable[[], AwsSession]
    queue: str
    keep: Keep
    unkept: Callable[[QueueMessage, str], object] = _nobody
    count: Count = _nobody
    has_dead_letters: bool = False
    may_read: Callable[[], bool] = lambda: True
    wait_s: int = WAIT_S
    _moved: threading.Event = field(default_factory=threading.Event, init=False)
    _reading: "_Complaint" = field(init=False)
    _deleting: "_Complaint" = field(init=False)

    def __post_init__(self) -> None:
        """Name the queue in what is said of it."""
        name = name_of(self.queue)
        self._reading = _Complaint(f"the queue {name} is not read")
        self._deleting = _Complaint(f"messages of {name} are kept but not deleted")

    def run_until(self, stop: threading.Event) -> None:
        """Read until `stop` is set; pauses grow while AWS does not answer."""
        failed = 0
        while not stop.is_set():
            try:
                self._round(stop)
            except TocsinError as error:
                failed += 1
                self._reading.say(error.because)
            except Exception as error:  # noqa: BLE001 - the thread's outermost door
                failed += 1
                self._reading.say(type(error).__name__)
            else:
                failed = 0
                self._reading.say("")
                continue
            stop.wait(min(_FIRST_PAUSE_S * 2 ** (failed - 1), _LONGEST_PAUSE_S))

    def wake(self) -> None:
        """End a wait for messages; called once `stop` is set."""
        self._moved.set()

    def _round(self, stop: threading.Event) -> None:
        if not self.may_read():
            stop.wait(_FIRST_PAUSE_S)
            return
        session = self.session().in_region(region_of(self.queue))
        session = session.waiting(_ANSWER_WITHIN_S)
        address = self._address(session)
        found = self._received(session, address, stop)
        kept = self._kept([(one, self.keep(one)) for one in found])
        if kept:
            self._delete(session, address, kept)

    def _address(self, session: AwsSession) -> str:
        if "://" in self.queue:
            return self.queue
        answer = read(session, "sqs.GetQueueUrl", {"QueueName": self.queue})
        return str(answer["QueueUrl"])

    def _received(
        self, session: AwsSession, address: str, stop: threading.Event
    ) -> tuple[QueueMessage, ...]:
        """Wait for messages, but not longer than until `stop` is set.

        The call itself cannot be broken off, so it is made in a thread that may be
        left behind. What it then still receives was never taken from the queue: it
        is seen again after `HIDDEN_S`.
        """
        self._moved.clear()
        if stop.is_set():  # it may have been set, and we woken, just before
            return ()
        asked = _Receiving(
            session=session,
            address=address,
            queue=name_of(self.queue),
            has_dead_letters=self.has_dead_letters,
            wait_s=self.wait_s,
            done=self._moved.set,
        )
        threading.Thread(target=asked.run, name="queue-poll", daemon=True).start()
        self._moved.wait()
        if stop.is_set():
            return ()
        return asked.messages()

    def _kept(
        self, waiting: Sequence[tuple[QueueMessage, "Future[Any]"]]
    ) -> tuple[QueueMessage, ...]:
        """Return the messages that are on disk; the others come again by themselves."""
        kept = []
        for message, done in waiting:
            try:
                done.result(_KEEP_WITHIN_S)
            except Exception as error:  # noqa: BLE001 - one that fails must not hide the rest
                self._not_kept(message, type(error).__name__)
            else:
                kept.append(message)
        self.count(name_of(self.queue), "kept", len(kept))
        dead = sum(bool(one.dead_letter_of) for one in kept)
        self.count(name_of(self.queue), "dead_letter", dead)
        return tuple(kept)

    def _not_kept(self, message: QueueMessage, error: str) -> None:
        """Say so; after `GIVE_UP` times people are told, once."""
        _log.error(
            "a message of %s was not kept and comes again: %s", message.queue, error
        )
        self.count(message.queue, "not_kept", 1)
        if message.received == GIVE_UP:
            self.unkept(message, error)

    def _delete(
        self, session: AwsSession, address: str, kept: Sequence[QueueMessage]
    ) -> None:
        """Delete what is kept. What is not deleted comes again and is known."""
        entries = [
            {"Id": str(place), "ReceiptHandle": one.receipt}
            for place, one in enumerate(kept)
        ]
        asked = {"QueueUrl": address, "Entries": entries}
        try:
            answer = read(session, "sqs.DeleteMessageBatch", asked)
        except TocsinError as error:
            self._deleting.say(error.because)
            return
        refused = "SQS refused some of them" if answer.get("Failed") else ""
        self._deleting.say(refused)


@dataclass(slots=True)
class _Complaint:
    """Writes a line when something changed, not one each round."""

    what: str
    _said: str = ""

    def say(self, because: str) -> None:
        if because == self._said:
            return
        if because:
            _log.warning("%s: %s", self.what, because)
        else:
            _log.info("no longer so: %s", self.what)
        self._said = because


@dataclass(kw_only=True)
class _Receiving:
    """One call that waits for messages."""

    session: AwsSession
    address: str
    queue: str
    has_dead_letters: bool
    wait_s: int
    done: Callable[[], object]
    _answer: Mapping[str, Any] | None = field(default=None, init=False)
    _error: Exception | None = field(default=None, init=False)

    def run(self) -> None:
        asked = {
            "QueueUrl": self.address,
            "MaxNumberOfMessages": BATCH,
            "WaitTimeSeconds": self.wait_s,
            "VisibilityTimeout": HIDDEN_S,
            "AttributeNames": ["All"],
        }
        try:
            self._answer = read(self.session, "sqs.ReceiveMessage", asked)
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            self._error = error
        finally:
            self.done()

    def messages(self) -> tuple[QueueMessage, ...]:
        """Return what came.

        Raises:
            NotFound: There is no such queue.
            Unreachable: SQS refused or did not answer.
        """
        if self._error is not None:
            raise self._error
        found: Sequence[Mapping[str, Any]] = (self._answer or {}).get("Messages", ())
        return tuple(map(self._message, found))

    def _message(self, one: Mapping[str, Any]) -> QueueMessage:
        told: Mapping[str, Any] = one.get("Attributes") or {}
        received = str(told.get("ApproximateReceiveCount", ""))
        of = name_of(str(told.get("DeadLetterQueueSourceArn", "")).replace(":", "/"))
        return QueueMessage(
            id=str(one["MessageId"]),
            receipt=str(one["ReceiptHandle"]),
            body=str(one.get("Body", "")),
            queue=self.queue,
            received=int(received) if received.isdecimal() else 1,
            dead_letter_of=of or (self.queue if self.has_dead_letters else ""),
        )
