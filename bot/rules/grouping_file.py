"""Reads what grouping goes by: `grouping.yaml`, and a site's file laid over it.

What the keys mean is in `bot/domain/{traces,together}.py`, and for people in
docs/concepts/grouping.md. A number of the site's replaces ours, its lists are added,
an entry of `together` with a known id replaces it, and ``disabled: true`` removes it.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import re2

from bot.domain.envelope import EntityKind
from bot.domain.errors import BadSettings
from bot.domain.grouping_rules import GroupingRules
from bot.domain.incident import MEANS
from bot.domain.plain_yaml import NotPlain, loaded
from bot.domain.together import Together
from bot.domain.traces import EntityRules
from bot.rules.reading import Entry, bad

NAME = "grouping.yaml"
_KEYS = ("entities", "together", "never_silent")
_NUMBERS: Mapping[str, int] = {"enough": 1, "same_account": 0, "common_from": 2}
"""Keys of `entities` and the least that each may be."""
_MOST = 1000


def read_grouping(
    categories: Sequence[str], overlay: str = "", *, overlay_name: str = NAME
) -> GroupingRules:
    """Return what grouping goes by.

    Args:
        categories: Every known one, the most telling first.
        overlay: YAML text of the site's own file; may be "".
        overlay_name: How messages name it.

    Raises:
        BadSettings: An entry cannot be used; names it and the nearest known word.
    """
    layers = [_file(NAME, _shipped())]
    try:
        if overlay.strip():
            layers.append(_file(overlay_name, overlay))
        return _laid_together(layers, categories)
    except BadSettings as error:
        raise BadSettings(
            "The grouping rules were not read",
            because=error.because,
            next_move="Correct the entry; docs/concepts/grouping.md lists the keys.",
        ) from None


def is_grouping(text: str) -> bool:
    """Tell whether a site's file speaks of grouping, and not of triage."""
    try:
        found = loaded(text)
    except NotPlain:
        return False
    return isinstance(found, dict) and not found.keys().isdisjoint(_KEYS)


def switched_off(overlay: str) -> tuple[str, ...]:
    """Return the ids of `together` that a readable file of the site's switches off."""
    entries = _file(NAME, overlay).entries("together")
    return tuple(one.text("id") for one in entries if one.flag("disabled"))


@cache
def _shipped() -> str:
    return files("bot.rules").joinpath(NAME).read_text("utf-8")


def _file(name: str, text: str) -> Entry:
    try:
        value = loaded(text)
    except NotPlain as error:
        raise bad(name, str(error)) from error
    return Entry.of(name, {} if value is None else value).only("version", *_KEYS)


def _laid_together(layers: Sequence[Entry], categories: Sequence[str]) -> GroupingRules:
    meanings = {
        name: one for file in layers for name, one in _meanings(file, categories)
    }
    return GroupingRules(
        entities=_entities([_things(file) for file in layers]),
        together=tuple(one for one in meanings.values() if one is not None),
        order=tuple(categories),
        never_silent=frozenset(
            one
            for file in layers
            for one in _known(
                file, "never_silent", file.words("never_silent"), categories
            )
        ),
    )


def _things(file: Entry) -> Entry:
    inside = Entry.of(f"{file.where}, entities", file.values.get("entities", {}))
    return inside.only(*_NUMBERS, "weights", "common", "public_models")


def _entities(layers: Sequence[Entry]) -> EntityRules:
    numbers = {
        key: layer.whole(key, least=least, most=_MOST)
        for layer in layers
        for key, least in _NUMBERS.items()
        if key in layer.values
    }
    weights = {kind: one for layer in layers for kind, one in _weights(layer).items()}
    common = {word.casefold() for layer in layers for word in layer.words("common")}
    return EntityRules(
        weights=weights,
        common=frozenset(common),
        public=_pattern(tuple(one for layer in layers for one in _models(layer))),
        **numbers,
    )


def _weights(layer: Entry) -> dict[EntityKind, int]:
    given = Entry.of(f"{layer.where}, weights", layer.values.get("weights", {}))
    given.only(*(kind.value for kind in EntityKind))
    return {
        EntityKind(kind): given.whole(kind, least=0, most=_MOST)
        for kind in given.values
    }


def _models(layer: Entry) -> tuple[str, ...]:
    found = layer.words("public_models")
    for one in found:
        try:
            re2.compile(one)
        except re2.error as error:
            raise bad(
                layer.where, f"public_models: {one!a} is not a valid expression"
            ) from error
    return found


@lru_cache(maxsize=4)
def _pattern(expressions: tuple[str, ...]) -> Any:
    """Return one expression that takes a time linear in the name's length."""
    return re2.compile("|".join(f"(?:{one})" for one in expressions))


def _meanings(
    file: Entry, categories: Sequence[str]
) -> list[tuple[str, Together | None]]:
    entries = file.entries("together")
    ids = [one.text("id") for one in entries]
    for one in ids:
        if ids.count(one) > 1:
            raise bad(file.where, f"together: the id {one!a} stands there twice")
    return [
        (name, None if one.flag("disabled") else _together(one, categories))
        for name, one in zip(ids, entries, strict=True)
    ]


def _together(entry: Entry, categories: Sequence[str]) -> Together:
    entry.only("id", "title", "all", "steps", "reason", "over", "disabled")
    groups = entry.values.get("all")
    if not isinstance(groups, list) or not groups:
        raise bad(entry.where, "all must be a list of lists of categories")
    inner = [Entry(entry.where, {"all": group}).words("all") for group in groups]
    if not entry.text("id").startswith(MEANS):
        raise bad(entry.where, f"its id must begin with {MEANS}")
    return Together(
        id=entry.text("id"),
        title=entry.text("title", ""),
        groups=tuple(_known(entry, "all", group, categories) for group in inner),
        steps=entry.whole("steps", least=0, most=4),
        reason=entry.text("reason"),
        over=frozenset(entry.words("over")),
    )


def _known(
    entry: Entry, key: str, words: Sequence[str], categories: Sequence[str]
) -> frozenset[str]:
    return frozenset(
        Entry(entry.where, {key: one}).among(key, categories) for one in words
    )
