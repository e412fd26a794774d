"""Each rule finds what it is for, and nothing that must stay."""

import pytest

from bot.redact import Definition, Redactor
from bot.redact.checks import passes
from bot.redact.patterns import compiled, prepared
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


def test_a_key_with_a_format_of_its_own_is_found_in_a_sentence(
    redactor: Redactor,
) -> None:
    missed = [
        kind
        for kind, value in PREFIXES
        if not (found := stretches(redactor.definition, str(kind), value))
        or not all(
            covered(redactor, f"the key was {value} in the log", value[start:end])
            for start, end in found
        )
    ]
    assert missed == []


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
    assert len(keys) >= 400
    assert len(kinds["ai_provider"]) >= 120
    checked = {r.kind for r in definition.rules if r.group == "pii" and r.checks}
    assert len(checked) >= 30


def test_a_value_is_found_by_the_words_around_it(redactor: Redactor) -> None:
    missed = [
        row["text"]
        for row in rows("contextual")
        if not covered(
            redactor,
            str(row["text"]).replace("@@", secret := joined(row["secret"]), 1),
            secret,
        )
    ]
    assert missed == []


def test_a_number_of_a_person_is_found(redactor: Redactor) -> None:
    missed = []
    for row in rows("people"):
        value = joined(row["value"])
        text = str(row["text"]).replace("@@", value)
        kinds = {finding.kind for finding in redactor.find(text)}
        if not covered(redactor, text, value) or row["kind"] not in kinds:
            missed.append((row["kind"], row["text"], kinds))
    assert missed == []


def test_a_number_with_a_wrong_check_digit_stays(redactor: Redactor) -> None:
    taken = [
        row["wrong"]
        for row in rows("people")
        if row["kind"] in {f.kind for f in redactor.find(str(row["wrong"]))}
    ]
    assert taken == []


def test_what_an_engineer_needs_stays(redactor: Redactor) -> None:
    texts = [str(row) for row in rows("must_keep")]
    assert [text for text in texts if redactor.redact(text).text != text] == []


def test_a_shield_next_to_a_key_does_not_save_the_key(redactor: Redactor) -> None:
    key = "gh" + "p_" + "aB3dE6" * 6
    texts = [str(row) for row in rows("must_keep")]
    saved = [text for text in texts if not covered(redactor, f"{text} {key}", key)]
    assert saved == []


@pytest.mark.slow
def test_no_match_is_kept_from_its_rule_by_the_gate(definition: Definition) -> None:
    # Data of a Kubernetes secret is known by the line that says it is one.
    rules = [r for r in definition.rules if r.kind != "k8s_secret_data"]
    lost = [
        (rule.kind, text)
        for rule in rules
        for text in _every_text()
        if compiled(rule.pattern).search(text.encode()) and not _is_let_in(rule, text)
    ]
    assert lost == []


def _every_text() -> list[str]:
    """All fixtures, put together."""
    texts = [value for _, value in PREFIXES]
    texts += [
        str(row["text"]).replace("@@", joined(row["secret"]))
        for row in rows("contextual")
    ]
    texts += [
        str(row["text"]).replace("@@", joined(row["value"])) for row in rows("people")
    ]
    return texts + [str(row) for row in rows("must_keep")]


def _is_let_in(rule: Rule, text: str) -> bool:
    if rule.gate:
        return compiled(rule.gate).search(text.encode()) is not None
    if rule.pattern.startswith("(?i)"):
        return not rule.hints or any(h.lower() in text.lower() for h in rule.hints)
    return not rule.hints or any(hint in text for hint in rule.hints)
