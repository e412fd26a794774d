"""Reads YAML that people wrote, within bounds.

YAML's readers call themselves once per level: the one in C ends the whole process
over a text that is some ten thousand levels deep, and the one in Python takes a time
that grows with the square of the depth. So the depth is counted over the events
first, which neither does. What a file may say is the business of its reader.
"""

from dataclasses import dataclass
from typing import Any

import yaml

MOST_BYTES = 1024 * 1024
DEEPEST = 40
MOST_VALUES = 200_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotPlain(ValueError):
    """The text is not YAML that can be read; the message says why, in our words."""


def loaded(text: str) -> Any:
    """Return what a YAML text holds: plain values only, no tags of other types.

    Raises:
        NotPlain: It is over 1 MiB, deeper than 40 levels or longer than 200,000 values
            with every alias written out, or it is not YAML. The message holds nothing
            of the text.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise NotPlain("it is over 1 MiB")
    try:
        _measure(text)
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        if isinstance(error, NotPlain):
            raise
        raise NotPlain(f"it is not YAML{_where(error)}") from error


@dataclass(slots=True)
class _Size:
    """How many values a part of a text holds, and how many levels, aliases included."""

    values: int = 1
    levels: int = 0
    anchor: str | None = None


# What an alias within its own anchor stands for.
_TOO_MUCH = _Size(MOST_VALUES + 1)


def _measure(text: str) -> None:
    """Refuse what is too deep or too long before anything is built of it.

    Nine lines of aliases can stand for a billion values.
    """
    open_parts: list[_Size] = [_Size()]
    known: dict[str, _Size] = {}
    for event in yaml.parse(text, Loader=_LOADER):
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.CollectionStartEvent):
            open_parts.append(_Size(anchor=anchor))
        elif isinstance(event, yaml.CollectionEndEvent):
            _close(open_parts, known)
        elif isinstance(event, yaml.AliasEvent):
            _add(open_parts[-1], known.get(str(anchor), _TOO_MUCH))
        elif isinstance(event, yaml.ScalarEvent):
            _add(open_parts[-1], _Size())
            known |= {anchor: _Size()} if anchor else {}
        _check(open_parts, event)


def _close(open_parts: list[_Size], known: dict[str, _Size]) -> None:
    part = open_parts.pop()
    part.levels += 1
    if part.anchor:
        known[part.anchor] = part
    _add(open_parts[-1], part)


def _add(outer: _Size, inner: _Size) -> None:
    outer.values += inner.values
    outer.levels = max(outer.levels, inner.levels)


def _check(open_parts: list[_Size], event: Any) -> None:
    if len(open_parts) - 1 + open_parts[-1].levels > DEEPEST:
        raise NotPlain(f"it is deeper than {DEEPEST} levels{_line(event)}")
    if open_parts[-1].values > MOST_VALUES:
        raise NotPlain(f"it holds more than {MOST_VALUES:,} values{_line(event)}")


def _line(event: Any) -> str:
    return f", in line {event.start_mark.line + 1}"


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", look at line {mark.line + 1}" if mark else ""
