"""Reads YAML that people wrote, within bounds.

YAML's readers call themselves once per level: the one in C ends the whole process
over a text that is some ten thousand levels deep, and the one in Python takes a time
that grows with the square of the depth. So the depth is counted over the events
first, which neither does. What a file may say is the business of its reader.

What ships with us is read without counting, which costs half the time again.
"""

from dataclasses import dataclass
from typing import Any

import yaml

MOST_BYTES = 1024 * 1024
DEEPEST = 40
MOST_VALUES = 200_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT, _LIST, _MAP = (f"tag:yaml.org,2002:{one}" for one in ("str", "seq", "map"))
WRONG_VALUE = (
    *(ArithmeticError, AttributeError, LookupError),
    *(RecursionError, TypeError, ValueError),
)
"""What PyYAML's constructors raise on a tag whose value does not fit it."""


class NotPlain(ValueError):
    """The text is not YAML that can be read; the message says why, in our words."""


def loaded(text: str, *, first_line: int = 1) -> Any:
    """Return what a YAML text holds: plain values only, no tags of other types.

    Args:
        first_line: Where in its file the text begins, for messages.

    Raises:
        NotPlain: It is over 1 MiB, deeper than 40 levels or longer than 200,000 values
            with every alias written out, or it is not YAML. The message holds nothing
            of the text.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise NotPlain("it is over 1 MiB")
    try:
        _measure(text, first_line)
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except NotPlain:
        raise
    except yaml.YAMLError as error:
        raise NotPlain(f"it is not YAML{_where(error, first_line)}") from error
    except WRONG_VALUE as error:
        raise NotPlain("a value in it is no valid YAML value") from error


def read_shipped(text: str) -> Any:
    """Return what a YAML text that ships with us holds: nobody else wrote it.

    Raises:
        yaml.YAMLError: It is not YAML; its tests would have said so.
    """
    return yaml.load(text, Loader=_Ours)  # noqa: S506 (a safe loader)


class _Ours(_LOADER):  # type: ignore[misc, valid-type]
    """Makes texts, lists and maps in a third of the time; other values as ever."""

    def construct_document(self, node: yaml.Node) -> Any:
        """Return the whole text's value; there is no alias and no merged map in it."""
        if node.tag == _TEXT:
            return node.value
        made = self.construct_document
        if node.tag == _LIST:
            return [made(one) for one in node.value]
        if node.tag == _MAP:
            return {made(key): made(value) for key, value in node.value}
        return self.construct_object(node, deep=True)


@dataclass(slots=True)
class _Size:
    """How many values a part of a text holds, and how many levels, aliases included."""

    values: int = 1
    levels: int = 0
    anchor: str | None = None


# What an alias within its own anchor stands for.
_TOO_MUCH = _Size(MOST_VALUES + 1)
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def _measure(text: str, first_line: int) -> None:
    """Refuse what is too deep or too long before anything is built of it.

    Nine lines of aliases can stand for a billion values.
    """
    open_parts: list[_Size] = [_Size()]
    known: dict[str, _Size] = {}
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            open_parts[-1].values += 1
            if event.anchor:
                known[event.anchor] = _Size()
        elif kind in _STARTS:
            open_parts.append(_Size(anchor=event.anchor))
        elif kind in _ENDS:
            _close(open_parts, known)
        elif kind is yaml.AliasEvent:
            _add(open_parts[-1], known.get(event.anchor, _TOO_MUCH))
        if because := _complaint(open_parts):
            raise NotPlain(f"{because}, in line {event.start_mark.line + first_line}")


def _close(open_parts: list[_Size], known: dict[str, _Size]) -> None:
    part = open_parts.pop()
    part.levels += 1
    if part.anchor:
        known[part.anchor] = part
    _add(open_parts[-1], part)


def _add(outer: _Size, inner: _Size) -> None:
    outer.values += inner.values
    outer.levels = max(outer.levels, inner.levels)


def _complaint(open_parts: list[_Size]) -> str:
    inside = open_parts[-1]
    if len(open_parts) - 1 + inside.levels > DEEPEST:
        return f"it is deeper than {DEEPEST} levels"
    if inside.values > MOST_VALUES:
        return f"it holds more than {MOST_VALUES:,} values"
    return ""


def _where(error: Exception, first_line: int) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", look at line {mark.line + first_line}" if mark else ""
