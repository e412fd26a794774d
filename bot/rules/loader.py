"""From the packaged rules and a site's overlay to one rulebook.

`words.yaml`, `outcomes.yaml`, `moves.yaml` and `kinds/` hold what is true of every
source, `sources/<name>.yaml` what only one vendor's words mean. The site's entries
come on top: an entry with a known id replaces the shipped one, ``disabled: true``
removes it, a new id is added, lists are extended.
"""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from bot.domain.classification_rules import Category, Framework, Rulebook
from bot.domain.classification_text import Lexicon
from bot.domain.plain_yaml import NotPlain, loaded
from bot.domain.severity import Severity
from bot.rules.conditions import (
    category_rule,
    check_ids,
    folded_name,
    move,
    outcome_rule,
)
from bot.rules.reading import Entry, bad

# Our own files are read without counting their depth: it costs half the time again.
_SHIPPED = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EVERYWHERE = ("words.yaml", "outcomes.yaml", "moves.yaml")
_LISTS = ("facts", "ai", "operations", "instructions", "markers")
_ENTRIES = ("outcomes", "categories", "moves")
_FRAMEWORKS = ("owasp_llm", "owasp_agentic", "atlas")
TESTS = "tests"
"""Key of a site's file for its own cases; `bot/rules/cases.py` reads them."""


def read_rulebook(
    overlay: str = "", *, overlay_name: str = "rules/triage.yaml"
) -> Rulebook:
    """Return the shipped rules with a site's overlay laid over them.

    Args:
        overlay: YAML text of the site's own rules; may be "".
        overlay_name: How messages and answers name it.

    Raises:
        BadSettings: An entry cannot be used; names the rule and the nearest key.
    """
    shipped = files("bot.rules")
    taxonomy, lists = (
        shipped.joinpath(name).read_text("utf-8")
        for name in ("taxonomy.yaml", "frameworks.yaml")
    )
    ours = _shipped_rules(shipped)
    site = overlay.strip()
    layers = [_layer(name, _ours(name, text)) for name, text in ours.items()]
    layers += [site_layer(site, name=overlay_name)] if site else []
    frameworks = _frameworks(_ours("frameworks.yaml", lists))
    starts = {key: one for layer in layers for key, one in _starts(layer).items()}
    categories = _categories(_ours("taxonomy.yaml", taxonomy), starts, frameworks)
    texts = (taxonomy, lists, *ours.values(), site)
    return _rulebook(categories, frameworks, layers, digest=_digest(*texts))


def site_layer(overlay: str, *, name: str) -> Entry:
    """Return a site's file as one map whose keys are known; "" is an empty map.

    Raises:
        BadSettings: It is not YAML within bounds, or has an unknown key.
    """
    try:
        value = loaded(overlay)
    except NotPlain as error:
        raise bad(name, str(error)) from error
    return _layer(name, Entry.of(name, {} if value is None else value))


def _shipped_rules(shipped: Traversable) -> dict[str, str]:
    """Return our own rules by file name: what holds everywhere, then each vendor's."""
    found = {name: shipped.joinpath(name) for name in _EVERYWHERE}
    for folder in ("kinds", "sources"):
        inside = sorted(shipped.joinpath(folder).iterdir(), key=lambda one: one.name)
        found |= {f"{folder}/{one.name}": one for one in inside}
    return {
        name: one.read_text("utf-8")
        for name, one in found.items()
        if name.endswith(".yaml")
    }


def _rulebook(
    categories: Mapping[str, Category],
    frameworks: tuple[Framework, ...],
    layers: Sequence[Entry],
    *,
    digest: str,
) -> Rulebook:
    rules = tuple(
        category_rule(one, categories, frameworks, origin=origin)
        for origin, one in _laid_over(layers, "categories")
    )
    moves = tuple(
        move(one, categories, origin=origin)
        for origin, one in _laid_over(layers, "moves")
    )
    stated = tuple(
        outcome_rule(one, origin=origin)
        for origin, one in _laid_over(layers, "outcomes")
    )
    # What only one sender's words mean counts before what everybody's do.
    outcomes = tuple(sorted(stated, key=lambda one: not one.when.sources))
    lists = {key: _joined(layers, key) for key in _LISTS}
    conditions = [one.when for entries in (rules, moves, outcomes) for one in entries]
    terms = Rulebook.terms_of(conditions, lists["ai"], lists["operations"])
    return Rulebook(
        categories=categories,
        rules=rules,
        moves=moves,
        outcomes=outcomes,
        fact_fields=frozenset(folded_name(name) for name in lists["facts"]),
        ai_terms=lists["ai"],
        ops_terms=lists["operations"],
        markers=tuple(marker.casefold() for marker in lists["markers"]),
        frameworks=frameworks,
        digest=digest,
        lexicon=Lexicon(terms),
        instruction_lexicon=Lexicon(lists["instructions"]),
    )


def _ours(name: str, text: str) -> Entry:
    value: Any = yaml.load(text, Loader=_SHIPPED)  # noqa: S506 (both are safe)
    return Entry.of(name, value)


def _layer(name: str, read: Entry) -> Entry:
    layer = read.only("version", "start", TESTS, *_LISTS, *_ENTRIES)
    for key in _ENTRIES:
        ids = [one.text("id") for one in layer.entries(key)]
        for one in ids:
            if ids.count(one) > 1:
                raise bad(name, f"{key}: the id {one!a} stands there twice")
    return layer


def _frameworks(entry: Entry) -> tuple[Framework, ...]:
    inside = [(key, Entry.of(key, entry.values[key])) for key in _FRAMEWORKS]
    return tuple(
        Framework(
            id=key,
            title=one.text("title"),
            edition=one.text("edition"),
            ids=frozenset(one.words("ids")),
        )
        for key, one in inside
    )


def _starts(layer: Entry) -> dict[str, Severity]:
    if "start" not in layer.values:
        return {}
    entry = Entry.of(f"{layer.where}, start", layer.values["start"])
    return {key: entry.choice(key, Severity) for key in entry.values}


def _categories(
    taxonomy: Entry, starts: Mapping[str, Severity], frameworks: Sequence[Framework]
) -> dict[str, Category]:
    made: dict[str, Category] = {}
    for entry in taxonomy.entries("categories"):
        entry.only("id", "title", "start", *_FRAMEWORKS)
        check_ids(entry, frameworks)
        one = Category(
            id=entry.text("id"),
            title=entry.text("title"),
            start=starts.get(entry.text("id"), entry.choice("start", Severity)),
            owasp_llm=entry.words("owasp_llm"),
            owasp_agentic=entry.words("owasp_agentic"),
            atlas=entry.words("atlas"),
        )
        made[one.id] = one
    for name in starts:
        Entry("start", {"category": name}).among("category", made)
    return made


def _laid_over(layers: Sequence[Entry], key: str) -> list[tuple[str, Entry]]:
    """Return each entry with the name of its file; a later one replaces an earlier."""
    made: dict[str, tuple[str, Entry]] = {}
    for layer in layers:
        for entry in layer.entries(key):
            made[entry.text("id")] = layer.where, entry
    return [one for one in made.values() if not one[1].flag("disabled")]


def _joined(layers: Sequence[Entry], key: str) -> tuple[str, ...]:
    plain = key in ("facts", "markers")
    found = [layer.words(key) if plain else layer.terms(key) for layer in layers]
    return tuple(dict.fromkeys(word for words in found for word in words))


def _digest(*texts: str) -> str:
    summed = hashlib.sha256()
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        summed.update(f"{len(encoded)}:".encode("ascii") + encoded)
    return summed.hexdigest()
