"""Shields: what looks like a secret and must stay readable.

Digests, ARNs, trace ids, commits: without them nobody can work on an incident. A
shield vetoes matches that lie inside it, never one whose format speaks for itself.
"""

from collections.abc import Iterable

from bot.redact.patterns import prepared
from bot.redact.rules import Scope, Shield

# A shield on one line reaches at most this far to either side of a match, in bytes.
_REACH = 2048
Stretch = tuple[int, int]
Patterns = dict[tuple[bool, Scope], tuple[str, ...]]


class Shields:
    """The shields of a definition, each sort as one pattern."""

    def __init__(self, shields: Iterable[Shield]) -> None:
        shields = tuple(shields)
        self._patterns: Patterns = {
            (hard, scope): _as_two(shields, hard=hard, scope=scope)
            for hard in (True, False)
            for scope in Scope
        }

    def over(self, content: bytes) -> "Cover":
        """Ask about one text; what is found is remembered while it is asked."""
        return Cover(content, self._patterns)


class Cover:
    """Answers whether a stretch of one text is protected."""

    def __init__(self, content: bytes, patterns: Patterns) -> None:
        self._content = content
        self._patterns = patterns
        self._found: dict[tuple[bool, Scope, Stretch], list[Stretch]] = {}

    def protects(self, start: int, end: int, *, generic: bool) -> bool:
        """Say whether a shield covers all of the stretch.

        Args:
            start: First byte.
            end: One past the last byte.
            generic: True for rules that every shield may veto.
        """
        line = self._line_around(start, end)
        whole = (0, len(self._content))
        windows = ((Scope.LINE, line), (Scope.TEXT, whole))
        return any(
            left <= start and end <= right
            for hard in (True, False)
            if hard or generic
            for scope, window in windows
            for left, right in self._stretches(hard, scope, window)
        )

    def _stretches(self, hard: bool, scope: Scope, window: Stretch) -> list[Stretch]:  # noqa: FBT001 (a key of the table)
        asked = (hard, scope, window)
        if asked not in self._found:
            self._found[asked] = [
                ready.stretch(match)
                for ready in map(prepared, self._patterns[hard, scope])
                for match in ready.pattern.finditer(self._content, *window)
            ]
        return self._found[asked]

    def _line_around(self, start: int, end: int) -> Stretch:
        content = self._content
        left = content.rfind(b"\n", max(0, start - _REACH), start)
        right = content.find(b"\n", end, end + _REACH)
        return (
            left + 1 if left >= 0 else max(0, start - _REACH),
            right if right >= 0 else min(len(content), end + _REACH),
        )


def _as_two(shields: Iterable[Shield], *, hard: bool, scope: Scope) -> tuple[str, ...]:
    """Join shields of a sort; those that read words around what they protect apart.

    Within one pattern a match hides what begins inside it, and a shield that reads
    a whole line for a number at its end would hide all others.
    """
    wanted = [s.pattern for s in shields if s.hard is hard and s.scope is scope]
    reads_around = [bool(prepared(pattern).groups) for pattern in wanted]
    parted = (
        [p for p, around in zip(wanted, reads_around, strict=True) if around is kind]
        for kind in (False, True)
    )
    return tuple("|".join(f"(?:{p})" for p in part) for part in parted if part)
