"""Compiling: the only place that talks to RE2.

Patterns work on UTF-8 bytes read as Latin-1, so that an offset is a byte offset and
bytes that are no text do not stop a search. RE2 never backtracks: time is linear in
the text for every pattern it accepts.
"""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import re2

# RE2 caches automaton states up to this size per pattern; then it starts over.
_PATTERN_BYTES = 8 << 20
# The gate runs over every byte of every text, so it may remember more.
_GATE_BYTES = 64 << 20
# A pattern nobody else has, to prove at start that the gate answers at all: RE2
# reports a gate that ran out of memory and a gate that found nothing alike.
_CANARY = r"\x00tocsin canary\x00"


class Match(Protocol):
    """The part of an RE2 match that the redactor uses."""

    def start(self, group: int = 0) -> int:
        """First byte of the group, -1 when it took no part."""
        ...

    def end(self, group: int = 0) -> int:
        """One past the last byte of the group."""
        ...

    def group(self, group: int | str = 0) -> bytes | None:
        """The bytes of the group, None when it took no part."""
        ...


class Pattern(Protocol):
    """The part of a compiled RE2 pattern that the redactor uses."""

    @property
    def groups(self) -> int:
        """How many capturing groups the pattern has."""
        ...

    @property
    def groupindex(self) -> dict[bytes, int]:
        """Named groups by name."""
        ...

    def search(
        self, text: bytes, pos: int | None = None, endpos: int | None = None
    ) -> Match | None:
        """Find the leftmost match at or after `pos`."""
        ...

    def fullmatch(self, text: bytes) -> Match | None:
        """Match the whole text."""
        ...

    def finditer(
        self, text: bytes, pos: int | None = None, endpos: int | None = None
    ) -> Iterator[Match]:
        """Find all matches that do not overlap, from left to right."""
        ...


class PatternError(ValueError):
    """RE2 does not accept this pattern: look-around, too large, or a typing error."""


@functools.cache
def _options(max_bytes: int) -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = max_bytes
    options.log_errors = False
    return options


@functools.lru_cache(maxsize=4096)
def compiled(pattern: str) -> Pattern:
    """Compile once; the same pattern is the same object afterwards.

    Raises:
        PatternError: RE2 does not accept the pattern.
    """
    try:
        made: Pattern = re2.compile(pattern.encode(), _options(_PATTERN_BYTES))
    except re2.error as error:
        raise PatternError(pattern) from error
    return made


def literal(text: str) -> str:
    """Write text as a pattern that matches just this text, byte by byte."""
    return "".join(c if c.isascii() and c.isalnum() else _hex(c) for c in text)


def _hex(character: str) -> str:
    return "".join(f"\\x{{{byte:x}}}" for byte in character.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A compiled pattern and what RE2 tells about its groups only slowly.

    Attributes:
        pattern: The pattern.
        groups: Numbers of the groups that may be the thing itself.
        key: Number of the group called `key`, which is context; 0 for none.
    """

    pattern: Pattern
    groups: tuple[int, ...]
    key: int

    def stretch(self, match: Match) -> tuple[int, int]:
        """First group that took part, else the whole match; first byte and end."""
        for group in self.groups:
            start = match.start(group)
            if start >= 0:
                return start, match.end(group)
        return match.start(), match.end()


@functools.lru_cache(maxsize=4096)
def prepared(pattern: str) -> Prepared:
    """Compile a pattern whose groups matter.

    Raises:
        PatternError: RE2 does not accept the pattern.
    """
    made = compiled(pattern)
    key = made.groupindex.get(b"key", 0)
    groups = tuple(group for group in range(1, made.groups + 1) if group != key)
    return Prepared(pattern=made, groups=groups, key=key)


def compiled_unicode(pattern: str) -> Pattern:
    """Compile a pattern that reads its text as UTF-8 characters, for names.

    Raises:
        PatternError: RE2 does not accept the pattern.
    """
    options = re2.Options()
    options.max_mem = _GATE_BYTES
    options.log_errors = False
    try:
        made: Pattern = re2.compile(pattern.encode(), options)
    except re2.error as error:
        raise PatternError(pattern) from error
    return made


class PatternSet:
    """Says in one pass which of many patterns occur in a text."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._set = re2.Set.SearchSet(_options(_GATE_BYTES))
        for pattern in (*patterns, _CANARY):
            self._canary: int = self._set.Add(pattern.encode())
        self._set.Compile()
        if self._canary not in self.hits(b"\x00tocsin canary\x00"):
            raise PatternError("gate")

    def hits(self, text: bytes) -> list[int]:
        """Indexes of the patterns that occur, in no order."""
        found: list[int] | None = self._set.Match(text)
        return found or []
