"""A line of a log as an alert.

Equal lines are one problem whatever figures and ids stand in them. A line that may hold
a prompt or an answer of a model is not shown at all. Where lines come from is
`bot/envelopes/awslogs.py`.
"""

import re2

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.untrusted import clip
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import headline, named, several, texts
from bot.envelopes.awslogs import LogLine
from bot.envelopes.fields import leaves, text_of
from bot.envelopes.jsonbody import Document, Json, unfolded
from bot.envelopes.mapping import digest, identifier, word
from bot.envelopes.names import SEVERITY, TIME, TITLE, best
from bot.envelopes.things import entities_in
from bot.envelopes.times import read_time

_MOST_LEAVES = 60
_LONGEST_LINE = 200
# Anything of a line that differs from one time to the next: ids, numbers, hex.
_CHANGES = re2.compile(r"(?:[0-9a-fA-F]{4,}-?)+|[0-9]+")
_STAMPED = re2.compile(
    r"^[\[(]?\d{4}-\d{2}-\d{2}[T ][0-9:.,]+(?:Z|[+-][0-9:]+)?[\])]?\s*"
)
# What only a record of a model's call holds, even one that is cut off.
_PRIVATE = ("inputBodyJson", "outputBodyJson", "ModelInvocationLog")
_WITHHELD = "a line that may hold a prompt or an answer; it is not shown"
# By where a service writes: the last part of the group is the thing.
_GROUPS = {
    "/aws/lambda/": EntityKind.SERVICE,
    "/aws/sagemaker/Endpoints/": EntityKind.ENDPOINT,
    "/aws/bedrock-agentcore/runtimes/": EntityKind.AGENT,
}


def line_alert(one: Delivery, source: str) -> Envelope:
    """Return the alert of one line.

    Args:
        one: A delivery that is a line of a log.
        source: Name of the integration.
    """
    log = one.log or LogLine()
    if log.is_closed or log.is_control:
        return _of_batch(one, log, source)
    value = unfolded(one.document).value
    found = leaves(value, most=_MOST_LEAVES)
    text = text_of(value) or best(found, TITLE)
    if any(mark in str(value) for mark in _PRIVATE):
        text, found = _WITHHELD, ()
    line = _STAMPED.sub("", " ".join(text.split())) or "a line without words"
    told = {
        f"line.{leaf.path}": text_of(leaf.value)
        for leaf in found
        if leaf.path != "text"
    }
    things = named(EntityKind.ACCOUNT, log.account)
    things += [
        thing for kind, name in _of_group(log.group) for thing in named(kind, name)
    ]
    things += entities_in((leaf.name, text_of(leaf.value)) for leaf in found)
    return Envelope(
        source=source,
        source_event_id=identifier(log.id),
        dedup_key=digest([log.group, log.stream, pattern_of(line)]),
        group_key=identifier(log.group),
        occurred_at=read_time(best(found, TIME) or None) or log.at,
        title=headline(f"{clip(line, _LONGEST_LINE)} · log {log.group}"),
        texts=texts(
            {"logGroup": log.group, "logStream": log.stream, "message": line, **told}
        ),
        entities=several(things),
        vendor_severity=word(best(found, SEVERITY)),
        notes=one.document.notes,
    )


def pattern_of(line: str) -> str:
    """Return a line without what differs from one time to the next."""
    return str(_CHANGES.sub("#", line))


def _of_batch(one: Delivery, log: LogLine, source: str) -> Envelope:
    """Return what is to be said of a batch as such: a try, or one that is closed."""
    closed = log.is_closed
    says = (
        "Log lines arrived that could not be unpacked"
        if closed
        else "CloudWatch Logs tries whether its destination answers"
    )
    said: Json = one.value
    return Envelope(
        source=source,
        dedup_key=digest([says, log.group]),
        status=Status.FIRING if closed else Status.UPDATE,
        occurred_at=log.at,
        title=headline(says),
        texts=texts({"problem" if closed else "message": text_of(said)}),
        notes=Document(value=None, notes=one.document.notes).notes,
    )


def _of_group(group: str) -> list[tuple[EntityKind, str]]:
    return [
        (kind, group.removeprefix(start).partition("/")[0])
        for start, kind in _GROUPS.items()
        if group.startswith(start)
    ]
