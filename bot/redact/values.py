"""Walking JSON-like values: each string is redacted, each name gives context.

What is sensitive is the redactor's business; here is only the walk.
"""

from collections.abc import Mapping
from typing import Protocol

from bot.redact.findings import Finding, Redacted
from bot.redact.placeholders import NOT_CHECKED

# JSON deeper than this is an attack on the walk, not an alert.
MAX_DEPTH = 100
# How lists of settings name their entries: {"name": "API_KEY", "value": "..."}.
_NAME_FIELDS = ("name", "Name", "key", "Key")
_VALUE_FIELDS = frozenset(("value", "Value"))
Walked = tuple[object, tuple[Finding, ...]]


class Strings(Protocol):
    """What the walk asks of the redactor."""

    def redact(self, text: str, *, scope: str = "") -> Redacted:
        """Redact a string that stands alone."""
        ...

    def redact_named(self, name: str, value: str, *, scope: str = "") -> Redacted:
        """Redact a string that stands under a name."""
        ...


def redacted(value: object, strings: Strings, *, scope: str) -> Walked:
    """Redact every string of a value, keys of mappings included.

    Returns:
        The same shape with lists for sequences and dicts for mappings, and the
        findings; their offsets are within the string they were found in.
    """
    walk = _Walk(strings, scope)
    done = walk.value(value, name="", depth=0)
    return done, tuple(walk.findings)


class _Walk:
    def __init__(self, strings: Strings, scope: str) -> None:
        self._strings = strings
        self._scope = scope
        self.findings: list[Finding] = []

    def value(self, value: object, *, name: str, depth: int) -> object:
        if isinstance(value, str):
            return self._string(name, value)
        if depth >= MAX_DEPTH:
            return NOT_CHECKED
        if isinstance(value, Mapping):
            return self._mapping(value, name=name, depth=depth)
        if isinstance(value, list | tuple):
            return [self.value(v, name=name, depth=depth + 1) for v in value]
        return value

    def _mapping(
        self, value: Mapping[object, object], *, name: str, depth: int
    ) -> dict[object, object]:
        entry = next((value[f] for f in _NAME_FIELDS if f in value), None)
        done: dict[object, object] = {}
        for field, inner in value.items():
            inner_name = str(field)
            if field in _VALUE_FIELDS and isinstance(entry, str):
                inner_name = entry
            elif field in _VALUE_FIELDS and name:
                inner_name = name
            key = self._string("", field) if isinstance(field, str) else field
            done[key] = self.value(inner, name=inner_name, depth=depth + 1)
        return done

    def _string(self, name: str, text: str) -> str:
        one = (
            self._strings.redact_named(name, text, scope=self._scope)
            if name
            else self._strings.redact(text, scope=self._scope)
        )
        self.findings += one.findings
        return one.text
