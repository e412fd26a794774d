"""Redacting what has no end: a stream of text in little memory.

A stream is cut between lines, with enough kept back that a private key of many lines
is never cut in two. One text at a time is the business of `redactor`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Protocol

from bot.redact.findings import Redacted
from bot.redact.placeholders import TOO_LARGE

# How much is searched at once, in characters, and how much of it is kept back for the
# next search: the longest thing a rule finds over lines is a private key, 13 KB.
WINDOW = 128 * 1024
KEPT_BACK = 16 * 1024
# How much of what was shown is looked at again: a name may stand lines before a value.
LOOKED_BACK = 1024
# A line without an end is withheld from here on: it fits no search.
LONGEST_LINE = 256 * 1024


class Parts(Protocol):
    """What the stream asks of the redactor."""

    def redact_between(
        self, text: str, start: int, end: int, *, scope: str = ""
    ) -> tuple[Redacted, int]:
        """Redact a part of a text; the part, and one past its last character."""
        ...


class Stream:
    """Redacts chunks of one stream; holds a window of it and no more.

    Args:
        redactor: Searches windows.
        scope: Equal values get equal placeholders within one scope.
    """

    def __init__(self, redactor: Parts, *, scope: str = "") -> None:
        self._redactor = redactor
        self._scope = scope
        self._before = self._held = ""
        self._skipping = False
        self.counts: Counter[str] = Counter()

    def feed(self, chunks: Iterable[str]) -> Iterator[str]:
        """Yield the redacted text piece by piece, the rest when the chunks end.

        What cannot be checked is withheld, and one sentence stands for it.
        """
        for chunk in chunks:
            for start in range(0, len(chunk), WINDOW):
                self._held += chunk[start : start + WINDOW]
                yield from self._passed()
        while self._held:
            yield self._redacted(min(len(self._held), WINDOW))

    def _passed(self) -> Iterator[str]:
        if self._skipping and not self._line_ended():
            return
        while len(self._held) >= WINDOW + KEPT_BACK:
            cut = self._held.rfind("\n", 0, WINDOW) + 1
            if cut:
                yield self._redacted(cut)
                continue
            if len(self._held) > LONGEST_LINE:
                self._held, self._skipping = "", True
                yield TOO_LARGE
            return

    def _line_ended(self) -> bool:
        """Leave out the rest of a line that was withheld."""
        end = self._held.find("\n")
        self._held = self._held[end:] if end >= 0 else ""
        self._skipping = end < 0
        return not self._skipping

    def _redacted(self, cut: int) -> str:
        shown = len(self._before)
        text = self._before + self._held
        found, end = self._redactor.redact_between(
            text, shown, shown + cut, scope=self._scope
        )
        self._before = text[max(0, end - LOOKED_BACK) : end]
        self._held = text[end:]
        self.counts.update(found.counts())
        self.counts["withheld"] += found.withheld
        return found.text
