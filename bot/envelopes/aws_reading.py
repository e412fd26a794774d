"""How an integration of AWS asks for its own among what was delivered.

Each says what it takes and reads one delivery at a time; `bot/dispatch.py` gives each
delivery of a payload to whoever takes it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.domain.envelope import Entity, EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted, clip
from bot.envelopes.aws_delivery import Delivery, documents
from bot.envelopes.fields import Leaf, safe_key, text_of
from bot.envelopes.mapping import MAX_TEXTS, body
from bot.ports.integration import Payload

Takes = Callable[[Delivery], bool]
Reads = Callable[[Delivery], tuple[Envelope, ...]]
LONGEST_TITLE = 300
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
"""What CloudTrail writes in the place of a value: no name of anything."""


def recognized(payload: Payload, takes: Takes) -> bool:
    """Tell whether an integration takes something of what a payload delivers."""
    try:
        return any(takes(one) for one in documents(payload))
    except Unparsed:
        return False


def parsed(
    payload: Payload, takes: Takes, read: Reads, *, name: str
) -> tuple[Envelope, ...]:
    """Return the envelopes of what an integration takes of a payload.

    Raises:
        Unparsed: There is nothing that it takes.
    """
    mine = [one for one in documents(payload) if takes(one)]
    if not mine:
        raise Unparsed(
            f"The payload is not one of {name}",
            because="it holds nothing that this source sends",
            next_move="It is kept; check that the sender posts to the right source.",
        )
    return tuple(made for one in mine for made in counted(one, read(one)))


def counted(one: Delivery, made: tuple[Envelope, ...]) -> tuple[Envelope, ...]:
    """Return envelopes, the last of which stands for what the delivery stands for.

    What carried the delivery fills in what it does not say of itself: a time, an id.
    """
    rest = one.stands_for - 1
    filled = [
        replace(
            each,
            occurred_at=each.occurred_at or one.at,
            source_event_id=each.source_event_id or one.id,
        )
        for each in made
    ]
    if rest and filled:
        filled[-1] = replace(filled[-1], stands_for=filled[-1].stands_for + rest)
    return tuple(filled)


def texts(named: Mapping[str, str]) -> dict[str, Untrusted]:
    """Return an envelope's texts; what is blank or hidden by AWS is left out."""
    kept = {
        key: body(text)
        for key, text in named.items()
        if text.strip() and text.strip() != HIDDEN
    }
    return dict(list(kept.items())[:MAX_TEXTS])


def told(found: Iterable[Leaf], heading: str) -> dict[str, str]:
    """Return leaves under one heading, as texts and never as facts.

    A caller chose these values. Spaces instead of dots keep a parameter that is called
    ``type`` or ``action`` from being taken for a field of the vendor.
    """
    return {
        f"{heading} {safe_key(leaf.path).replace('.', ' ')}": text_of(leaf.value)
        for leaf in found
    }


def headline(*parts: str) -> Untrusted:
    """Return a title of the parts that say something."""
    return body(clip(" ".join(one for one in parts if one.strip()), LONGEST_TITLE))


def several(things: Iterable[Entity]) -> tuple[Entity, ...]:
    """Return things once each, without those that have no name or a hidden one."""
    named = dict.fromkeys(things)
    return tuple(one for one in named if one.id and one.id != HIDDEN)


def named(kind: EntityKind, *names: str) -> list[Entity]:
    """Return things of one kind; blank names are left out."""
    return [Entity.named(kind, name) for name in names if name.strip()]
