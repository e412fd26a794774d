"""The texts that entries point to, each erasable for good.

Which digests belong to which entry is in the entry's leaf; nothing here decides
what is erased or when.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import LogError
from bot.store.leaf import SALT_BYTES, word_digest

_SELECT = "SELECT seq, name, digest, salt, text FROM word WHERE "

Salts = Callable[[int], bytes]
"""Returns that many random bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A text, its salt, and the digest over both by which a leaf points to it."""

    digest: str
    salt: bytes
    text: str


class Words:
    """The word table of one connection."""

    def __init__(self, connection: sqlite3.Connection, *, salts: Salts) -> None:
        self._connection = connection
        self._salts = salts

    def salted(self, texts: Mapping[str, str]) -> dict[str, Word]:
        """Return an entry's texts with fresh salts, by name; keeps nothing yet.

        Raises:
            LogError: A text cannot be written as UTF-8.
        """
        return {name: self._salted(name, text) for name, text in texts.items()}

    def keep(self, seq: int, words: Mapping[str, Word]) -> None:
        """Keep the words of an entry."""
        self._connection.executemany(
            "INSERT INTO word (seq, name, digest, salt, text) VALUES (?,?,?,?,?)",
            [(seq, name, w.digest, w.salt, w.text) for name, w in words.items()],
        )

    def of_stream(self, stream: str) -> dict[tuple[int, str], Word]:
        """Return the texts of a stream that are left, by entry and name."""
        return self._select(
            "seq IN (SELECT seq FROM entry WHERE stream = ?)", (stream,)
        )

    def between(self, first: int, last: int) -> dict[tuple[int, str], Word]:
        """Return the texts of the entries `first` to `last` that are left."""
        return self._select("seq BETWEEN ? AND ?", (first, last))

    def left(self, stream: str) -> int:
        """Return how many texts of a stream are left."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM entry e JOIN word w ON w.seq = e.seq "
            "WHERE e.stream = ?",
            (stream,),
        ).fetchone()
        return int(count)

    def erase(self, seqs: Iterable[int]) -> int:
        """Erase texts and salts; return how many texts there were.

        The promise is written down in the same transaction: deleting alone leaves
        copies in the file, and `writer.py` clears them after the commit.
        """
        before = self._connection.total_changes
        self._connection.executemany(
            "DELETE FROM word WHERE seq = ?", [(seq,) for seq in seqs]
        )
        erased = self._connection.total_changes - before
        if erased:
            self._connection.execute(
                "INSERT INTO chore (name) VALUES ('scrub') ON CONFLICT DO NOTHING"
            )
        return erased

    def _salted(self, name: str, text: str) -> Word:
        salt = self._salts(SALT_BYTES)
        try:
            return Word(digest=word_digest(salt, text), salt=salt, text=text)
        except UnicodeEncodeError:
            raise LogError(
                "The entry was not recorded",
                because=f"its word {name!a} is not Unicode text",
                next_move="Replace what cannot be decoded before recording it.",
            ) from None

    def _select(
        self, where: str, given: Sequence[object]
    ) -> dict[tuple[int, str], Word]:
        rows = self._connection.execute(_SELECT + where, given)
        return {
            (seq, name): Word(digest=digest, salt=salt, text=text)
            for seq, name, digest, salt, text in rows
        }
