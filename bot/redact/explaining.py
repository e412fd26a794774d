"""Why something was taken out of a text: the rule, what speaks for it, and where.

For people who wonder, not for the way of an alert: every rule of a finding's kind is
asked again. Nothing here quotes what was matched.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.redact.definition import Definition
from bot.redact.findings import Finding
from bot.redact.patterns import compiled
from bot.redact.rules import Rule, Strength

_WHY = {
    Strength.PREFIX: "its format speaks for itself",
    Strength.CONTEXT: "the words around it speak for it",
    Strength.GENERIC: "its shape speaks for it, and nothing shields it",
}
_DECODED = "it shows only in a decoded reading: escapes, percent or base64"
_LISTED = "it is on the list of known names"
_KNOWN = "known_name"
_BY_NAME = "the name that it stands under speaks for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One finding, explained.

    Attributes:
        rule: Place of the rule in the definition, from 1; 0 where no single rule of it
            found the value as it stands.
        why: A clause of ours.
        line: Line of the text it begins in, from 1.
        column: First character in that line, from 1.
    """

    finding: Finding
    rule: int
    group: str
    why: str
    line: int
    column: int


def explained(
    text: str, findings: tuple[Finding, ...], definition: Definition
) -> tuple[Explained, ...]:
    """Explain each finding of a text, in its order.

    Args:
        text: What was searched.
        findings: As the redactor found them in it.
    """
    raw = text.encode("utf-8", "surrogatepass")
    found: list[Explained] = []
    for one, (start, end) in zip(findings, _in_bytes(text, findings), strict=True):
        rule, known = _rule_of(one.kind, raw, start, end, definition)
        before = text.rfind("\n", 0, one.start) + 1
        found.append(
            Explained(
                finding=one,
                rule=rule,
                group=known.group if known else "",
                why=_LISTED if one.kind == _KNOWN else _why(known, is_found=rule > 0),
                line=text.count("\n", 0, one.start) + 1,
                column=one.start - before + 1,
            )
        )
    return tuple(found)


def _in_bytes(text: str, findings: tuple[Finding, ...]) -> Iterator[tuple[int, int]]:
    """Yield where findings lie in the UTF-8 of the text; they come in order."""
    at = offset = 0
    for one in findings:
        start = offset + len(text[at : one.start].encode("utf-8", "surrogatepass"))
        size = len(text[one.start : one.end].encode("utf-8", "surrogatepass"))
        at, offset = one.end, start + size
        yield start, offset


def _rule_of(
    kind: str, raw: bytes, start: int, end: int, definition: Definition
) -> tuple[int, Rule | None]:
    """Return the first rule of a kind that matches there, else any of the kind."""
    known: Rule | None = None
    for place, rule in enumerate(definition.rules, 1):
        if rule.kind != kind or rule.kept:
            continue
        known = known or rule
        if _matches(rule, raw, start, end):
            return place, rule
    return 0, known


def _matches(rule: Rule, raw: bytes, start: int, end: int) -> bool:
    for match in compiled(rule.pattern).finditer(raw):
        if match.start() >= end:
            return False
        if match.end() > start:
            return True
    return False


def _why(rule: Rule | None, *, is_found: bool) -> str:
    if rule is None:
        return _BY_NAME
    if not is_found:
        return _DECODED
    checks = f"; checked: {', '.join(rule.checks)}" if rule.checks else ""
    return _WHY[rule.strength] + checks
