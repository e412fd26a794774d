"""From a message of the queue to the inbox: by what it is known, and who reads it.

Who may put messages into the queue is the queue's own policy. Nothing is understood
here but which integration will; a message that none understands is kept all the
same, and becomes a card that says so.
"""

import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from ulid import ULID

from bot.dispatch import DEAD_LETTER
from bot.domain.errors import Unparsed
from bot.envelopes.aws_delivery import documents
from bot.envelopes.jsonbody import loads, read_text
from bot.envelopes.sns import read_message
from bot.ports import Clock, Integration, Keys, Lane, Payload, Received
from bot.sealing import seal_payload

CLOUDWATCH = "cloudwatch"
_TELL_WITHIN_S = 30.0
_log = logging.getLogger(__name__)


class Message(Protocol):
    """What is asked of a queue's message (`bot/aws/queue.py`)."""

    @property
    def id(self) -> str:
        """The queue's own id; the same when it comes again."""
        ...

    @property
    def body(self) -> str:
        """Its text."""
        ...

    @property
    def queue(self) -> str:
        """Name of the queue."""
        ...

    @property
    def received(self) -> int:
        """How often the queue handed it out."""
        ...

    @property
    def dead_letter_of(self) -> str:
        """Of a dead letter: the queue whose readers did not take it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Keeps messages of the queue as alerts.

    Attributes:
        accept: Keeps an item durably; `Service.accept`.
        accepted: Called once an item is on disk, to wake the worker.
        integrations: Asked in order who recognizes a message.
    """

    clock: Clock
    keys: Keys
    accept: Callable[[Received], "Future[tuple[str, bool]]"]
    accepted: Callable[[], object]
    integrations: Mapping[str, Integration]

    def keep(self, message: Message) -> "Future[tuple[str, bool]]":
        """Keep one message; done once it is on disk. The same one is kept once."""
        now = self.clock.now()
        body = message.body.encode("utf-8", "surrogatepass")
        dead = message.dead_letter_of
        headers = {DEAD_LETTER: dead} if dead else {}
        payload = Payload(body=body, headers=headers, received_at=now)
        return self._accept(payload, self._source(payload), _key(message, payload))

    def tell_unkept(self, message: Message, error: str) -> None:
        """Make an alert of a message that cannot be kept, in its place, once.

        The message itself stays in its queue, which may put it aside. Where not even
        this can be kept, the log alone says so.
        """
        said = {
            "title": f"A message of the queue {message.queue} cannot be kept: {error}",
            "notKept": "true",
            "id": message.id,
            "queue": message.queue,
            "received": message.received,
            "characters": len(message.body),
        }
        body = json.dumps(said).encode()
        payload = Payload(body=body, headers={}, received_at=self.clock.now())
        key = f"unkept {message.queue} {message.id}"
        try:
            self._accept(payload, CLOUDWATCH, key).result(_TELL_WITHIN_S)
        except Exception as failed:  # noqa: BLE001 - the reader must go on
            _log.error(
                "an alert of it cannot be kept either: %s", type(failed).__name__
            )

    def _accept(
        self, payload: Payload, source: str, key: str
    ) -> "Future[tuple[str, bool]]":
        now = payload.received_at
        alert_id = f"al_{ULID.from_datetime(now)}"
        done = self.accept(
            Received(
                id=alert_id,
                lane=Lane.ALERTS,
                source=source,
                key=key,
                received_at=now,
                sealed=seal_payload(self.keys, payload, item=alert_id),
            )
        )
        done.add_done_callback(lambda _: self.accepted())
        return done

    def _source(self, payload: Payload) -> str:
        """Return who reads it: whoever recognizes it, each part its own of AWS.

        What nobody can read is CloudWatch's: the queue is for its alarms.
        """
        if _is_torn(payload):
            return CLOUDWATCH
        # What only we ourselves write is never read out of a queue.
        asked = [one for one in self.integrations.values() if not one.MANIFEST.ours]
        found = (one.MANIFEST.name for one in asked if _recognizes(one, payload))
        return next(found, CLOUDWATCH)


def _is_torn(payload: Payload) -> bool:
    """Tell whether it begins like JSON and is none, or is no text."""
    try:
        documents(payload)
    except Unparsed:
        return True
    return False


def _recognizes(parser: Integration, payload: Payload) -> bool:
    """Ask; a parser that fails says no: one message must not stop the queue."""
    try:
        return parser.recognizes(payload)
    except Exception:  # noqa: BLE001 - the outermost door for foreign input
        return False


def _key(message: Message, payload: Payload) -> str:
    """Return what is equal when a message comes again.

    SNS may put one message into a queue twice, and post it over HTTP as well: its own
    id counts before the queue's.
    """
    try:
        known = read_message(loads(read_text(payload.body)).value)
    except Unparsed:
        known = None
    return known.delivery_key if known else f"sqs {message.id}"
