"""Reads YAML that people wrote, within bounds.

YAML's readers call themselves once per level: the one in C ends the whole process
over a text that is some ten thousand levels deep, and the one in Python takes a time
that grows with the square of the depth. So the depth is counted over the events
first, which neither does. What a file may say is the business of its reader.
"""

from typing import Any

import yaml

MOST_BYTES = 1024 * 1024
DEEPEST = 40
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotPlain(ValueError):
    """The text is not YAML that can be read; the message says why, in our words."""


def loaded(text: str) -> Any:
    """Return what a YAML text holds: plain values only, no tags of other types.

    Raises:
        NotPlain: It is over 1 MiB, deeper than 40 levels, uses an anchor, or is not
            YAML. The message holds nothing of the text.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise NotPlain("it is over 1 MiB")
    try:
        _checked(text)
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        if isinstance(error, NotPlain):
            raise
        raise NotPlain(f"it is not YAML{_where(error)}") from error


def _checked(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if getattr(event, "anchor", None) is not None:
            # Nine lines of them can stand for a billion values.
            raise NotPlain(f"anchors and aliases are not read{_line(event)}")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise NotPlain(f"it is deeper than {DEEPEST} levels{_line(event)}")


def _line(event: Any) -> str:
    return f", in line {event.start_mark.line + 1}"


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", look at line {mark.line + 1}" if mark else ""
