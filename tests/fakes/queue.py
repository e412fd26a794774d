"""A queue that stands for SQS: hides what it hands out, and forgets what is deleted."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from bot.aws.queue import QueueMessage
from bot.domain.errors import Unreachable


@dataclass
class FakeQueue:
    """Keeps what `bot.aws.queue` asks of a session and of its client for SQS."""

    bodies: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    received: dict[str, int] = field(default_factory=dict)
    dead_letters_of: str = ""
    regions: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    emptied: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Event = field(default_factory=threading.Event)

    def put(self, body: str) -> str:
        name = f"q-{len(self.bodies) + 1}"
        self.bodies[name] = body
        return name

    def time_passes(self) -> None:
        """Show again what was received and not deleted."""
        self.hidden.clear()

    def close(self) -> None:
        """Let a long poll that nobody waits for any more end."""
        self._closing.set()

    def reopen(self) -> None:
        """Let the next long poll hang again."""
        self._closing.clear()

    # --- what a session is asked ---

    def in_region(self, region: str) -> "FakeQueue":
        self.regions.append(region)
        return self

    def waiting(self, _answer_within_s: float) -> "FakeQueue":
        return self

    def client(self, service: str) -> "FakeQueue":
        assert service == "sqs"
        return self

    # --- what a client is asked ---

    def get_queue_url(self, **asked: Any) -> dict[str, Any]:
        self._note("get_queue_url")
        return {"QueueUrl": f"https://sqs/{asked['QueueName']}"}

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        self._note("receive_message")
        self.asked.append(asked)
        shown = self._shown()
        if not shown:
            self.emptied.set()
            self._closing.wait(10)
            shown = self._shown()
        self.hidden.update(shown)
        return {"Messages": [self._message(one) for one in shown]}

    def delete_message_batch(self, **asked: Any) -> dict[str, Any]:
        self._note("delete_message_batch")
        for entry in asked["Entries"]:
            self.bodies.pop(entry["ReceiptHandle"], None)
        return {}

    def _message(self, name: str) -> dict[str, Any]:
        self.received[name] = self.received.get(name, 0) + 1
        told = {"ApproximateReceiveCount": str(self.received[name])}
        if self.dead_letters_of:
            told["DeadLetterQueueSourceArn"] = self.dead_letters_of
        return {
            "MessageId": name,
            "ReceiptHandle": name,
            "Body": self.bodies[name],
            "Attributes": told,
        }

    def _shown(self) -> list[str]:
        return [name for name in self.bodies if name not in self.hidden]

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if call in self.refuses:
            raise Unreachable(
                "x", because="AWS refused it (AccessDenied)", next_move=""
            )


@dataclass
class FakeKeeping:
    """Keeps messages, at once or never, as a test wants."""

    fails: Callable[[QueueMessage], bool] = lambda _: False
    kept: list[QueueMessage] = field(default_factory=list)

    def keep(self, message: QueueMessage) -> "Future[None]":
        done: Future[None] = Future()
        if self.fails(message):
            done.set_exception(OSError("the disk is full"))
            return done
        self.kept.append(message)
        done.set_result(None)
        return done
