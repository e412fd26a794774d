"""From one entry of a rules file to what the domain applies: rules, moves, outcomes.

Which files there are and how they lie over each other is `bot/rules/loader.py`.
"""

from collections.abc import Mapping, Sequence
from typing import get_args

from bot.domain.classification_fields import Place
from bot.domain.classification_rules import (
    Category,
    CategoryRule,
    FieldTest,
    Framework,
    Move,
    OutcomeRule,
    When,
)
from bot.domain.envelope import Outcome, Status
from bot.domain.registry import Reach, RiskTier, Stage
from bot.domain.severity import Severity
from bot.rules.reading import Entry, bad

_WHEN = (
    *("any", "also", "unless", "fields", "any_field", "no_fields", "outcome", "status"),
    *("sources", "masks", "dumped", "vendor", "vendor_at_least", "needs_ai"),
    *("system_tier", "system_stage", "system_data", "system_tools", "approved_change"),
)
_FRAMEWORKS = {
    "owasp": ("owasp_llm", "owasp_agentic"),
    "owasp_llm": ("owasp_llm",),
    "owasp_agentic": ("owasp_agentic",),
    "atlas": ("atlas",),
}
_PLACES = {"fact": Place.FACT, "title": Place.TITLE}
_NONE = "none"


def category_rule(
    entry: Entry,
    categories: Mapping[str, Category],
    frameworks: Sequence[Framework],
    *,
    origin: str,
) -> CategoryRule:
    """Return evidence for a category.

    Raises:
        BadSettings: Here and below: the entry cannot be used.
    """
    entry.only(
        "id",
        "disabled",
        "category",
        "weight",
        "reason",
        "facts_only",
        "only_worse",
        "severity",
        "owasp",
        "atlas",
        *_WHEN,
    )
    check_ids(entry, frameworks)
    return CategoryRule(
        id=entry.text("id"),
        category=entry.among("category", (*categories, _NONE)),
        weight=entry.whole("weight", least=1, most=10),
        reason=entry.text("reason"),
        when=_when(entry),
        facts_only=entry.flag("facts_only"),
        only_worse=entry.flag("only_worse"),
        severity=entry.choice_or_none("severity", Severity),
        owasp=entry.words("owasp"),
        atlas=entry.words("atlas"),
        origin=origin,
    )


def move(entry: Entry, categories: Mapping[str, Category], *, origin: str) -> Move:
    """Return what makes a severity worse or milder."""
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
        origin=origin,
    )


def outcome_rule(entry: Entry, *, origin: str) -> OutcomeRule:
    """Return what says whether a control stopped it."""
    entry.only("id", "disabled", "is", "trust", *_WHEN)
    return OutcomeRule(
        id=entry.text("id"),
        outcome=entry.choice("is", Outcome),
        when=_when(entry),
        trust=_trust(entry),
        origin=origin,
    )


def _trust(entry: Entry) -> Place:
    named = "trust" in entry.values
    return _PLACES[entry.among("trust", _PLACES)] if named else Place.TITLE


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
        dumped=entry.words("dumped"),
        vendor=frozenset(word.casefold() for word in entry.words("vendor")),
        vendor_at_least=entry.number("vendor_at_least"),
        needs_ai=entry.flag("needs_ai"),
        system_tier=entry.known_words("system_tier", get_args(RiskTier)),
        system_stage=entry.known_words("system_stage", get_args(Stage)),
        system_data=tuple(_kind(word) for word in entry.words("system_data")),
        system_tools=entry.known_words("system_tools", get_args(Reach)),
        approved_change=entry.flag("approved_change"),
    )
    if when == When() or when == When(needs_ai=True):
        raise bad(entry.where, "it says nothing about when it holds")
    return when


def _field(entry: Entry) -> FieldTest:
    entry.only("name", "is", "at_least", "at_most")
    return FieldTest(
        names=tuple(folded_name(part) for part in entry.text("name").split(".")),
        values=frozenset(word.casefold() for word in entry.words("is")),
        at_least=entry.number("at_least"),
        at_most=entry.number("at_most"),
    )


def check_ids(entry: Entry, frameworks: Sequence[Framework]) -> None:
    """Refuse ids that no edition of a framework has; say which edition was asked."""
    by_id = {one.id: one for one in frameworks}
    for key, names in _FRAMEWORKS.items():
        lists = [by_id[name] for name in names]
        known = {one for each in lists for one in each.ids}
        for word in entry.words(key):
            if word not in known:
                asked = " and ".join(f"{one.title} {one.edition}" for one in lists)
                raise bad(entry.where, f"{key} {word!a} is not in {asked}")


def folded_name(name: str) -> str:
    """Return a field's name as field tests compare it."""
    return "".join(mark for mark in name.casefold() if mark.isalnum())


def _kind(word: str) -> str:
    return folded_name(word) + ("*" if word.endswith("*") else "")
