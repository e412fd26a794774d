"""From the packaged rules and a site's overlay to one rulebook.

`fields.yaml`, `words.yaml`, `outcomes.yaml`, `moves.yaml` and `kinds/` hold what is
true of every source, `sources/<name>.yaml` what only one vendor's words mean. The
site's entries come on top: an entry with a known id replaces the shipped one,
``disabled: true`` removes it, a new id is added, lists are extended.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from bot.domain.classification_fields import DecidingFields
from bot.domain.classification_rules import Category, Framework, Rulebook
from bot.domain.classification_text import Lexicon
from bot.domain.plain_yaml import NotPlain, loaded, read_shipped
from bot.domain.severity import Severity
from bot.rules.conditions import check_ids, folded_name
from bot.rules.layer import LISTS, Layer, checked, read_layer
from bot.rules.reading import Entry, bad

Ruled = TypeVar("Ruled")

_TAXONOMY, _THREATS = "taxonomy.yaml", "frameworks.yaml"
_EVERYWHERE = ("fields.yaml", "words.yaml", "outcomes.yaml", "moves.yaml")
_FRAMEWORKS = ("owasp_llm", "owasp_agentic", "atlas")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shipped:
    """Our own files, read once in a process: no setting changes them.

    Attributes:
        categories: By id, with the starts of the taxonomy.
        texts: Of each file, for the digest.
    """

    frameworks: tuple[Framework, ...]
    categories: Mapping[str, Category]
    layers: tuple[Layer, ...]
    texts: tuple[str, ...]


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
    site = overlay.strip()
    if not site:
        return _without_site()
    ours, file = _shipped(), site_layer(site, name=overlay_name)
    return _laid_together(read_layer(file, ours.categories, ours.frameworks), site)


def site_layer(overlay: str, *, name: str) -> Entry:
    """Return a site's file as one map whose keys are known; "" is an empty map.

    Raises:
        BadSettings: It is not YAML within bounds, or has an unknown key.
    """
    try:
        value = loaded(overlay)
    except NotPlain as error:
        raise bad(name, str(error)) from error
    return checked(Entry.of(name, {} if value is None else value))


@cache
def _without_site() -> Rulebook:
    return _laid_together(None, "")


def _laid_together(site: Layer | None, text: str) -> Rulebook:
    ours = _shipped()
    layers = [*ours.layers, *([site] if site else [])]
    starts = {name: one for layer in layers for name, one in layer.starts.items()}
    categories = {
        name: replace(one, start=starts.get(name, one.start))
        for name, one in ours.categories.items()
    }
    digest = _digest(*ours.texts, text)
    return _rulebook(categories, ours.frameworks, layers, digest=digest)


@cache
def _shipped() -> _Shipped:
    folder = files("bot.rules")
    taxonomy, threats = (
        folder.joinpath(name).read_text("utf-8") for name in (_TAXONOMY, _THREATS)
    )
    frameworks = _frameworks(_ours(_THREATS, threats))
    categories = _categories(_ours(_TAXONOMY, taxonomy), frameworks)
    rules = _shipped_rules(folder)
    read = [checked(_ours(name, text)) for name, text in rules.items()]
    return _Shipped(
        frameworks=frameworks,
        categories=categories,
        layers=tuple(read_layer(one, categories, frameworks) for one in read),
        texts=(taxonomy, threats, *rules.values()),
    )


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
    layers: Sequence[Layer],
    *,
    digest: str,
) -> Rulebook:
    rules = _laid_over([layer.rules for layer in layers])
    moves = _laid_over([layer.moves for layer in layers])
    stated = _laid_over([layer.outcomes for layer in layers])
    # What only one sender's words mean counts before what everybody's do.
    outcomes = tuple(sorted(stated, key=lambda one: not one.when.sources))
    lists = {key: _joined([layer.lists[key] for layer in layers]) for key in LISTS}
    conditions = [one.when for entries in (rules, moves, outcomes) for one in entries]
    terms = Rulebook.terms_of(conditions, lists["ai"], lists["operations"])
    return Rulebook(
        categories=categories,
        rules=rules,
        moves=moves,
        outcomes=outcomes,
        fields=_fields(lists),
        ai_terms=lists["ai"],
        ops_terms=lists["operations"],
        markers=tuple(marker.casefold() for marker in lists["markers"]),
        frameworks=frameworks,
        digest=digest,
        lexicon=Lexicon(terms),
        instruction_lexicon=Lexicon(lists["instructions"]),
        lure_lexicon=Lexicon((*lists["instructions"], *lists["lures"])),
    )


def _fields(lists: Mapping[str, tuple[str, ...]]) -> DecidingFields:
    titles: dict[str, set[tuple[str, ...]]] = {}
    for name in lists["titles"]:
        source, *path = name.split(".")
        titles.setdefault(source, set()).add(tuple(map(folded_name, path)))
    return DecidingFields(
        rule_names=frozenset(folded_name(name) for name in lists["rule_names"]),
        facts=frozenset(folded_name(name) for name in lists["facts"]),
        loose=frozenset(lists["loose"]),
        things=frozenset(folded_name(name) for name in lists["things"]),
        titles={source: frozenset(paths) for source, paths in titles.items()},
    )


def _ours(name: str, text: str) -> Entry:
    return Entry.of(name, read_shipped(text))


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


def _categories(
    taxonomy: Entry, frameworks: Sequence[Framework]
) -> dict[str, Category]:
    made: dict[str, Category] = {}
    for entry in taxonomy.entries("categories"):
        entry.only("id", "title", "start", *_FRAMEWORKS)
        check_ids(entry, frameworks)
        one = Category(
            id=entry.text("id"),
            title=entry.text("title"),
            start=entry.choice("start", Severity),
            owasp_llm=entry.words("owasp_llm"),
            owasp_agentic=entry.words("owasp_agentic"),
            atlas=entry.words("atlas"),
        )
        made[one.id] = one
    return made


def _laid_over(layers: Sequence[Mapping[str, Ruled | None]]) -> tuple[Ruled, ...]:
    """Return what is switched on; a later entry replaces an earlier of its id."""
    made = {name: one for layer in layers for name, one in layer.items()}
    return tuple(one for one in made.values() if one is not None)


def _joined(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in lists for word in words))


def _digest(*texts: str) -> str:
    summed = hashlib.sha256()
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        summed.update(f"{len(encoded)}:".encode("ascii") + encoded)
    return summed.hexdigest()
