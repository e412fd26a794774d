"""What AWS delivered, whichever way: off come records, queue bodies and SNS.

A Lambda's records, the body of a queue's message and the message of SNS may lie in
each other. Reading what is left is the integration's business.
"""

from dataclasses import dataclass, replace

from bot.domain.errors import Unparsed
from bot.envelopes.fields import member
from bot.envelopes.jsonbody import Document, Json, loads, looks_like_json
from bot.envelopes.sns import SnsMessage, read_message, records_of

_DEEPEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing that was delivered.

    Attributes:
        document: What is left: JSON or a text.
        message: The message of SNS it lay in, the innermost of several; None where
            there was none.
    """

    document: Document
    message: SnsMessage | None = None


def deliveries(document: Document) -> tuple[Delivery, ...]:
    """Return what was delivered, at least one thing, in order."""
    found: tuple[Delivery, ...] = (Delivery(document=document),)
    for _ in range(_DEEPEST):
        opened = tuple(inner for one in found for inner in _opened(one))
        if opened == found:
            break
        found = opened
    return found


def _opened(one: Delivery) -> tuple[Delivery, ...]:
    """Take off one wrapping; return the same where there is none."""
    records = records_of(one.document.value)
    if records != (one.document.value,):
        notes = one.document.notes
        return tuple(_inner(each, notes, one.message) for each in records)
    message = read_message(one.document.value)
    if message is None:
        bare = _bare_alarm(one.document.value)
        return (replace(one, document=bare),) if bare else (one,)
    content = message.content()
    notes = (*one.document.notes, *content.notes)
    return (
        Delivery(document=Document(value=content.value, notes=notes), message=message),
    )


def _bare_alarm(value: Json) -> Document | None:
    """Return an alarm that a tool put under ``Message`` without the rest of SNS."""
    inner = member(value, "Message")
    is_alarm = isinstance(inner, dict) and bool(member(inner, "AlarmName"))
    return Document(value=inner) if is_alarm else None


def _inner(value: Json, notes: tuple[str, ...], message: SnsMessage | None) -> Delivery:
    if isinstance(value, str) and looks_like_json(value):
        try:
            inner = loads(value)
        except Unparsed:
            return Delivery(
                document=Document(value=value, notes=notes), message=message
            )
        both = tuple(dict.fromkeys((*notes, *inner.notes)))
        return Delivery(
            document=Document(value=inner.value, notes=both), message=message
        )
    return Delivery(document=Document(value=value, notes=notes), message=message)
