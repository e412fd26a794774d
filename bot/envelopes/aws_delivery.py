"""What AWS delivered, whichever way: off come records, queue bodies, logs and SNS.

A Lambda's records, the body of a queue's message, the message of SNS, a batch of log
lines and the data of a stream may lie in each other. What is left is read by whichever
integration takes it; no integration needs to know how it came.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.domain.errors import Unparsed
from bot.domain.untrusted import clip, visible
from bot.envelopes.awslogs import MOST_LINES, LogLine, data_of, read_batch, unpacked
from bot.envelopes.eventbridge import AwsEvent, read_event
from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json, loads, looks_like_json, read_text
from bot.envelopes.sns import SnsMessage, read_message
from bot.envelopes.times import read_time
from bot.ports.integration import Payload

MOST = MOST_LINES
_DEEPEST = 5
_DEAD = "it came from the dead-letter queue ({}): its first reader did not take it"
_ENDING = ".amazonaws.com"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a queue or a stream wrote beside what it carried.

    Attributes:
        source: ARN or name of the queue.
        dead_letter_of: Name of the queue whose readers did not take it.
    """

    id: str = ""
    at: datetime | None = None
    source: str = ""
    dead_letter_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing that was delivered.

    Attributes:
        document: What is left: JSON or a text.
        message: The message of SNS it lay in, the innermost of several; None where
            there was none.
        record: Of the queue or stream it came through.
        log: Where it is a line of a log.
        stands_for: How many things it stands for, because of too many the rest is
            only counted.
    """

    document: Document
    message: SnsMessage | None = None
    record: Record | None = None
    log: LogLine | None = None
    stands_for: int = 1

    @property
    def value(self) -> Json:
        """What is left."""
        return self.document.value

    @property
    def event(self) -> AwsEvent | None:
        """What is left as an event of EventBridge."""
        return read_event(self.document.value)

    @property
    def at(self) -> datetime | None:
        """When whoever carried it took it, for things that name no time."""
        carried = (self.log, self.message, self.record)
        return next((one.at for one in carried if one and one.at), None)

    @property
    def id(self) -> str:
        """The carrier's own id."""
        if self.log and self.log.id:
            return self.log.id
        if self.message and self.message.message_id:
            return self.message.message_id
        return self.record.id if self.record else ""

    @property
    def is_wrapped(self) -> bool:
        """Tell whether anything was taken off."""
        return bool(self.message or self.record or self.log)


def documents(payload: Payload) -> tuple[Delivery, ...]:
    """Return what a payload delivers, at least one thing, at most `MOST`.

    A body of lines of JSON, as AWS writes logs to S3, is as many things.

    Raises:
        Unparsed: Not UTF-8, or too large, or it begins like JSON and is none.
    """
    found = _documents(payload.body)
    if isinstance(found, Unparsed):
        raise Unparsed(found.what, because=found.because, next_move=found.next_move)
    return found


def dead_letter(queue: str) -> str:
    """Return what a reader is told of a message of a dead-letter queue.

    Args:
        queue: Name of the queue whose readers did not take it, or of its own.
    """
    return _DEAD.format(clip(" ".join(visible(queue).split()), _LONGEST_NAME))


def deliveries(document: Document) -> tuple[Delivery, ...]:
    """Return what was delivered, at least one thing, in order, at most `MOST`."""
    found = tuple(_opened(Delivery(document=document), _DEEPEST))
    rest = sum(one.stands_for for one in found[MOST:])
    return _standing(found[:MOST], rest)


def _standing(found: tuple[Delivery, ...], rest: int) -> tuple[Delivery, ...]:
    """Return things, the last of which stands for `rest` more."""
    if not rest or not found:
        return found
    last = replace(found[-1], stands_for=found[-1].stands_for + rest)
    return (*found[:-1], last)


# Every integration asks about the same payload, one after another.
@lru_cache(maxsize=2)
def _documents(body: bytes) -> tuple[Delivery, ...] | Unparsed:
    try:
        text = read_text(body)
        if not looks_like_json(text):
            return deliveries(Document(value=text))
        try:
            return deliveries(loads(text))
        except Unparsed:
            lines = _lines(text)
            if not lines:
                raise
            return deliveries(Document(value=lines))
    except Unparsed as error:
        return error


def _lines(text: str) -> list[Json]:
    """Return JSON that stands one value a line; nothing where one line is none.

    Lines beyond `MOST` are counted, not read.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:  # noqa: PLR2004 - one line was tried as a whole
        return []
    try:
        read = [loads(line).value for line in lines[:MOST]]
    except Unparsed:
        return []
    unread: list[Json] = [{"unread": "a line of JSON"}]
    return read + unread * (len(lines) - len(read))


def _opened(one: Delivery, depth: int) -> Iterator[Delivery]:
    """Take off wrappings until there is none, or too many.

    What stands for more passes that on to the last thing inside it.
    """
    inside = _inside(replace(one, stands_for=1)) if depth else None
    if inside is None:
        yield one
        return
    for each in _standing(inside, one.stands_for - 1):
        yield from _opened(each, depth - 1)


def _inside(one: Delivery) -> tuple[Delivery, ...] | None:
    """Return what one wrapping holds; None where there is none."""
    value = one.value
    if isinstance(value, list):
        objects = [each for each in value if isinstance(each, dict)]
        made = tuple(_plain(one, each) for each in objects[:MOST])
        return _standing(made, len(objects) - len(made)) or None
    batch = read_batch(value)
    if batch is not None:
        lines = [(replace(one, log=line), text) for line, text in batch.lines]
        return _standing(tuple(_text(each, text) for each, text in lines), batch.rest)
    records = member(value, "Records")
    if isinstance(records, list) and any(map(_is_known, records)):
        objects = [record for record in records if isinstance(record, dict)]
        made = tuple(_of_record(one, record) for record in objects[:MOST])
        return _standing(made, len(objects) - len(made))
    message = read_message(value)
    if message is None:
        return _bare_alarm(one)
    content = message.content()
    notes = (*one.document.notes, *content.notes)
    inner = Document(value=content.value, notes=notes)
    return (replace(one, document=inner, message=message),)


def _of_record(one: Delivery, record: Json) -> Delivery:
    """Return what one record of a list holds; itself where we know no such record."""
    sns, body, data = member(record, "Sns"), member(record, "body"), data_of(record)
    if sns is not None:
        return _plain(one, sns)
    if body is not None:
        carried = _queued(record)
        dead = _dead(carried)
        notes = (*one.document.notes, *((dead,) if dead else ()))
        inner = Document(value=None, notes=notes)
        queued = replace(one, record=carried, document=inner)
        return _text(queued, body) if isinstance(body, str) else _plain(queued, body)
    if data:
        found = unpacked(data)
        streamed = replace(one, record=_streamed(record))
        return _text(streamed, found.text) if found.text else _closed(streamed, record)
    return _plain(one, record)


def _is_known(record: Json) -> bool:
    """Tell whether it is a record of a kind that we know."""
    wraps = member(record, "Sns") is not None or member(record, "body") is not None
    return wraps or bool(data_of(record)) or _is_call(record)


def _is_call(record: Json) -> bool:
    """Tell whether it is a record of CloudTrail, which nothing wraps."""
    named = text_of(member(record, "eventName"))
    return bool(named) and first_text(record, "eventSource").endswith(_ENDING)


def _queued(record: Json) -> Record:
    dead = first_text(record, "attributes.DeadLetterQueueSourceArn")
    return Record(
        id=text_of(member(record, "messageId")),
        at=read_time(first_text(record, "attributes.SentTimestamp")),
        source=text_of(member(record, "eventSourceARN")),
        dead_letter_of=dead.rpartition(":")[2],
    )


def _streamed(record: Json) -> Record:
    times = ("kinesis.approximateArrivalTimestamp", "approximateArrivalTimestamp")
    return Record(
        id=first_text(record, "eventID", "recordId"),
        at=read_time(first_text(record, *times)),
        source=first_text(record, "eventSourceARN"),
    )


def _dead(record: Record | None) -> str:
    """Return what a reader is told of a message of a dead-letter queue."""
    if record is None or not record.dead_letter_of:
        return ""
    return dead_letter(record.dead_letter_of)


def _closed(one: Delivery, record: Json) -> Delivery:
    problem = unpacked(data_of(record)).problem
    shut = replace(one, log=LogLine(is_closed=True))
    return replace(shut, document=Document(value=problem, notes=one.document.notes))


def _plain(one: Delivery, value: Json) -> Delivery:
    return replace(one, document=Document(value=value, notes=one.document.notes))


def _text(one: Delivery, text: str) -> Delivery:
    """Return a text as JSON where it is JSON."""
    if looks_like_json(text):
        try:
            inner = loads(text)
        except Unparsed:
            return _plain(one, text)
        notes = tuple(dict.fromkeys((*one.document.notes, *inner.notes)))
        return replace(one, document=Document(value=inner.value, notes=notes))
    return _plain(one, text)


def _bare_alarm(one: Delivery) -> tuple[Delivery, ...] | None:
    """Open an alarm that a tool put under ``Message`` without the rest of SNS."""
    inner = member(one.value, "Message")
    is_alarm = isinstance(inner, dict) and bool(member(inner, "AlarmName"))
    return (_plain(one, inner),) if is_alarm else None
