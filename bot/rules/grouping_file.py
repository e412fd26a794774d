"""Reads what grouping goes by from `grouping.yaml`.

What the keys mean is in `bot/domain/{traces,together}.py`, and for people in
docs/concepts/grouping.md.
"""

import re
from collections.abc import Sequence
from importlib.resources import files

import yaml

from bot.domain.envelope import EntityKind
from bot.domain.grouping_rules import GroupingRules
from bot.domain.incident import MEANS
from bot.domain.together import Together
from bot.domain.traces import EntityRules
from bot.rules.reading import Entry, bad

NAME = "grouping.yaml"
_MOST = 1000


def read_grouping(categories: Sequence[str], text: str = "") -> GroupingRules:
    """Return what grouping goes by.

    Args:
        categories: Every known one, the most telling first.
        text: YAML text; "" reads the shipped file.

    Raises:
        BadSettings: An entry cannot be used; names it and the nearest known word.
    """
    given = text or files("bot.rules").joinpath(NAME).read_text("utf-8")
    try:
        entry = Entry.of(NAME, yaml.safe_load(given))
    except (yaml.YAMLError, RecursionError) as error:
        raise bad(NAME, "it is not YAML") from error
    entry.only("version", "entities", "together", "never_silent")
    return GroupingRules(
        entities=_entities(Entry.of(f"{NAME}, entities", entry.values.get("entities"))),
        together=tuple(_together(one, categories) for one in entry.entries("together")),
        order=tuple(categories),
        never_silent=_known(
            entry, "never_silent", entry.words("never_silent"), categories
        ),
    )


def _entities(entry: Entry) -> EntityRules:
    entry.only(
        "enough", "same_account", "common_from", "weights", "common", "public_models"
    )
    weights = Entry.of(f"{entry.where}, weights", entry.values.get("weights"))
    weights.only(*(kind.value for kind in EntityKind))
    return EntityRules(
        weights={
            EntityKind(kind): weights.whole(kind, least=0, most=_MOST)
            for kind in weights.values
        },
        same_account=entry.whole("same_account", least=0, most=_MOST),
        enough=entry.whole("enough", least=1, most=_MOST),
        common_from=entry.whole("common_from", least=2, most=_MOST),
        common=frozenset(word.casefold() for word in entry.words("common")),
        public=_pattern(entry),
    )


def _pattern(entry: Entry) -> re.Pattern[str]:
    found = entry.words("public_models")
    try:
        return re.compile("|".join(f"(?:{one})" for one in found) or r"(?!)")
    except re.error as error:
        raise bad(entry.where, f"public_models: {error}") from error


def _together(entry: Entry, categories: Sequence[str]) -> Together:
    entry.only("id", "title", "all", "steps", "reason", "over")
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
