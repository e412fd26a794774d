"""One file of rules, as the domain applies it.

What one entry means is `conditions.py`; which files there are and how they lie over
each other is `loader.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.classification_rules import (
    Category,
    CategoryRule,
    Framework,
    Move,
    OutcomeRule,
)
from bot.domain.severity import Severity
from bot.rules.conditions import category_rule, move, outcome_rule
from bot.rules.reading import Entry, bad

TESTS = "tests"
"""Key of a site's file for its own cases; `bot/rules/cases.py` reads them."""

_WORDS = ("rule_names", "facts", "loose", "things", "titles", "markers")
_TERMS = ("ai", "operations", "instructions", "lures")
LISTS = (*_WORDS, *_TERMS)
_ENTRIES = ("outcomes", "categories", "moves")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one file says.

    Attributes:
        rules: By id; None switches a rule off that another file has. So do `moves`
            and `outcomes`.
        starts: Where a category starts, by its id.
        lists: Words and terms by the name of their list.
    """

    rules: Mapping[str, CategoryRule | None]
    moves: Mapping[str, Move | None]
    outcomes: Mapping[str, OutcomeRule | None]
    starts: Mapping[str, Severity]
    lists: Mapping[str, tuple[str, ...]]


def checked(file: Entry) -> Entry:
    """Return a file whose keys are known and whose ids stand there once.

    Raises:
        BadSettings: Here and below: it cannot be used; names the entry and the key.
    """
    file.only("version", "start", TESTS, *LISTS, *_ENTRIES)
    for key in _ENTRIES:
        ids = [one.text("id") for one in file.entries(key)]
        for one in ids:
            if ids.count(one) > 1:
                raise bad(file.where, f"{key}: the id {one!a} stands there twice")
    return file


def read_layer(
    file: Entry, categories: Mapping[str, Category], frameworks: Sequence[Framework]
) -> Layer:
    """Return what a file says that was checked."""
    origin = file.where
    return Layer(
        rules={
            name: None
            if one.flag("disabled")
            else category_rule(one, categories, frameworks, origin=origin)
            for name, one in _named(file, "categories")
        },
        moves={
            name: None if one.flag("disabled") else move(one, categories, origin=origin)
            for name, one in _named(file, "moves")
        },
        outcomes={
            name: None if one.flag("disabled") else outcome_rule(one, origin=origin)
            for name, one in _named(file, "outcomes")
        },
        starts=_starts(file, categories),
        lists={key: file.words(key) for key in _WORDS}
        | {key: file.terms(key) for key in _TERMS},
    )


def _named(file: Entry, key: str) -> list[tuple[str, Entry]]:
    return [(one.text("id"), one) for one in file.entries(key)]


def _starts(file: Entry, categories: Mapping[str, Category]) -> dict[str, Severity]:
    if "start" not in file.values:
        return {}
    entry = Entry.of(f"{file.where}, start", file.values["start"])
    for name in entry.values:
        Entry("start", {"category": name}).among("category", categories)
    return {key: entry.choice(key, Severity) for key in entry.values}
