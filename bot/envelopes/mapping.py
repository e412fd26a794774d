"""A source as data: which field is what.

A source that only needs its fields named is a `SourceMap` of some thirty lines in
`integrations/` and `envelopes_of` does the rest. Sources that need a decision
(which of two lists counts, what a number means) are programs instead.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted, clip, visible
from bot.envelopes.fields import Leaf, every, first, first_text, leaves, text_of
from bot.envelopes.jsonbody import Document, Json
from bot.envelopes.jsonlines import read_values
from bot.envelopes.statuses import status_of
from bot.envelopes.times import read_time
from bot.ports.integration import Payload

MAX_TEXTS = 200
MAX_TEXT_CHARS = 4000
MAX_ALERTS = 500
_LONGEST_ID = 200
_LONGEST_WORD = 40
_LONGEST_LINK = 1000
_MOST_LINKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMap:
    """Which fields of a payload are which part of an envelope.

    Every path is relative to one alert (see `each`). Of several paths, the first
    that holds something counts.

    Attributes:
        source: Name of the integration.
        each: Path of the alerts in the payload; "" when the payload is one alert.
        title: Paths of the line that names the problem.
        title_else: Used when none of them is there.
        texts: Paths of the texts that rules and people read; ``*`` takes every
            field there is, in order.
        event_id: The sender's id of this delivery.
        dedup: Equal for repeats of one problem; without any, the title and the
            entities decide.
        group: The sender's own group.
        status: Its words; unknown ones count as firing.
        status_words: The source's own words in lower case.
        status_else: What every word means that is not in `status_words`; None asks
            `statuses.py`. A field that is missing counts as firing either way.
        severity: Its own severity, kept verbatim.
        occurred_at: When it happened.
        entities: Path to kind.
        outcome: Whether a control stopped it.
        outcome_words: Its words in lower case.
        links: Addresses.
    """

    source: str
    each: str = ""
    title: tuple[str, ...]
    title_else: str
    texts: tuple[str, ...] = ("*",)
    event_id: tuple[str, ...] = ()
    dedup: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    status_words: Mapping[str, Status] = field(default_factory=dict)
    status_else: Status | None = None
    severity: tuple[str, ...] = ()
    occurred_at: tuple[str, ...] = ()
    entities: Mapping[str, EntityKind] = field(default_factory=dict)
    outcome: tuple[str, ...] = ()
    outcome_words: Mapping[str, Outcome] = field(default_factory=dict)
    links: tuple[str, ...] = ()


def envelopes_of(document: Document, source: SourceMap) -> tuple[Envelope, ...]:
    """Return the alerts of a payload as its map reads them.

    Of more than `MAX_ALERTS` alerts the last envelope stands for the rest.

    Raises:
        Unparsed: There is no alert where the map says that they are.
    """
    found = every(document.value, source.each) if source.each else (document.value,)
    alerts = [one for one in found if isinstance(one, dict)]
    if not alerts:
        raise not_one_of(source, f"there is no alert at {source.each or 'the top'}")
    rest = len(found) - min(len(alerts), MAX_ALERTS)
    made = [envelope_of(one, source, document.notes) for one in alerts[:MAX_ALERTS]]
    return standing_for(made, rest, last=True)


def reader(source: SourceMap) -> Callable[[Payload], tuple[Envelope, ...]]:
    """Return the `parse` of an integration that is nothing but a map.

    A list, or lines of JSON, is as many alerts; with `each` the alerts lie inside.
    """

    def parse(payload: Payload) -> tuple[Envelope, ...]:
        """Return one envelope an alert.

        Raises:
            Unparsed: There is no alert where the map says that they are.
        """
        document = read_values(payload.body)
        if isinstance(document.value, list) and not source.each:
            return envelopes_of(document, replace(source, each="[]"))
        return envelopes_of(document, source)

    return parse


def not_one_of(source: SourceMap, because: str) -> Unparsed:
    """Return the error of a payload that somebody else must have sent."""
    return Unparsed(
        f"The payload is not one of {source.source}",
        because=because,
        next_move="It is kept; check that the sender posts to the right source.",
    )


def standing_for(
    made: Sequence[Envelope], rest: int, *, last: bool = False
) -> tuple[Envelope, ...]:
    """Return the envelopes, one of which stands for `rest` more alerts."""
    at = len(made) - 1 if last else 0
    counted = replace(made[at], stands_for=made[at].stands_for + rest)
    return (*made[:at], counted, *made[at + 1 :])


def at_most(made: Sequence[Envelope]) -> tuple[Envelope, ...]:
    """Return at most `MAX_ALERTS` envelopes; the last stands for those left out."""
    if len(made) <= MAX_ALERTS:
        return tuple(made)
    rest = sum(one.stands_for for one in made[MAX_ALERTS:])
    return standing_for(made[:MAX_ALERTS], rest, last=True)


def texts_of(found: Sequence[Leaf]) -> dict[str, Untrusted]:
    """Return leaves as an envelope's texts, blank ones left out."""
    texts = ((leaf.path, text_of(leaf.value)) for leaf in found)
    return {path: body(text) for path, text in texts if text.strip()}


def body(text: str) -> Untrusted:
    """Return one text of an envelope, cut to `MAX_TEXT_CHARS`."""
    return Untrusted(clip(text, MAX_TEXT_CHARS))


def identifier(text: str) -> str:
    """Return a sender's id as one visible line of at most 200 characters.

    A longer one becomes its digest, so that two long ids never become one.
    """
    line = " ".join(visible(text).split())
    return line if len(line) <= _LONGEST_ID else digest(text)


def word(text: str) -> str:
    """Return a sender's word, e.g. its severity, as one short visible line."""
    return clip(" ".join(visible(text).split()), _LONGEST_WORD)


def digest(value: object) -> str:
    """Return 32 hex digits that are equal for equal JSON values."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def links_of(found: Sequence[str]) -> tuple[str, ...]:
    """Return the web addresses among some texts, at most five, each once."""
    lines = (visible(one).strip() for one in found)
    web = (one for one in lines if one.startswith(("https://", "http://")))
    return tuple(dict.fromkeys(clip(one, _LONGEST_LINK) for one in web))[:_MOST_LINKS]


def envelope_of(
    alert: Json, source: SourceMap, notes: tuple[str, ...] = ()
) -> Envelope:
    """Return one alert as its map reads it; a program may improve on it after."""
    title = first_text(alert, *source.title) or source.title_else
    things = _entities(alert, source)
    dedup = identifier(first_text(alert, *source.dedup))
    links = [text_of(one) for path in source.links for one in every(alert, path)]
    outcome = first_text(alert, *source.outcome).casefold()
    return Envelope(
        source=source.source,
        source_event_id=identifier(first_text(alert, *source.event_id)),
        dedup_key=dedup or digest([title, [[one.kind, one.id] for one in things]]),
        group_key=identifier(first_text(alert, *source.group)),
        status=_status(alert, source),
        occurred_at=read_time(first(alert, *source.occurred_at)),
        title=body(title),
        texts=_texts(alert, source),
        entities=things,
        vendor_severity=word(first_text(alert, *source.severity)),
        outcome=source.outcome_words.get(outcome, Outcome.UNKNOWN),
        links=links_of(links),
        notes=notes,
    )


def _status(alert: Json, source: SourceMap) -> Status:
    said = first_text(alert, *source.status).strip()
    if said and source.status_else is not None:
        return source.status_words.get(said.casefold(), source.status_else)
    return status_of(said, source.status_words) or Status.FIRING


def _entities(alert: Json, source: SourceMap) -> tuple[Entity, ...]:
    named = (
        Entity.named(kind, text_of(one))
        for path, kind in source.entities.items()
        for one in every(alert, path)
    )
    return tuple(dict.fromkeys(one for one in named if one.id))


def _texts(alert: Json, source: SourceMap) -> dict[str, Untrusted]:
    if "*" in source.texts:
        return texts_of(leaves(alert, most=MAX_TEXTS))
    texts: dict[str, Untrusted] = {}
    for path in source.texts:
        for place, one in enumerate(every(alert, path), 1):
            name = path.replace("[]", "") + ("" if place == 1 else f"#{place}")
            if text_of(one).strip() and len(texts) < MAX_TEXTS:
                texts[name] = body(text_of(one))
    return texts
