"""A sender whose fields an operator named: what they named counts before our guess.

The operator's paths stand over an envelope that the integration already made, so
what nobody named is found all the same. The settings are `bot/config/source_fields.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome, Status
from bot.domain.untrusted import clip
from bot.envelopes.fields import every, first, first_text, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import body, identifier, links_of, word
from bot.envelopes.statuses import status_of
from bot.envelopes.times import read_time

NO_TITLE = "there is nothing at the paths that the settings name for the title"
NO_ALERTS = "there is no alert at the path that the settings name under each"
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFields:
    """Which paths an operator named; an empty one leaves what was found.

    Attributes:
        each: Path of the alerts; "" for the payload, or each entry of a list.
        entities: Path and kind; any replaces what was found.
        status_words: Small letters to state; they count before ours.
        outcome_words: Small letters to outcome.
    """

    each: str = ""
    title: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    dedup: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    event_id: tuple[str, ...] = ()
    occurred_at: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    status_words: Mapping[str, Status] = field(default_factory=dict)
    outcome: tuple[str, ...] = ()
    outcome_words: Mapping[str, Outcome] = field(default_factory=dict)
    entities: Sequence[tuple[EntityKind, str]] = ()
    links: tuple[str, ...] = ()


def alerts_in(value: Json, named: NamedFields) -> list[Json]:
    """Return the JSON objects that are an alert each; none where there are none."""
    if named.each:
        found = list(every(value, named.each))
    else:
        found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def with_named(envelope: Envelope, alert: Json, named: NamedFields) -> Envelope:
    """Return an envelope in which the named fields of its alert count."""
    links = [text_of(one) for path in named.links for one in every(alert, path)]
    said = first_text(alert, *named.outcome).strip().casefold()
    things = _things(alert, named)
    found: dict[str, Any] = {
        "source_event_id": identifier(first_text(alert, *named.event_id)),
        "dedup_key": identifier(first_text(alert, *named.dedup)),
        "group_key": identifier(first_text(alert, *named.group)),
        "vendor_severity": word(first_text(alert, *named.severity)),
        "occurred_at": read_time(first(alert, *named.occurred_at)),
        "status": status_of(first_text(alert, *named.status), named.status_words),
        "outcome": named.outcome_words.get(said),
        "entities": things,
        "links": links_of(links),
    }
    made = replace(envelope, **{key: one for key, one in found.items() if one})
    return _titled(made, first_text(alert, *named.title), named)


def _titled(envelope: Envelope, title: str, named: NamedFields) -> Envelope:
    if title:
        return replace(envelope, title=body(clip(title, _LONGEST_TITLE)))
    notes = (*envelope.notes, *((NO_TITLE,) * bool(named.title)))
    return replace(envelope, notes=notes)


def _things(alert: Json, named: NamedFields) -> tuple[Entity, ...]:
    found = (
        Entity.named(kind, text_of(one))
        for kind, path in named.entities
        for one in every(alert, path)
    )
    return tuple(dict.fromkeys(one for one in found if one.id))
