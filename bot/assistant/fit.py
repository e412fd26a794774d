"""Does a document fit at all, and which words say so.

A ranking always has a first; this module decides whether the first is any good.
Two things count: which share of the query the document speaks of, and how much
evidence that is. A single rare word in a long alert is neither. Only the title and
the first part of a document are looked at, because far down every runbook says
"restart", "error" and "region".
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.assistant.query import Query

_MOST_WORDS = 60
_MOST_SHOWN = 5
# A word that the document only says in other words.
_ECHO = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What we think of one document.

    Attributes:
        fit: 0 (nothing in common) to 1.
        why: A short phrase for people.
    """

    fit: float
    why: str


class Judge:
    """Judges a few documents for one query.

    Args:
        query: What was asked.
        where: Returns the rowids of the documents that say a phrase in their title
            or first part; of those that will be judged, at least.
        rarity: Returns 1 for a stem of one document down to 0 for a stem of all;
            None for a stem that no document has.
    """

    def __init__(
        self,
        query: Query,
        *,
        where: Callable[[str], frozenset[int]],
        rarity: Callable[[str], float | None],
    ) -> None:
        self._query = query
        spoken = list(query.words.items())[:_MOST_WORDS]
        known = {stem: rarity(stem) for stem, _ in spoken}
        # An unknown word with a digit in it is an id, not a missing topic.
        self._weight = {
            stem: 1.0 if known[stem] is None else (known[stem] or 0.0)
            for stem, word in spoken
            if known[stem] is not None or word.isalpha()
        }
        self._said = {
            stem: where(query.words[stem])
            for stem in self._weight
            if known[stem] is not None
        }
        self._echoed = [
            (echo, [(phrase, where(phrase)) for phrase in echo.phrases])
            for echo in query.echoes
        ]
        self._paired = [where(pair) for pair in query.pairs[:_MOST_WORDS]]

    def __call__(self, row: int) -> Judgement:
        """Judge one document."""
        said = {stem: 1.0 for stem, rows in self._said.items() if row in rows}
        echoes: list[str] = []
        for echo, phrases in self._echoed:
            heard = [phrase for phrase, rows in phrases if row in rows]
            if heard and not echo.of & said.keys():
                said |= dict.fromkeys(echo.of & self._weight.keys(), _ECHO)
                echoes.append(heard[0])
        weight = sum(part * self._weight[stem] for stem, part in said.items())
        share = weight / (sum(self._weight.values()) or 1.0)
        evidence = weight + sum(row in rows for rows in self._paired)
        proof = share * evidence
        return Judgement(fit=proof / (1 + proof), why=self._why(said, echoes))

    def _why(self, said: dict[str, float], echoes: list[str]) -> str:
        own = sorted(
            (stem for stem, part in said.items() if part == 1.0),
            key=lambda stem: -self._weight[stem],
        )
        shown = [self._query.words[stem] for stem in own[:_MOST_SHOWN]]
        parts = []
        if shown:
            parts.append(f"matches: {', '.join(shown)}")
        if echoes:
            parts.append(f"in other words: {', '.join(echoes[:2])}")
        return "; ".join(parts) or "matches words in its text"
