"""Finding a runbook by the words of an alert.

The index is an FTS5 table in memory with stemming. A query is asked in a few
probes (its words, its word pairs, words that mean the same), each scored by BM25,
and the sum is raised by how much of a title the query covers. Where a local model is
installed, nearness in meaning is added (`bot/assistant/nearness.py`). The same text
and the same documents always give the same answer, and "nothing fits" is one of them.

What a runbook says is not known here: a document is an id, a title and a text.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from bot.assistant.fit import Judge, Judgement
from bot.assistant.nearness import Nearness, joined, ranked
from bot.assistant.pages import paged
from bot.assistant.query import Query, Reader
from bot.assistant.words import Vocabulary, shipped_vocabulary

FLOOR = 0.4
"""Least fit for a hit in our own runbooks; 0 takes whatever is nearest."""

_CANDIDATES = 200
_MOST_HITS = 50
_LEAST_JUDGED = 10
# Of so many documents, where a phrase stands is read whole and kept.
_FEW = 500
_MOST_KEPT = 1024
# How much a kind of match counts, beside 1 for the words of the query themselves.
_PAIR_WEIGHT = 0.5
_SYNONYM_WEIGHT = 0.3
_TITLE_SYNONYM_WEIGHT = 0.7
_IS_NEAR = 0.5  # people would agree that two texts speak of one thing

_PROBES = {
    "page": "SELECT rowid, -bm25(page, 2.0, 1.0, 0.3) AS score FROM page "
    "WHERE page MATCH ? ORDER BY score DESC, rowid LIMIT ?",
    "name": "SELECT rowid, -bm25(name) AS score FROM name "
    "WHERE name MATCH ? ORDER BY score DESC, rowid LIMIT ?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something that can be found.

    Attributes:
        id: Unique in the index.
        title: Counts most; CamelCase alert names are split.
        text: Markdown or plain text, the meaning first.
    """

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document that fits.

    Attributes:
        id: Of the document.
        title: Of the document.
        score: Larger is better; comparable within one search only.
        fit: How sure we are that the document is about this at all, 0 to 1.
        why: The words that decided, rarest first, e.g. ``matches: throttled, 429``.
        near: How near it is in meaning, 0 to 1; 0 where no model is installed.
    """

    id: str
    title: str
    score: float
    fit: float
    why: str
    near: float = 0.0


class RunbookIndex:
    """Documents in memory, to be searched from any thread.

    They are laid out when they are first searched, or by `warm`.

    Args:
        documents: What can be found. Ids must be unique.
        vocabulary: Stop words and synonyms; the shipped ones by default.
        nearness: Makes what tells how near they are in meaning; words alone without.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        *,
        vocabulary: Vocabulary | None = None,
        nearness: Callable[[Sequence[Document]], Nearness] | None = None,
    ) -> None:
        self._documents = tuple(documents)
        self._nearness = nearness(self._documents) if nearness else None
        self._lock = Lock()
        self._vocabulary = vocabulary
        self._is_laid_out = False

    def _lay_out(self) -> None:
        if self._is_laid_out:
            return
        self._reader = Reader(self._vocabulary or shipped_vocabulary())
        self._db = paged((one.title, one.text) for one in self._documents)
        self._rarities = self._read_rarities()
        # Alerts of one kind ask the same again and again.
        self._may_be_said = lru_cache(maxsize=16 * _MOST_KEPT)(self._look_up)
        self._answers: dict[Hashable, tuple[Hit, ...]] = {}
        self._probed = lru_cache(maxsize=_MOST_KEPT)(self._ask)
        self._said_in = lru_cache(maxsize=_MOST_KEPT)(self._find)
        self._title_stems = self._read_title_stems()
        counts = Counter(stem for stems in self._title_stems for stem in stems)
        self._title_weight = {stem: self._rarity(n) for stem, n in counts.items()}
        self._title_whole = [
            sum(self._title_weight[s] for s in each) for each in self._title_stems
        ]
        self._is_laid_out = True

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self._documents)

    def warm(self) -> bool:
        """Lay out and open the local model now; tell whether meaning counts too."""
        with self._lock:
            self._lay_out()
        return self._nearness is not None and self._nearness.open()

    def close(self) -> None:
        """Free the memory of the index."""
        with self._lock:
            if self._is_laid_out:
                self._reader.close()
                self._db.close()

    def search(self, text: str, k: int = 3, *, floor: float = FLOOR) -> tuple[Hit, ...]:
        """Return the best documents for a text, best first.

        Args:
            text: Anything: an alert, a question, a log line. It is never read as
                query syntax.
            k: At most so many hits, 50 at the most.
            floor: Least fit. With 0 the nearest documents are returned even when
                they are far; use that for a corpus whose words are not ours.

        Returns:
            Nothing when no document reaches the floor.
        """
        with self._lock:
            self._lay_out()
            query = self._reader.understand(text)
            if not query.words or not self._documents:
                return ()
            said = self._reader.known(text, self._rarities) if self._nearness else ""
            asked = (*self._meaning(query), said, k, floor)
            if (known := self._answers.get(asked)) is not None:
                return known
            if len(self._answers) >= _MOST_KEPT:
                self._answers.clear()
            self._answers[asked] = found = self._best(query, said, k, floor)
            return found

    def _best(self, query: Query, said: str, k: int, floor: float) -> tuple[Hit, ...]:
        scores, k = self._scores(query), max(0, min(k, _MOST_HITS))
        may_fit = ranked(scores)[: max(k, _LEAST_JUDGED) if floor else None]
        # With a floor, words alone choose who may fit; meaning only puts them in order.
        ask = self._nearness
        near = ask(said, may_fit, widen=not floor) if ask else {}
        scores = joined({row: scores[row] for row in may_fit}, near)
        rows = ranked(scores)[: None if floor else k]
        judge = Judge(query, where=self._where(rows), rarity=self._rarities.get)
        hits = (
            self._hit(row, scores[row], judge(row), near.get(row, 0.0)) for row in rows
        )
        return tuple(hit for hit in hits if hit.fit >= floor)[:k]

    def _meaning(self, query: Query) -> tuple[Hashable, ...]:
        """Return what is equal for queries that differ only in words nobody says.

        Alerts of one kind ask the same again and again, with other numbers and names.
        Of a word that no document says counts only whether it is made of letters.
        """
        known, said = self._rarities, self._may_be_said
        return (
            tuple(w if s in known else w.isalpha() for s, w in query.words.items()),
            tuple(word for word in query.joined.values() if said(word)),
            tuple(pair if said(pair) else "" for pair in query.pairs),
            query.echoes,
        )

    def _read_title_stems(self) -> tuple[frozenset[str], ...]:
        found: list[set[str]] = [set() for _ in self._documents]
        for stem, row in self._db.execute("SELECT term, doc FROM name_term"):
            found[row].add(stem)
        return tuple(frozenset(stems) for stems in found)

    def _scores(self, query: Query) -> dict[int, float]:
        total: defaultdict[int, float] = defaultdict(float)
        for table, phrases, weight in (
            ("page", query.terms, 1.0),
            ("name", query.terms, 1.0),
            ("page", query.pairs, _PAIR_WEIGHT),
            ("page", query.synonyms, _SYNONYM_WEIGHT),
            ("name", query.synonyms, _TITLE_SYNONYM_WEIGHT),
        ):
            for row, score in self._probe(table, phrases):
                total[row] += weight * score
        said, meant = query.stems, query.synonym_stems
        return {
            row: score * (1 + self._title_said(row, said, meant))
            for row, score in total.items()
        }

    def _probe(self, table: str, phrases: Sequence[str]) -> list[tuple[int, float]]:
        # A phrase that no document says finds nothing and adds nothing to a score.
        known = tuple(phrase for phrase in phrases if self._may_be_said(phrase))
        return self._probed(table, known) if known else []

    def _ask(self, table: str, phrases: tuple[str, ...]) -> list[tuple[int, float]]:
        asked = " OR ".join(f'"{phrase}"' for phrase in phrases)
        return self._db.execute(_PROBES[table], (asked, _CANDIDATES)).fetchall()

    def _look_up(self, phrase: str) -> bool:
        """Tell whether any document may say a phrase; False is certain."""
        words = phrase.split()
        stems = zip(words, self._reader.stems(words), strict=True)
        return all(stem in self._rarities or not word.isascii() for word, stem in stems)

    def _where(self, rows: Sequence[int]) -> Callable[[str], frozenset[int]]:
        """Return who says where a phrase stands, for these rows at least."""
        if len(self._documents) <= _FEW:
            return lambda p: self._said_in(p) if self._may_be_said(p) else frozenset()
        # The rowids are our own integers; FTS5 has no way to bind a list.
        among = f" AND rowid IN ({', '.join(str(int(row)) for row in rows)})"
        return lambda phrase: self._find(phrase, among)

    def _find(self, phrase: str, among: str = "") -> frozenset[int]:
        found = self._db.execute(
            "SELECT rowid FROM page WHERE page MATCH ?" + among,  # noqa: S608 - integers only, see `_where`
            (f'{{title lead}} : "{phrase}"',),
        )
        return frozenset(row for (row,) in found)

    def _title_said(
        self, row: int, said: frozenset[str], meant: frozenset[str]
    ) -> float:
        """Return which share of a title a query says, rare words counting more."""
        stems, weight = self._title_stems[row], self._title_weight
        own = sum(weight[stem] for stem in stems & said)
        echoed = sum(weight[stem] for stem in stems & meant)
        return (own + _TITLE_SYNONYM_WEIGHT * echoed) / (self._title_whole[row] or 1.0)

    def _rarity(self, count: int) -> float:
        """Return BM25's inverse document frequency, never negative."""
        size = len(self._documents)
        return math.log(1 + (size - count + 0.5) / (count + 0.5))

    def _read_rarities(self) -> dict[str, float]:
        """Return how rare each stem there is, from 1 (one document) to 0."""
        counted = self._db.execute("SELECT term, doc FROM page_term")
        return {term: self._rarity(count) / self._rarity(1) for term, count in counted}

    def _hit(self, row: int, score: float, judged: Judgement, near: float) -> Hit:
        document = self._documents[row]
        return Hit(
            id=document.id,
            title=document.title,
            score=round(score, 3),
            fit=round(judged.fit, 3),
            why=f"{judged.why}; near in meaning" if near >= _IS_NEAR else judged.why,
            near=near,
        )
