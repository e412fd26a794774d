"""An alert in words that says some things on lines of their own.

``Model: `gpt-4o` `` and the like, as gateways write them for chat. Only lines that are
asked for are read: the others may quote what a person or an attacker wrote.
"""

from collections.abc import Mapping, Sequence

import re2

from bot.domain.untrusted import clip, visible

_LINE = re2.compile(
    r"(?m)^[\s*_`]*([A-Za-z][A-Za-z ]{1,30}?)[\s*_`]*:[\s*_]*`?([^`\n]{1,200})"
)
_LONGEST = 100


def lines_of(text: str, names: Sequence[str]) -> Mapping[str, str]:
    """Return what stands on the lines with some names, the first of each.

    Args:
        text: The alert.
        names: In lower case.
    """
    found: dict[str, str] = {}
    for line in _LINE.finditer(text):
        name = " ".join(line.group(1).casefold().split())
        value = " ".join(visible(line.group(2)).strip(" *_`").split())
        if name in names and value:
            found.setdefault(name, clip(value, _LONGEST))
    return found
