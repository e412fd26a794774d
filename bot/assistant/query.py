"""What an alert asks for: its words, their stems, and words that mean the same.

Stems come from SQLite's own Porter tokenizer, so that they equal the stems in the
index. Nothing here knows a document; ranking is in `bot/assistant/search.py`.
"""

import sqlite3
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.assistant.words import Vocabulary, unique, words

_SCHEMA = """
CREATE VIRTUAL TABLE said USING fts5(word, tokenize='porter unicode61');
CREATE VIRTUAL TABLE said_term USING fts5vocab(said, 'instance');
"""
_MOST_STEMS_KEPT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Phrases that mean the same as something the text says.

    Attributes:
        of: Stems of the words in the text that called for them.
        phrases: What else to look for, as lower-case words with blanks.
        stems: Stems of all words in `phrases`.
    """

    of: frozenset[str]
    phrases: tuple[str, ...]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A text as the index understands it.

    Attributes:
        words: Stem to word as it was written, each stem once, in order.
        joined: Stem to two neighbouring words written as one.
        pairs: Neighbouring words, with a blank between.
        echoes: Words that mean the same.
    """

    words: dict[str, str]
    joined: dict[str, str]
    pairs: tuple[str, ...]
    echoes: tuple[Echo, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """Every single word to look for."""
        return (*self.words.values(), *self.joined.values())

    @property
    def stems(self) -> frozenset[str]:
        """Stems of all terms."""
        return frozenset(self.words) | frozenset(self.joined)

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Every phrase that means the same as something in the text."""
        return tuple(unique(p for echo in self.echoes for p in echo.phrases))

    @property
    def synonym_stems(self) -> frozenset[str]:
        """Stems of the synonyms that the text itself does not say."""
        heard = (echo.stems for echo in self.echoes)
        return frozenset[str]().union(*heard) - self.stems


class Reader:
    """Turns texts into queries. Not safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._stop = vocabulary.stop
        self._stem_of: dict[str, str] = {}
        self._db = sqlite3.connect(
            ":memory:", check_same_thread=False, isolation_level=None
        )
        self._db.executescript(_SCHEMA)
        self._groups = tuple(
            tuple((phrase, tuple(self.stems(phrase))) for phrase in group)
            for group in vocabulary.groups
        )
        self._starts: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        for place, group in enumerate(self._groups):
            for _, stem in group:
                self._starts.setdefault(stem[0], []).append((place, stem))

    def close(self) -> None:
        """Free the scratch table."""
        self._db.close()

    def understand(self, text: str) -> Query:
        """Return what a text asks for; empty when it says nothing."""
        everything = words(text)
        spoken = [word for word in everything if self._says_something(word)]
        stems = self.stems(spoken)
        pairs = unique(f"{a} {b}" for a, b in pairwise(spoken))
        joined = [pair.replace(" ", "") for pair in pairs]
        own = _first_of_each(stems, spoken)
        compounds = _first_of_each(self.stems(joined), joined)
        return Query(
            words=own,
            joined={s: word for s, word in compounds.items() if s not in own},
            pairs=tuple(pairs),
            echoes=self._echoes(
                # "too many requests" is a phrase, stop word and all.
                self.stems(everything),
                known=own.keys() | compounds.keys(),
            ),
        )

    def known(self, text: str, stems: Container[str]) -> str:
        """Return of a text the words with one of these stems: no numbers, no ids."""
        spoken = [word for word in words(text) if word.isalpha()]
        of_each = zip(spoken, self.stems(spoken), strict=True)
        return " ".join(word for word, stem in of_each if stem in stems)

    def stems(self, spoken: Sequence[str]) -> list[str]:
        """Return the stem of each word, by SQLite's own tokenizer."""
        # What ends in a figure is its own stem, and every alert brings new ones.
        new = unique(
            word
            for word in spoken
            if word not in self._stem_of and not _ends_in_figure(word)
        )
        if len(self._stem_of) + len(new) > _MOST_STEMS_KEPT:
            self._stem_of.clear()
            new = unique(spoken)
        if new:
            self._stem_of |= self._ask(new)
        return [self._stem_of.get(word, word) for word in spoken]

    def _ask(self, new: Sequence[str]) -> dict[str, str]:
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO said(rowid, word) VALUES (?, ?)", enumerate(new)
        )
        rows = self._db.execute("SELECT doc, term FROM said_term").fetchall()
        self._db.execute("ROLLBACK")
        return {new[row]: stem for row, stem in rows}

    def _says_something(self, word: str) -> bool:
        # A short number is a count or a part of a date; a status code has three digits.
        least = 3 if word.isdigit() else 2
        return word not in self._stop and len(word) >= least

    def _echoes(
        self, stems: list[str], *, known: frozenset[str] | set[str]
    ) -> tuple[Echo, ...]:
        made: list[Echo] = []
        found = self._called(stems)
        for place in sorted(found):
            group = self._groups[place]
            called = [stem for _, stem in group if stem in found[place]]
            # A phrase that the text says already, also as one word, adds nothing.
            other = [
                (phrase, stem)
                for phrase, stem in group
                if stem not in called and "".join(stem) not in known
            ]
            if other:
                made.append(
                    Echo(
                        of=frozenset(s for stem in called for s in stem),
                        phrases=tuple(" ".join(phrase) for phrase, _ in other),
                        stems=frozenset(s for _, stem in other for s in stem),
                    )
                )
        return tuple(made)

    def _called(self, stems: list[str]) -> dict[int, set[tuple[str, ...]]]:
        """Return by group which of its phrases stand in the text, word by word."""
        found: dict[int, set[tuple[str, ...]]] = {}
        for at, first in enumerate(stems):
            for place, phrase in self._starts.get(first, ()):
                if tuple(stems[at : at + len(phrase)]) == phrase:
                    found.setdefault(place, set()).add(phrase)
        return found


def _ends_in_figure(word: str) -> bool:
    return word.isascii() and word[-1:].isdigit()


def _first_of_each(stems: Sequence[str], spoken: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for stem, word in zip(stems, spoken, strict=True):
        found.setdefault(stem, word)
    return found
