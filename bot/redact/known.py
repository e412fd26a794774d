"""Names that are known: people on the roster, in the workspace, in the contact list.

A list beats guessing: it does not take "Grafana" for a person. Which names are on
it is the caller's business.
"""

from collections.abc import Iterable, Iterator

import re2

from bot.redact.engine import Hit
from bot.redact.patterns import Pattern, compiled_unicode
from bot.redact.rules import Rule, Strength

# A single letter is an initial, not a name.
_SHORTEST = 2
_WORD = r"(?i)(?:^|[^\pL\pN_])({names})(?:[^\pL\pN_]|$)"
# Below every rule of the definition: `kind` of an e-mail wins over the name in it.
_RANK = 1_000_000


class KnownNames:
    """Finds listed names as whole words, in whatever case they are written."""

    def __init__(self, names: Iterable[str]) -> None:
        cleaned = {tuple(name.split()) for name in names}
        listed = sorted((n for n in cleaned if len("".join(n)) >= _SHORTEST), key=len)
        written = [r"\s+".join(re2.escape(word) for word in n) for n in listed[::-1]]
        self._pattern: Pattern | None = None
        if written:
            self._pattern = compiled_unicode(_WORD.format(names="|".join(written)))
        self._rule = Rule(
            kind="known_name", group="pii", pattern="", strength=Strength.GENERIC
        )

    def search(self, content: bytes) -> Iterator[Hit]:
        """Yield where a listed name stands.

        Args:
            content: Text as UTF-8.
        """
        if self._pattern is None:
            return
        match = self._pattern.search(content, 0)
        while match is not None:
            start, end = match.start(1), match.end(1)
            yield Hit(start=start, end=end, rank=_RANK, rule=self._rule)
            match = self._pattern.search(content, end)
