"""Finds the passage that a question asks about, and how sure that is.

The passages of one question are indexed in memory with stemming, asked word by word,
and judged by which share of the question they say, rare words counting more. A word
that stands nowhere counts most against: whoever asks for what nobody wrote is told that
it is not known. Nothing here knows what a passage means.
"""

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.assistant.question import vocabulary
from bot.assistant.words import shipped_vocabulary, words
from bot.domain.passage import Passage

FLOOR = 0.6
"""Least share of a question that a passage must say to be an answer to it."""

_NEAR = 0.08
_TITLE_SHARE = 0.5
_SHORTEST = 2
_MOST_WORDS = 40
_SCHEMA = (
    "CREATE VIRTUAL TABLE passage USING "
    "fts5(said, title, tokenize='porter unicode61 remove_diacritics 2')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage, and which share of the question it says, 0 to 1.

    Attributes:
        words: Which of the question's words it says.
    """

    passage: Passage
    share: float
    words: tuple[str, ...]


def search(
    text: str, passages: Sequence[Passage], *, most: int = 8
) -> tuple[Found, ...]:
    """Return the passages that say most of a text, best first.

    Args:
        text: Anything; it is never read as query syntax.
    """
    asked = content(text)
    if not asked or not passages:
        return ()
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _fill(db, passages)
        said = {word: _where(db, word) for word in asked}
    finally:
        db.close()
    return _ranked(said, passages)[:most]


def content(text: str) -> tuple[str, ...]:
    """Return the words of a text that say what it is about, each once."""
    left_out = shipped_vocabulary().stop | _asking()
    kept = (one for one in words(text) if one not in left_out and len(one) >= _SHORTEST)
    return tuple(dict.fromkeys(kept))[:_MOST_WORDS]


def _fill(db: sqlite3.Connection, passages: Sequence[Passage]) -> None:
    db.execute(_SCHEMA)
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO passage(rowid, said, title) VALUES (?, ?, ?)",
        (
            (row, _storable(_said(one)), _storable(_split(one.title)))
            for row, one in enumerate(passages)
        ),
    )
    db.execute("COMMIT")


def _said(passage: Passage) -> str:
    """Return a passage's own words, compounds split, so that parts are found."""
    outside = passage.text.for_rules() if passage.text is not None else ""
    return f"{_split(passage.said)} {' '.join(words(outside))}"


@lru_cache(maxsize=2048)
def _split(ours: str) -> str:
    """Return our own words; those of runbooks are asked for with every question."""
    return " ".join(words(ours))


def _where(db: sqlite3.Connection, word: str) -> dict[int, float]:
    """Return in which passages a word stands, 1 in itself and less in the title."""
    found: dict[int, float] = {}
    for phrase in (word, *_same().get(word, ())):
        for column, worth in (("title", _TITLE_SHARE), ("said", 1.0)):
            rows = db.execute(
                "SELECT rowid FROM passage WHERE passage MATCH ?",
                (f'{column} : "{_storable(phrase)}"',),
            )
            for (row,) in rows:
                found[row] = max(found.get(row, 0.0), worth)
    return found


def _ranked(
    said: Mapping[str, Mapping[int, float]], passages: Sequence[Passage]
) -> tuple[Found, ...]:
    size = len(passages)
    weight = {word: _rarity(len(rows), size) for word, rows in said.items()}
    whole = sum(weight.values())
    shares: defaultdict[int, float] = defaultdict(float)
    heard: defaultdict[int, list[str]] = defaultdict(list)
    for word, rows in said.items():
        for row, worth in rows.items():
            shares[row] += worth * weight[word] / whole
            heard[row].append(word)
    made = [
        Found(passage=passages[row], share=share, words=tuple(heard[row]))
        for row, share in shares.items()
    ]
    return tuple(sorted(made, key=lambda one: -_rank(one)))


def _rank(found: Found) -> float:
    """Return what orders: short passages and those of runbooks in use come first."""
    length = len(found.passage.words())
    near = _NEAR if found.passage.near else 0.0
    return found.share + near - 0.02 * math.log10(1 + length)


def _rarity(count: int, size: int) -> float:
    """Return BM25's inverse document frequency; largest for what nobody says."""
    return math.log(1 + (size - count + 0.5) / (count + 0.5))


@cache
def _asking() -> frozenset[str]:
    return frozenset(str(vocabulary()["ask"]).split())


@cache
def _same() -> dict[str, tuple[str, ...]]:
    return {
        word: tuple(other for other in group if other != word)
        for group in _groups()
        for word in group
    }


def _groups() -> Iterator[tuple[str, ...]]:
    groups = vocabulary()["same"]
    if not isinstance(groups, list):
        raise TypeError("same is not a list")
    yield from (tuple(map(str, group)) for group in groups)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
