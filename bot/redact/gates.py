"""The gate: says in one pass over a text which rules can match in it at all.

Literals and patterns go to RE2's set. Where hyperscan can be imported it looks for
the literals instead, which it does several times faster; what is found is the same.
Which entry stands for which rule is the engine's business.
"""

import functools
import importlib
import threading
from collections.abc import Iterable
from typing import Any, Protocol

from bot.redact.patterns import PatternError, PatternSet, literal

# A literal nobody else has, to prove at start that a gate answers at all.
_CANARY = b"\x00tocsin canary\x00"
_SHORT_BYTES = 1024


class Gate(Protocol):
    """Answers which of its entries occur."""

    def hits(self, text: bytes) -> list[int]:
        """Indexes of the entries that occur, in no order."""
        ...


class Re2Gate:
    """Every entry in one RE2 set."""

    def __init__(self, literals: Iterable[str], patterns: Iterable[str]) -> None:
        self._set = PatternSet((*literals, *patterns))

    def hits(self, text: bytes) -> list[int]:
        """Indexes of the entries that occur: literals first, patterns behind them."""
        return self._set.hits(text)


class HyperscanGate:
    """Literals in hyperscan, patterns in RE2; short texts in RE2 alone.

    Hyperscan compiles literals in a tenth of a second. The patterns it would take
    seconds for, and run slower than RE2 does, since there are many numbers among them.
    Calling it costs more than RE2 needs for one line. So it is built for the first
    long text: most processes that start never see one.
    """

    def __init__(self, literals: Iterable[str], patterns: Iterable[str]) -> None:
        self._texts = tuple(literals), tuple(patterns)
        self._short = Re2Gate(*self._texts)

    def hits(self, text: bytes) -> list[int]:
        """Indexes of the entries that occur: literals first, patterns behind them."""
        gate = self._short if len(text) < _SHORT_BYTES else self.long or self._short
        return gate.hits(text)

    @functools.cached_property
    def long(self) -> "LongGate | None":
        """The gate for long texts, None where hyperscan does not do; RE2 does all."""
        try:
            return LongGate(*self._texts)
        except Exception:  # noqa: BLE001 (missing, of another version, another processor)
            return None


class LongGate:
    """Literals in hyperscan, patterns in RE2.

    Raises:
        Exception: Whatever hyperscan raises where it cannot be used.
    """

    def __init__(self, literals: tuple[str, ...], patterns: tuple[str, ...]) -> None:
        self._engine: Any = importlib.import_module("hyperscan")
        self._database = self._compiled((*literals, literal(_CANARY.decode())))
        self._count = len(literals)
        self._patterns = PatternSet(patterns)
        # Scratch space is for one scan at a time; a redactor is shared by threads.
        self._own = threading.local()
        if self._count not in self._found(_CANARY):
            raise PatternError("gate")

    def hits(self, text: bytes) -> list[int]:
        """Indexes of the entries that occur: literals first, patterns behind them."""
        found = self._found(text)
        return found + [self._count + one for one in self._patterns.hits(text)]

    def _found(self, text: bytes) -> list[int]:
        scratch = getattr(self._own, "scratch", None)
        if scratch is None:
            scratch = self._own.scratch = self._engine.Scratch(self._database)
        found: list[int] = []

        def note(entry: int, *_: object) -> None:
            found.append(entry)

        self._database.scan(text, match_event_handler=note, scratch=scratch)
        return found

    def _compiled(self, literals: tuple[str, ...]) -> Any:
        database = self._engine.Database()
        database.compile(
            expressions=[one.encode() for one in literals],
            ids=list(range(len(literals))),
            elements=len(literals),
            flags=[self._engine.HS_FLAG_SINGLEMATCH] * len(literals),
        )
        return database


def has_hyperscan() -> bool:
    """Whether the optional engine can be imported and works on this processor."""
    return HyperscanGate(("probe",), ()).long is not None


def gate(literals: Iterable[str], patterns: Iterable[str]) -> Gate:
    """Return the fastest gate this machine has; equal ones are built once."""
    made = HyperscanGate if has_hyperscan() else Re2Gate
    return _built(made, tuple(literals), tuple(patterns))


@functools.lru_cache(maxsize=8)
def _built(
    made: type[Re2Gate] | type[HyperscanGate],
    literals: tuple[str, ...],
    patterns: tuple[str, ...],
) -> Gate:
    return made(literals, patterns)
