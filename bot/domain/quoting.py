"""Values of a plan as people must see them: nothing hidden, two are never alike.

Alert text is another matter; it goes through `bot/domain/untrusted.py`.
"""

import json
import re
import unicodedata

from bot.domain.untrusted import visible

_SPECIAL = re.compile(r"[^\x20-\x7e]")
# Spaces and line ends that look like an ordinary space, or like nothing.
_LOOKS_BLANK = frozenset({"Zl", "Zp", "Zs"})
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}(?:[-_.][A-Za-z0-9]{1,16}){0,4}")
_FEW = 4


def bare(text: str) -> str:
    r"""Return a text on one line in which nothing is hidden: ``\n``, ``\u202e``."""
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    return _SPECIAL.sub(lambda found: _shown(found[0]), quoted)


def _shown(mark: str) -> str:
    is_blank = unicodedata.category(mark) in _LOOKS_BLANK
    return mark if visible(mark) and not is_blank else f"\\u{ord(mark):04x}"


def named(text: str) -> str:
    """Return how a refusal names what nobody knows: ``'rb-7'``, or ``of that name``.

    What may be a key or a number is not repeated. It is not cut either: half a key is
    one that the redactor does not know.
    """
    digits = sum(map(str.isdigit, text))
    return ascii(text) if _WORD.fullmatch(text) and digits <= _FEW else "of that name"
