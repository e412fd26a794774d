"""From the packaged rules and a site's overlay to one rulebook.

`triage.yaml` holds what is true of every source, `sources/<name>.yaml` what only one
vendor's words mean. The site's entries come on top: an entry with a known id replaces
the shipped one, ``disabled: true`` removes it, a new id is added, lists are extended.
"""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from bot.domain.classification_rules import (
    Category,
    CategoryRule,
    FieldTest,
    Move,
    OutcomeRule,
    Place,
    Rulebook,
    When,
)
from bot.domain.classification_text import Lexicon
from bot.domain.envelope import Outcome, Status
from bot.domain.severity import Severity
from bot.rules.reading import Entry, bad

# A tenth of the time at every start. Only for our own files: the one in C falls over
# a text that is too deep, and the one in Python says so.
_SHIPPED = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LISTS = ("facts", "ai", "operations", "instructions", "markers")
_ENTRIES = ("outcomes", "categories", "moves")
_WHEN = (
    *("any", "also", "unless", "fields", "any_field", "no_fields", "outcome", "status"),
    *("sources", "masks", "vendor", "vendor_at_least", "needs_ai"),
)
_PLACES = {"fact": Place.FACT, "title": Place.TITLE, "text": Place.TEXT}
_NONE = "none"


def read_rulebook(
    overlay: str = "", *, overlay_name: str = "rules/triage.yaml"
) -> Rulebook:
    """Return the shipped rules with a site's overlay laid over them.

    Args:
        overlay: YAML text of the site's own rules; may be "".
        overlay_name: How messages name it.

    Raises:
        BadSettings: An entry cannot be used; names the rule and the nearest key.
    """
    shipped = files("bot.rules")
    taxonomy = shipped.joinpath("taxonomy.yaml").read_text("utf-8")
    ours = _shipped_rules(shipped)
    site = overlay.strip()
    layers = [_layer(name, text, _SHIPPED) for name, text in ours.items()]
    layers += [_layer(overlay_name, site)] if site else []
    starts = {key: one for layer in layers for key, one in _starts(layer).items()}
    categories = _categories(_parsed("taxonomy.yaml", taxonomy, _SHIPPED), starts)
    return _rulebook(categories, layers, digest=_digest(taxonomy, *ours.values(), site))


def _shipped_rules(shipped: Traversable) -> dict[str, str]:
    """Return our own rules by file name: what holds everywhere, then each vendor's."""
    vendors = sorted(shipped.joinpath("sources").iterdir(), key=lambda one: one.name)
    files = [shipped.joinpath("triage.yaml"), *vendors]
    return {
        one.name: one.read_text("utf-8") for one in files if one.name.endswith(".yaml")
    }


def _rulebook(
    categories: Mapping[str, Category], layers: Sequence[Entry], *, digest: str
) -> Rulebook:
    rules = [_rule(one, categories) for one in _laid_over(layers, "categories")]
    moves = [_move(one, categories) for one in _laid_over(layers, "moves")]
    stated = [_outcome(one) for one in _laid_over(layers, "outcomes")]
    # What only one sender's words mean counts before what everybody's do.
    outcomes = sorted(stated, key=lambda one: not one.when.sources)
    lists = {key: _joined(layers, key) for key in _LISTS}
    conditions = [
        *(one.when for one in rules),
        *(one.when for one in moves),
        *(one.when for one in outcomes),
    ]
    terms = Rulebook.terms_of(conditions, lists["ai"], lists["operations"])
    return Rulebook(
        categories=categories,
        rules=tuple(rules),
        moves=tuple(moves),
        outcomes=tuple(outcomes),
        fact_fields=frozenset(_folded(name) for name in lists["facts"]),
        ai_terms=lists["ai"],
        ops_terms=lists["operations"],
        markers=tuple(marker.casefold() for marker in lists["markers"]),
        digest=digest,
        lexicon=Lexicon(terms),
        instruction_lexicon=Lexicon(lists["instructions"]),
    )


def _parsed(name: str, text: str, loader: Any = yaml.SafeLoader) -> Entry:
    try:
        value = yaml.load(text, Loader=loader)  # noqa: S506 (both are safe)
    except (yaml.YAMLError, RecursionError) as error:
        raise bad(name, "it is not YAML") from error
    return Entry.of(name, {} if value is None else value)


def _layer(name: str, text: str, loader: Any = yaml.SafeLoader) -> Entry:
    return _parsed(name, text, loader).only("version", "start", *_LISTS, *_ENTRIES)


def _starts(layer: Entry) -> dict[str, Severity]:
    if "start" not in layer.values:
        return {}
    entry = Entry.of(f"{layer.where}, start", layer.values["start"])
    return {key: entry.choice(key, Severity) for key in entry.values}


def _categories(taxonomy: Entry, starts: Mapping[str, Severity]) -> dict[str, Category]:
    made: dict[str, Category] = {}
    for entry in taxonomy.entries("categories"):
        entry.only("id", "title", "start", "owasp_llm", "owasp_agentic", "atlas")
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


def _laid_over(layers: Sequence[Entry], key: str) -> list[Entry]:
    made: dict[str, Entry] = {}
    for layer in layers:
        for entry in layer.entries(key):
            made[entry.text("id")] = entry
    return [entry for entry in made.values() if not entry.flag("disabled")]


def _joined(layers: Sequence[Entry], key: str) -> tuple[str, ...]:
    plain = key in ("facts", "markers")
    found = [layer.words(key) if plain else layer.terms(key) for layer in layers]
    return tuple(dict.fromkeys(word for words in found for word in words))


def _rule(entry: Entry, categories: Mapping[str, Category]) -> CategoryRule:
    entry.only(
        "id",
        "disabled",
        "category",
        "weight",
        "reason",
        "facts_only",
        "severity",
        *_WHEN,
    )
    return CategoryRule(
        id=entry.text("id"),
        category=entry.among("category", (*categories, _NONE)),
        weight=entry.whole("weight", least=1, most=10),
        reason=entry.text("reason"),
        when=_when(entry),
        facts_only=entry.flag("facts_only"),
        severity=entry.choice_or_none("severity", Severity),
    )


def _move(entry: Entry, categories: Mapping[str, Category]) -> Move:
    entry.only(
        "id", "disabled", "for", "steps", "reason", "group", "weak", "trust", *_WHEN
    )
    named = [
        Entry(entry.where, {"for": one}).among("for", categories)
        for one in entry.words("for")
    ]
    return Move(
        id=entry.text("id"),
        steps=entry.whole("steps", least=-4, most=4),
        reason=entry.text("reason"),
        when=_when(entry),
        categories=frozenset(named),
        group=entry.text("group", ""),
        weak=entry.flag("weak"),
        trust=_trust(entry),
    )


def _outcome(entry: Entry) -> OutcomeRule:
    entry.only("id", "disabled", "is", "trust", *_WHEN)
    return OutcomeRule(
        id=entry.text("id"),
        outcome=entry.choice("is", Outcome),
        when=_when(entry),
        trust=_trust(entry),
    )


def _trust(entry: Entry) -> Place:
    named = "trust" in entry.values
    return _PLACES[entry.among("trust", _PLACES)] if named else Place.TEXT


def _when(entry: Entry) -> When:
    when = When(
        any=entry.terms("any"),
        also=entry.term_groups("also"),
        unless=entry.terms("unless"),
        fields=tuple(_field(one) for one in entry.entries("fields")),
        any_field=tuple(_field(one) for one in entry.entries("any_field")),
        no_fields=tuple(_field(one) for one in entry.entries("no_fields")),
        outcome=entry.choice_or_none("outcome", Outcome),
        status=entry.choice_or_none("status", Status),
        sources=frozenset(entry.words("sources")),
        masks=entry.words("masks"),
        vendor=frozenset(word.casefold() for word in entry.words("vendor")),
        vendor_at_least=entry.number("vendor_at_least"),
        needs_ai=entry.flag("needs_ai"),
    )
    if when == When() or when == When(needs_ai=True):
        raise bad(entry.where, "it says nothing about when it holds")
    return when


def _field(entry: Entry) -> FieldTest:
    entry.only("name", "is", "at_least", "at_most")
    return FieldTest(
        names=tuple(_folded(part) for part in entry.text("name").split(".")),
        values=frozenset(word.casefold() for word in entry.words("is")),
        at_least=entry.number("at_least"),
        at_most=entry.number("at_most"),
    )


def _folded(name: str) -> str:
    return "".join(mark for mark in name.casefold() if mark.isalnum())


def _digest(*texts: str) -> str:
    summed = hashlib.sha256()
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        summed.update(f"{len(encoded)}:".encode("ascii") + encoded)
    return summed.hexdigest()
