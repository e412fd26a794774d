"""The engine: finds in a byte string what the rules describe.

A gate says in one pass which rules can match at all; only those are run. What the
decoded readings of a text are, and what replaces a match, is decided elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.redact.budget import Budget, Spending
from bot.redact.checks import passes
from bot.redact.definition import Definition
from bot.redact.escapes import ESCAPES
from bot.redact.gates import Gate, gate
from bot.redact.patterns import literal, prepared
from bot.redact.rules import Rule, Scope, Strength
from bot.redact.shields import Shields
from bot.redact.vetoes import Vetoes
from bot.redact.views import BASE64_RUN, View

# The gate is asked about pieces of whole lines of at least this size, so that a rule
# runs over the piece that called for it and not over a megabyte.
PIECE_BYTES = 4096
Stretch = tuple[int, int]
MakeGate = Callable[[Iterable[str], Iterable[str]], Gate]
# After a veto the search goes on inside the vetoed value, unless it is long: this
# bounds how often one byte is read.
_RESUME_INSIDE_BYTES = 256
_PEOPLE = "pii"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One match that counts.

    Attributes:
        start: First byte in the searched content.
        end: One past the last byte.
        rank: Place of the rule in the definition; lower is more specific.
        rule: The rule that matched.
    """

    start: int
    end: int
    rank: int
    rule: Rule


class Engine:
    """Applies a definition to byte strings. Holds no text between calls."""

    def __init__(self, definition: Definition, make_gate: MakeGate = gate) -> None:
        self._rules = [rule for rule in definition.rules if not rule.kept]
        self._shields = Shields(definition.shields)
        self._vetoes = Vetoes(key=definition.key_veto, value=definition.value_veto)
        self._wanted: list[tuple[int, ...]] = []
        self._gate = self._built(make_gate)

    def _built(self, make_gate: MakeGate) -> Gate:
        """One entry per distinct hint or pattern, marks of encoded text at the end."""
        literals: dict[str, list[int]] = {}
        patterns: dict[str, list[int]] = {}
        for rank, rule in enumerate(self._rules):
            if rule.gate or not rule.hints:
                patterns.setdefault(rule.gate or rule.pattern, []).append(rank)
                continue
            for hint in rule.hints:
                literals.setdefault(_as_pattern(rule, hint), []).append(rank)
        ranks = (*literals.values(), *patterns.values())
        self._wanted = [tuple(one) for one in ranks]
        marks = [escape.pattern for escape in ESCAPES]
        return make_gate(literals, (*patterns, *marks, BASE64_RUN))

    def search(
        self, view: View, spending: Spending | None = None
    ) -> tuple[list[Hit], bool]:
        """Find what counts, and whether the content may hold encoded text.

        Lines that read as in the view they came from are left out: they have been
        searched there.

        Args:
            view: A reading of a text, as UTF-8.
            spending: Shared by the readings of one text; None for the usual budget.

        Returns:
            Hits in no order, overlaps included, and True when a decoded reading
            may show more.

        Raises:
            Withheld: The budget is spent.
        """
        content = view.content
        called, encoded = self._called_for(view)
        if not called:
            return [], encoded
        spending = spending or Budget().begin()
        search = _Search(content, self._vetoes, spending)
        for rank, stretches in sorted(called.items()):
            spending.look_at_the_clock()
            for stretch in stretches:
                search.run(rank, self._rules[rank], stretch)
        return self._unshielded(content, search.hits), encoded

    def _called_for(self, view: View) -> tuple[dict[int, list[Stretch]], bool]:
        """Which rules to run where: neighbouring pieces are one stretch."""
        called: dict[int, list[Stretch]] = {}
        encoded = False
        for start, end in _pieces(view.content):
            if not view.fresh(start, end):
                continue
            for entry in self._gate.hits(view.content[start:end]):
                if entry >= len(self._wanted):
                    encoded = True
                    continue
                for rank in self._wanted[entry]:
                    _extend(called.setdefault(rank, []), start, end)
        for rank in called:
            if self._rules[rank].scope is Scope.TEXT:
                called[rank] = [(0, len(view.content))]
        return called, encoded

    def _unshielded(self, content: bytes, hits: list[Hit]) -> list[Hit]:
        if not hits:
            return hits
        cover = self._shields.over(content)
        return [
            hit
            for hit in hits
            if hit.rule.strength is Strength.PREFIX
            or not cover.protects(
                hit.start, hit.end, generic=hit.rule.strength is Strength.GENERIC
            )
        ]


class _Search:
    """One search of one content: hits so far, and names already asked about."""

    def __init__(self, content: bytes, vetoes: Vetoes, spending: Spending) -> None:
        self._content = content
        self._vetoes = vetoes
        self._spending = spending
        self._names: dict[bytes, bool] = {}
        self.hits: list[Hit] = []

    def run(self, rank: int, rule: Rule, stretch: Stretch) -> None:
        """Add one rule's hits in a stretch.

        Raises:
            Withheld: The budget is spent.
        """
        ready = prepared(rule.pattern)
        content = self._content
        at, stop = stretch
        match = ready.pattern.search(content, at, stop)
        while match is not None:
            self._spending.spend(candidates=1, read_bytes=match.end() - at)
            start, end = ready.stretch(match)
            name = match.group(ready.key) if ready.key else None
            if self._counts(rule, name, content[start:end]):
                self.hits.append(Hit(start=start, end=end, rank=rank, rule=rule))
            elif ready.key and end - start <= _RESUME_INSIDE_BYTES:
                end = start
            at = max(end, match.start() + 1)
            match = ready.pattern.search(content, at, stop)
        self._spending.spend(candidates=0, read_bytes=stop - at)

    def _counts(self, rule: Rule, name: bytes | None, value: bytes) -> bool:
        """Ask the cheap checks first: most candidates end there."""
        if name is not None and self._names.get(name):
            return False
        text = value.decode("latin-1")
        if not all(passes(check, text) for check in rule.checks):
            return False
        if name is not None and self._speaks_against(name):
            return False
        # What code looks like says nothing about numbers of people.
        exempt = rule.strength is Strength.PREFIX or rule.group == _PEOPLE
        return exempt or not self._vetoes.value(value)

    def _speaks_against(self, name: bytes) -> bool:
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._vetoes.key(name)
        return known


def _extend(stretches: list[Stretch], start: int, end: int) -> None:
    if stretches and stretches[-1][1] == start:
        stretches[-1] = (stretches[-1][0], end)
    elif not stretches or stretches[-1][1] < start:
        stretches.append((start, end))


def _as_pattern(rule: Rule, hint: str) -> str:
    flags = "(?i)" if rule.pattern.startswith("(?i)") else ""
    return flags + literal(hint)


def ends_nothing(value: str) -> bool:
    """Tell whether nothing in a value would end it in a line of JSON."""
    return value.isprintable() and '"' not in value and "\\" not in value


def made_plain(value: str) -> str:
    """Write a value so that nothing in it ends it, the rest as it is."""
    return "".join(c if ends_nothing(c) else "_" for c in value)


def _pieces(content: bytes) -> Iterator[tuple[int, int]]:
    """Cut into pieces of whole lines, none shorter than it must be."""
    start = 0
    while start < len(content):
        newline = content.find(b"\n", start + PIECE_BYTES)
        end = newline + 1 if newline >= 0 else len(content)
        yield start, end
        start = end
