"""Each rule finds what it is for, and nothing that must stay."""

from collections.abc import Mapping

import pytest

from bot.redact import Definition, Redactor
from bot.redact.checks import passes
from bot.redact.patterns import prepared
from bot.redact.rules import Rule, Strength
from tests.redact.rows import joined, rows

PREFIXES = [(row["kind"], joined(row["parts"])) for row in rows("prefixes")]


def covered(redactor: Redactor, text: str, secret: str) -> bool:
    start = text.index(secret)
    end = start + len(secret)
    return any(f.start <= start and end <= f.end for f in redactor.find(text))


def matches(rule: Rule, value: str) -> tuple[int, int] | None:
    """Where a rule matches a value by itself, hints and checks included."""
    ready = prepared(rule.pattern)
    match = ready.pattern.search(value.encode())
    hinted = not rule.hints or any(h.lower() in value.lower() for h in rule.hints)
    if match is None or not hinted:
        return None
    start, end = ready.stretch(match)
    checked = all(passes(check, value[start:end]) for check in rule.checks)
    return (start, end) if checked else None


def stretches(definition: Definition, kind: str, value: str) -> list[tuple[int, int]]:
    found = [matches(rule, value) for rule in definition.rules if rule.kind == kind]
    return [stretch for stretch in found if stretch is not None]


@pytest.mark.parametrize(("kind", "value"), PREFIXES)
def test_a_key_with_a_format_of_its_own_is_found_in_a_sentence(
    redactor: Redactor, kind: str, value: str
) -> None:
    secrets = [value[a:b] for a, b in stretches(redactor.definition, kind, value)]
    assert secrets
    for secret in secrets:
        assert covered(redactor, f"the key was {value} in the log", secret)


def test_every_rule_whose_format_speaks_for_itself_has_a_row(
    definition: Definition,
) -> None:
    bare = [
        f"{rule.kind}: {rule.pattern}"
        for rule in definition.rules
        if rule.strength is Strength.PREFIX
        and not any(
            matches(rule, value) for kind, value in PREFIXES if kind == rule.kind
        )
    ]
    assert bare == []


def test_the_rules_know_the_keys_of_every_family(definition: Definition) -> None:
    kinds: dict[str, set[str]] = {}
    for rule in definition.rules:
        kinds.setdefault(rule.group, set()).add(rule.kind)
    keys = set().union(*(kinds[g] for g in ("ai_provider", "cloud", "vcs", "saas")))
    assert len(keys) >= 150
    assert len(kinds["ai_provider"]) >= 40
    assert len(kinds["pii"]) >= 20


@pytest.mark.parametrize("row", list(rows("contextual")), ids=lambda r: r["text"][:40])
def test_a_value_is_found_by_the_words_around_it(
    redactor: Redactor, row: Mapping[str, object]
) -> None:
    secret = joined(row["secret"])
    assert covered(redactor, str(row["text"]).replace("@@", secret, 1), secret)


@pytest.mark.parametrize("row", list(rows("people")), ids=lambda r: r["text"][:40])
def test_a_number_of_a_person_is_found(
    redactor: Redactor, row: Mapping[str, object]
) -> None:
    value = joined(row["value"])
    text = str(row["text"]).replace("@@", value)
    assert covered(redactor, text, value)
    assert row["kind"] in {f.kind for f in redactor.find(text)}


@pytest.mark.parametrize(
    "row", [r for r in rows("people") if r["wrong"]], ids=lambda r: r["wrong"]
)
def test_a_number_with_a_wrong_check_digit_stays(
    redactor: Redactor, row: Mapping[str, object]
) -> None:
    assert row["kind"] not in {f.kind for f in redactor.find(str(row["wrong"]))}


@pytest.mark.parametrize(
    "text", [str(r) for r in rows("must_keep")], ids=lambda t: t[:40]
)
def test_what_an_engineer_needs_stays(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text).text == text


@pytest.mark.parametrize(
    "text", [str(r) for r in rows("must_keep")], ids=lambda t: t[:40]
)
def test_a_shield_next_to_a_key_does_not_save_the_key(
    redactor: Redactor, text: str
) -> None:
    key = "gh" + "p_" + "aB3dE6" * 6
    assert covered(redactor, f"{text} {key}", key)
