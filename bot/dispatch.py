"""Who reads a payload: one integration all of it, or of AWS's each its own part.

A topic, a queue or a subscription carries whatever was published: an alarm beside a
finding beside a log line. Integrations of one family take such a delivery apart
together, whichever of them it was posted to. What an alert means is `bot/triage.py`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, TypeGuard

from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.aws_delivery import Delivery, dead_letter, documents
from bot.envelopes.aws_reading import counted
from bot.envelopes.mapping import at_most
from bot.ports.integration import Integration, Manifest, Payload

AUTO = "auto"
FAMILY = "aws"
REST = "cloudwatch"
"""Reads what a topic or a queue carries and nobody else takes."""
DEAD_LETTER = "x-tocsin-dead-letter"
"""Header that our own reader of queues adds: whose messages nobody took."""


class Member(Protocol):
    """An integration that reads one delivery at a time."""

    MANIFEST: Manifest

    def takes(self, one: Delivery) -> bool:
        """Tell whether a delivery is its own."""
        ...

    def envelopes(self, one: Delivery) -> tuple[Envelope, ...]:
        """Return the alerts of a delivery that it takes."""
        ...


def recognized(
    payload: Payload, source: str, parsers: Mapping[str, Integration]
) -> str:
    """Return which integration a payload is for.

    Args:
        source: Name of one, or ``auto`` for the first that recognizes it.

    Raises:
        Unparsed: None recognizes it.
    """
    if source != AUTO:
        return source
    for name, parser in parsers.items():
        if parser.recognizes(payload):
            return name
    raise Unparsed(
        "The payload was not understood",
        because="no integration recognizes it",
        next_move="It is kept; look at the original.",
    )


def read(
    payload: Payload, name: str, parsers: Mapping[str, Integration]
) -> tuple[str, tuple[Envelope, ...]]:
    """Return who read a payload, and its alerts: at most `MAX_ALERTS` of them.

    Of several readers the one of the first alert is named.

    Raises:
        Unparsed: The integration does not understand the payload.
    """
    parser = parsers[name]
    if not _is_member(parser):
        return name, _noted(payload, at_most(parser.parse(payload)))
    family = [one for one in parsers.values() if _is_member(one)]
    found = documents(payload)
    made = [_of_one(one, parser, family, alone=len(found) == 1) for one in found]
    whole = at_most([each for envelopes in made for each in envelopes])
    return (whole[0].source if whole else name), _noted(payload, whole)


def _is_member(parser: object) -> TypeGuard[Member]:
    manifest: Manifest | None = getattr(parser, "MANIFEST", None)
    is_aws = manifest is not None and manifest.family == FAMILY
    return is_aws and hasattr(parser, "takes")  # a second name of one has no part


def _of_one(
    one: Delivery, named: Member, family: list[Member], *, alone: bool
) -> tuple[Envelope, ...]:
    """Return the alerts of one delivery, read by the first member that takes it.

    One part that nobody understands must not hide the others: then an alert says so.
    """
    try:
        return counted(one, _reader(one, named, family).envelopes(one))
    except Unparsed as error:
        if alone:
            raise
        return counted(one, (_unread(named.MANIFEST.name, error),))


def _reader(one: Delivery, named: Member, family: list[Member]) -> Member:
    """Return the first that takes a delivery.

    What came through a topic or a queue and none takes is read by the one that reads
    the rest; what was posted bare is that one's only where it was posted to it.
    """
    rest = [each for each in family if each.MANIFEST.name == REST]
    taking = [each for each in family if each.takes(one)]
    if not one.is_wrapped:
        rest = [each for each in rest if each is named]
    found = next(iter((*taking, *rest)), None)
    if found is None:
        raise Unparsed(
            f"The payload is not one of {named.MANIFEST.title}",
            because="it holds nothing that this source sends",
            next_move="It is kept; check that the sender posts to the right source.",
        )
    return found


def _unread(source: str, error: Unparsed) -> Envelope:
    problem = f"{error.what}: {error.because}."
    return Envelope(
        source=source,
        dedup_key=f"unread {problem}",
        title=Untrusted("One part of a delivery could not be read"),
        texts={"problem": Untrusted(problem)},
    )


def _noted(payload: Payload, made: tuple[Envelope, ...]) -> tuple[Envelope, ...]:
    """Return alerts that say when they were found in a dead-letter queue."""
    queue = payload.headers.get(DEAD_LETTER, "")
    if not queue:
        return made
    note = dead_letter(queue)
    return tuple(replace(one, notes=(*one.notes, note)) for one in made)
