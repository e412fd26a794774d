"""Cases of a site's rules, as data beside them: what must come out of an alert.

They stand in the site's file under ``tests``. Reading them is here; running them
needs parsers and redactor and is the command line's business (`tocsin rules test`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.classification_rules import Rulebook
from bot.domain.envelope import Outcome
from bot.domain.severity import Severity
from bot.rules.layer import TESTS
from bot.rules.loader import site_layer
from bot.rules.reading import Entry, bad

_KEYS = (
    *("name", "text", "payload", "source", "headers"),
    *("category", "severity", "outcome", "rule"),
)
_EXPECTED = ("category", "severity", "outcome", "rule")
_RULES = ("categories", "moves", "outcomes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An alert, and what must come out of it.

    Attributes:
        name: How people call it.
        text: A free text, judged like a title; "" when there is a payload.
        payload: The body as it would be posted, JSON text; "" when there is a text.
        source: The integration that reads the payload; ``auto`` by its shape.
        headers: Of the payload, by name in small letters.
        expected: ``category``, ``severity``, ``outcome`` or ``rule`` to its value; what
            is not named does not matter.
    """

    name: str
    text: str
    payload: str
    source: str
    headers: Mapping[str, str]
    expected: Mapping[str, str]


def read_cases(
    overlay: str, rulebook: Rulebook, *, name: str, sources: Iterable[str]
) -> tuple[Case, ...]:
    """Return the cases of a site's file.

    Args:
        overlay: Its text.
        rulebook: With this file laid over it.
        name: How messages name it.
        sources: Names of the integrations.

    Raises:
        BadSettings: A case cannot be used; names it and the nearest key.
    """
    known = ("auto", *sources)
    entries = site_layer(overlay, name=name).entries(TESTS)
    return tuple(_case(one, rulebook, known) for one in entries)


def origins(rulebook: Rulebook) -> dict[str, str]:
    """Return the file of every rule, move and outcome by its id."""
    return {
        **{one.id: one.origin for one in rulebook.rules},
        **{one.id: one.origin for one in rulebook.moves},
        **{one.id: one.origin for one in rulebook.outcomes},
    }


def remarks(overlay: str, shipped: Rulebook, *, name: str) -> tuple[str, ...]:
    """Return what a reader of a site's file would ask about, though it can be used.

    Args:
        overlay: Its text.
        shipped: The rules without it.
        name: How messages name it.
    """
    layer = site_layer(overlay, name=name)
    known = origins(shipped)
    entries = [entry for key in _RULES for entry in layer.entries(key)]
    found = [
        f"{entry.where}: there is no such rule to switch off"
        for entry in entries
        if entry.flag("disabled") and entry.text("id") not in known
    ]
    if entries and not layer.values.get(TESTS):
        found.append(f"{name}: no case under `{TESTS}` says what the rules are for")
    return tuple(found)


def _case(entry: Entry, rulebook: Rulebook, sources: tuple[str, ...]) -> Case:
    entry.only(*_KEYS)
    if ("text" in entry.values) == ("payload" in entry.values):
        raise bad(entry.where, "it needs either a text or a payload")
    expected = {key: entry.text(key) for key in _EXPECTED if key in entry.values}
    if not expected:
        keys = ", ".join(_EXPECTED)
        raise bad(entry.where, f"it expects nothing: name one of {keys}")
    _check(entry, rulebook)
    return Case(
        name=entry.text("name"),
        text=entry.text("text", ""),
        payload=_payload(entry),
        source=entry.among("source", sources) if "source" in entry.values else "auto",
        headers=_headers(entry),
        expected=expected,
    )


def _check(entry: Entry, rulebook: Rulebook) -> None:
    entry.choice_or_none("severity", Severity)
    entry.choice_or_none("outcome", Outcome)
    if "category" in entry.values:
        entry.among("category", ("none", *rulebook.categories))
    if "rule" in entry.values:
        entry.among("rule", [one.id for one in rulebook.rules])


def _payload(entry: Entry) -> str:
    value = entry.values.get("payload")
    if value is None:
        return ""
    try:
        return value if isinstance(value, str) else json.dumps(value)
    except TypeError as error:
        raise bad(entry.where, "payload holds a value that JSON has not") from error


def _headers(entry: Entry) -> dict[str, str]:
    if "headers" not in entry.values:
        return {}
    inside = Entry.of(f"{entry.where}, headers", entry.values["headers"])
    return {key.lower(): inside.text(key) for key in inside.values}
