"""Events to stored facts and words, and back.

    body   the facts: what pydantic makes of every field that is not `Untrusted`
    words  the texts: every `Untrusted` field, by name

Stored names and versions live on the event classes. An old version is upgraded
in `UPGRADES` before it is read; a stored name is never used again for something
else. How bodies become bytes and digests is the store's business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from bot.domain.action_events import ActionEvent
from bot.domain.definition_events import DefinitionInForce
from bot.domain.drill_events import DrillEvent
from bot.domain.errors import Tampered
from bot.domain.events import Event
from bot.domain.freeze_events import FreezeEvent
from bot.domain.judging_events import HistoryForgotten
from bot.domain.maintenance_events import MaintenanceEvent
from bot.domain.share_events import ShareEvent
from bot.domain.untrusted import Untrusted

Body = dict[str, Any]
# Old stored name -> (new stored name, how its body changes).
UPGRADES: Mapping[str, tuple[str, Callable[[Body], Body]]] = {
    # Nobody could sign in to open a link then.
    "share.denied.v1": ("share.denied.v2", lambda body: {**body, "by": ""}),
}
_OF_INCIDENTS: dict[str, type[Any]] = {kind.name: kind for kind in get_args(Event)}
_OF_ACTIONS: dict[str, type[Any]] = {kind.name: kind for kind in get_args(ActionEvent)}
_OF_SHARES: dict[str, type[Any]] = {kind.name: kind for kind in get_args(ShareEvent)}
_OF_DRILLS: dict[str, type[Any]] = {kind.name: kind for kind in get_args(DrillEvent)}
_OF_WINDOWS: dict[str, type[Any]] = {
    kind.name: kind for kind in get_args(MaintenanceEvent)
}
_OF_DEFINITIONS: dict[str, type[Any]] = {DefinitionInForce.name: DefinitionInForce}
_OF_FREEZES: dict[str, type[Any]] = {k.name: k for k in get_args(FreezeEvent)}
_OF_HISTORY: dict[str, type[Any]] = {HistoryForgotten.name: HistoryForgotten}
_BY_NAME = (
    _OF_INCIDENTS
    | _OF_ACTIONS
    | _OF_SHARES
    | _OF_DRILLS
    | _OF_WINDOWS
    | _OF_DEFINITIONS
    | _OF_FREEZES
    | _OF_HISTORY
)


def encode(
    event: Event
    | ActionEvent
    | ShareEvent
    | DrillEvent
    | MaintenanceEvent
    | DefinitionInForce
    | FreezeEvent
    | HistoryForgotten,
) -> tuple[str, Body, dict[str, str]]:
    """Return an event's stored name, its facts and its words."""
    shape = _shape(event.name)
    facts = {
        name: adapter.dump_python(getattr(event, name), mode="json")
        for name, adapter in shape.facts.items()
    }
    words = {
        name: _written(text.for_redaction())
        for name in shape.words
        if (text := getattr(event, name)) is not None
    }
    return event.name, facts, words


def _written(text: str) -> str:
    """Return a text without halves of characters: a no counts, however it came in.

    JSON can carry half a surrogate pair, and no log can keep it.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decode(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> Event:
    """Return the incident's event that was stored.

    Args:
        words: By field name; None where the words were erased.

    Raises:
        Tampered: The name or the body is not one we ever wrote.
    """
    event: Event = _decode(name, body, words, among=_OF_INCIDENTS)
    return event


def decode_action(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> ActionEvent:
    """Return the plan's event that was stored; the contract is that of `decode`."""
    event: ActionEvent = _decode(name, body, words, among=_OF_ACTIONS)
    return event


def decode_share(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> ShareEvent:
    """Return the share's event that was stored; the contract is that of `decode`."""
    event: ShareEvent = _decode(name, body, words, among=_OF_SHARES)
    return event


def decode_drill(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> DrillEvent:
    """Return the drill's event that was stored; the contract is that of `decode`."""
    event: DrillEvent = _decode(name, body, words, among=_OF_DRILLS)
    return event


def decode_maintenance(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> MaintenanceEvent:
    """Return the window's event that was stored; the contract is that of `decode`."""
    event: MaintenanceEvent = _decode(name, body, words, among=_OF_WINDOWS)
    return event


def decode_freeze(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> FreezeEvent:
    """Return the event about a freeze that was stored; as `decode`."""
    event: FreezeEvent = _decode(name, body, words, among=_OF_FREEZES)
    return event


def decode_definition(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> DefinitionInForce:
    """Return the definition's event; the contract is that of `decode`."""
    event: DefinitionInForce = _decode(name, body, words, among=_OF_DEFINITIONS)
    return event


def decode_history(
    name: str, body: Mapping[str, Any], words: Mapping[str, str | None]
) -> HistoryForgotten:
    """Return the history's event; the contract is that of `decode`."""
    event: HistoryForgotten = _decode(name, body, words, among=_OF_HISTORY)
    return event


def _decode(
    name: str,
    body: Mapping[str, Any],
    words: Mapping[str, str | None],
    *,
    among: Mapping[str, type[Any]],
) -> Any:
    current, facts = name, dict(body)
    while current in UPGRADES:
        current, upgrade = UPGRADES[current]
        facts = upgrade(facts)
    if current not in among:
        raise Tampered(
            "The event was not read",
            because=f"this version knows no event {name!a}",
            next_move="Run the version of Tocsin that wrote it, or a newer one.",
        )
    shape = _shape(current)
    texts = {
        field: None if (text := words.get(field)) is None else Untrusted(text)
        for field in shape.words
    }
    try:
        known = {
            field: shape.facts[field].validate_python(value)
            for field, value in facts.items()
        }
        return among[current](**known, **texts)
    except (KeyError, TypeError, ValueError) as bad:
        raise Tampered(
            "The event was not read",
            because=f"the facts of {current} do not have their stored form",
            next_move="Run `tocsin log verify`.",
        ) from bad


@dataclass(frozen=True, slots=True)
class _Shape:
    """How an event class is stored: converters for facts, names of words."""

    facts: Mapping[str, TypeAdapter[Any]]
    words: tuple[str, ...]


@cache
def _shape(name: str) -> _Shape:
    kind = _BY_NAME[name]
    hints = get_type_hints(kind)
    words = tuple(f.name for f in fields(kind) if hints[f.name] == Untrusted | None)
    return _Shape(
        facts={
            f.name: TypeAdapter(hints[f.name])
            for f in fields(kind)
            if f.name not in words
        },
        words=words,
    )
