"""PromQL that we write, and what a rule's comparison is.

Selectors are put together from labels that strangers chose, so every value is escaped
and every name is checked. Pure.

Source: https://prometheus.io/docs/prometheus/latest/querying/basics/ (string literals,
selectors) and …/operators/ (precedence of comparisons and of and, or, unless).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import re2

_METRIC = re2.compile(r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")
_LABEL = re2.compile(r"^[a-zA-Z_][a-zA-Z0-9_]*$")
_NUMBER = re2.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")
_COMPARED = re2.compile(r"==|!=|>=|<=|>|<")
_JOINED = re2.compile(r"(?i)\b(and|or|unless)\b")
_LITERAL = re2.compile(r"""(?s)"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*""")
_BOOL = re2.compile(r"^bool\b")
_OPENS = {"(": ")", "[": "]", "{": "}"}
_QUOTES = "\"'`"
_LONGEST_VALUE = 256
_DELETE = 0x7F


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rule that fires where a figure passes a number."""

    figure: str
    threshold: float


def quoted(value: str) -> str:
    """Return a text as a string literal; nothing in it ends the literal."""
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(marks.get(one) or _plain(one) for one in value) + '"'


def selector(metric: str, labels: Mapping[str, str]) -> str:
    """Return what selects the series of a metric that have these labels.

    A label whose name is none, or whose value is empty or too long, is left out.

    Raises:
        ValueError: The metric's name is none.
    """
    if not _METRIC.match(metric):
        raise ValueError(metric)
    inside = matchers(labels)
    return f"{metric}{{{inside}}}" if inside else metric


def matchers(labels: Mapping[str, str]) -> str:
    """Return what stands between a selector's braces; "" for no usable label."""
    named = sorted(usable(labels).items())
    return ",".join(f"{name}={quoted(value)}" for name, value in named)


def usable(labels: Mapping[str, str]) -> Mapping[str, str]:
    """Return the labels that a selector can hold."""
    return {
        name: value
        for name, value in labels.items()
        if _LABEL.match(name) and 0 < len(value) <= _LONGEST_VALUE
    }


def comparison(expression: str) -> Comparison | None:
    """Return what a rule compares with which number; None for any other rule.

    Only one comparison, with a plain number on its right, and no and, or, unless
    beside it: then the left side is the figure, and the number where an alarm begins.
    """
    flat = _flat(expression)
    if flat is None or _JOINED.search(flat):
        return None
    found = list(_COMPARED.finditer(flat))
    if len(found) != 1:
        return None
    figure = expression[: found[0].start()].strip()
    right = flat[found[0].end() :].strip()
    number = _BOOL.sub("", right).strip()
    if not figure or not _NUMBER.match(number):
        return None
    return Comparison(figure, float(number))


def _plain(mark: str) -> str:
    code = ord(mark)
    return f"\\x{code:02x}" if code < ord(" ") or code == _DELETE else mark


def _flat(expression: str) -> str | None:
    """Blank out brackets, texts and comments; None where one of them ends wrong."""
    bare = _blanked(expression)
    if any(quote in bare for quote in _QUOTES):
        return None
    made: list[str] = []
    waiting: list[str] = []
    for mark in bare:
        if waiting and mark == waiting[-1]:
            waiting.pop()
            made.append(" ")
        elif mark in _OPENS:
            waiting.append(_OPENS[mark])
            made.append(" ")
        elif mark in _OPENS.values():
            return None
        else:
            made.append(" " if waiting else mark)
    return None if waiting else "".join(made)


def _blanked(expression: str) -> str:
    """Replace texts and comments by as many blanks."""
    made, at = "", 0
    for found in _LITERAL.finditer(expression):
        made += expression[at : found.start()] + " " * (found.end() - found.start())
        at = found.end()
    return made + expression[at:]
