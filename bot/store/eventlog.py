"""The event log in SQLite: entries under one Merkle tree, kept as it grows.

An entry is stored only as its leaf; stream and version stand beside it to be found
by, and reading checks that they, the leaf's kept hash and every word still agree,
so an edited row is noticed by whoever reads it. That the whole tree is what was
signed is checked in `verify.py`.
"""

import secrets
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.errors import Conflict, NotFound
from bot.domain.instants import to_us
from bot.ports import Entry, NewEntry, TreeHead
from bot.ports.store import Guard
from bot.store import merkle
from bot.store.leaf import (
    Leaf,
    leaf_of,
    not_as_recorded,
    parsed_leaf,
    word_digest,
)
from bot.store.logtail import LogTail
from bot.store.words import Salts, Word, Words

# The first of the hashes, of `merkle.BYTES`, is that of the leaf itself.
_SELECT = "SELECT seq, stream, version, leaf, substr(hashes, 1, 32) FROM entry "
# One by one, so that each is the end of an index and none is counted through.
_VERSIONS = (
    "WITH asked (stream) AS (VALUES {}) SELECT stream, (SELECT coalesce(max(version), "
    "0) FROM entry WHERE entry.stream = asked.stream) FROM asked"
)
# How long a piece of work knows a stream to be.
_VERSION = "log version "
_Row = tuple[int, str, int, bytes, bytes]
_WordsByPlace = Mapping[tuple[int, str], Word]


class SqliteEventLog:
    """The log of one connection. Keeps `ports.EventLog`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        salts: Salts = secrets.token_bytes,
        worked_out: dict[str, Any] | None = None,
        guard: Guard | None = None,
        tail: LogTail | None = None,
    ) -> None:
        self._guard = guard
        self._connection = connection
        self._worked_out = {} if worked_out is None else worked_out
        self._words = Words(connection, salts=salts)
        self._tail = tail or LogTail()

    def append(
        self, stream: str, *, expected_version: int, entries: Sequence[NewEntry]
    ) -> tuple[Entry, ...]:
        """Append to a stream that has exactly `expected_version` entries.

        Raises:
            Conflict: The stream has another length.
            LogError: An entry holds what has no one byte form; none was appended.
        """
        self._expect(stream, expected_version)
        seqs = range(size := self._size(), size + len(entries))
        versions = range(expected_version + 1, expected_version + 1 + len(entries))
        # All leaves are made before the first is kept: one refusal leaves nothing.
        made = [
            self._made(entry, seq=seq, stream=stream, version=version)
            for entry, seq, version in zip(entries, seqs, versions, strict=True)
        ]
        kept = tuple(self._keep(*one) for one in made)
        self._worked_out[_VERSION + stream] = expected_version + len(entries)
        return kept

    def version(self, stream: str) -> int:
        """Return how many entries a stream has."""
        return self.versions((stream,))[stream]

    def versions(self, streams: Collection[str]) -> Mapping[str, int]:
        """Return how many entries each stream has."""
        known = self._worked_out
        if asked := [one for one in streams if _VERSION + one not in known]:
            marks = ",".join(["(?)"] * len(asked))
            rows = self._connection.execute(_VERSIONS.format(marks), asked)
            known |= {_VERSION + stream: version for stream, version in rows}
        return {one: int(known[_VERSION + one]) for one in streams}

    def load(self, stream: str) -> tuple[Entry, ...]:
        """Return a stream from its first entry; empty if it does not exist.

        Raises:
            Tampered: An entry of it is not what was recorded.
        """
        rows = self._connection.execute(
            _SELECT + "WHERE stream = ? ORDER BY version", (stream,)
        ).fetchall()
        words = self._words.of_stream(stream) if rows else {}
        for n, row in enumerate(rows, start=1):
            if row[2] != n:
                raise not_as_recorded(row[0], f"{stream} lacks its version {n}")
        return tuple(_checked(row, words) for row in rows)

    def read(self, *, after: int = -1, limit: int = 1000) -> tuple[Entry, ...]:
        """Return entries of all streams with `seq` > `after`, in order.

        Raises:
            Tampered: One of them is not what was recorded.
        """
        rows = self._connection.execute(
            _SELECT + "WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        ).fetchall()
        words = self._words.between(rows[0][0], rows[-1][0]) if rows else {}
        return tuple(_checked(row, words) for row in rows)

    def head(self) -> TreeHead:
        """Return the size and root of the tree."""
        size = self._size()
        return TreeHead(size, merkle.root(size, self._node))

    def root_at(self, size: int) -> bytes:
        """Return the root the tree had at `size` entries.

        Raises:
            NotFound: The log has never had that size.
        """
        self._within(size, self._size())
        return merkle.root(size, self._node)

    def inclusion(self, seq: int, *, size: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 audit path of an entry in the tree of `size`.

        Raises:
            NotFound: The log has no such entry or has never had that size.
        """
        self._within(size, self._size())
        self._within(seq + 1, size, least=1)
        return merkle.inclusion(seq, size, self._node)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 proof that `new` only added to `old`.

        Raises:
            NotFound: The log has never had one of these sizes, or `old` > `new`.
        """
        self._within(new, self._size())
        self._within(old, new)
        return merkle.consistency(old, new, self._node)

    def erase_words(self, seqs: Sequence[int]) -> int:
        """Erase the texts of entries for good; return how many texts.

        Once the transaction's future is done they are gone from the file and from
        its WAL too, unless a long read holds the WAL or the disk is full; then
        clearing is tried again by itself, also after a restart.
        """
        self._worked_out.clear()
        return self._words.erase(seqs)

    def words_left(self, stream: str) -> int:
        """Return how many texts of a stream were not erased."""
        return self._words.left(stream)

    def newest_checkpoint(self) -> str | None:
        """Return the last signed note that was saved: the one of the largest size."""
        row = self._connection.execute(
            "SELECT note FROM checkpoint ORDER BY size DESC, n DESC LIMIT 1"
        ).fetchone()
        return None if row is None else str(row[0])

    def save_checkpoint(self, note: str, *, size: int, at: datetime) -> None:
        """Keep a signed note."""
        self._connection.execute(
            "INSERT INTO checkpoint (size, note, saved_us) VALUES (?,?,?)",
            (size, note, to_us(at)),
        )

    def _expect(self, stream: str, version: int) -> None:
        if (found := self.version(stream)) != version:
            raise Conflict(
                f"Nothing was added to {stream}",
                because=f"it has {found} entries, not {version}",
                next_move="Load it again and decide again.",
            )

    def _made(
        self, entry: NewEntry, *, seq: int, stream: str, version: int
    ) -> tuple[bytes, Leaf, dict[str, Word]]:
        if self._guard is not None:
            entry = self._guard.entry(entry)
        words = self._words.salted(entry.words)
        leaf, facts = leaf_of(
            entry,
            seq=seq,
            stream=stream,
            version=version,
            words={name: word.digest for name, word in words.items()},
        )
        return leaf, facts, words

    def _keep(self, leaf: bytes, facts: Leaf, words: dict[str, Word]) -> Entry:
        grown = list(merkle.grown(facts.seq, merkle.leaf_hash(leaf), self._grown_node))
        hashes = b"".join(one for _, _, one in grown)
        self._connection.execute(
            "INSERT INTO entry (seq, stream, version, hashes, leaf) VALUES (?,?,?,?,?)",
            (facts.seq, facts.stream, facts.version, hashes, leaf),
        )
        self._tail.grew(facts.seq + 1, grown)
        if words:
            self._words.keep(facts.seq, words)
        return _entry(facts, leaf, {name: word.text for name, word in words.items()})

    def _size(self) -> int:
        if self._tail.size is not None:
            return self._tail.size
        (size,) = self._connection.execute(
            "SELECT coalesce(max(seq) + 1, 0) FROM entry"
        ).fetchone()
        return int(size)

    def _grown_node(self, level: int, position: int) -> bytes:
        """Return a node that this connection may have made itself."""
        return self._tail.node(level, position) or self._node(level, position)

    def _node(self, level: int, position: int) -> bytes:
        seq = merkle.last_leaf(level, position)
        row = self._connection.execute(
            "SELECT substr(hashes, ?, ?) FROM entry WHERE seq = ?",
            (level * merkle.BYTES + 1, merkle.BYTES, seq),
        ).fetchone()
        if row is None or len(row[0]) != merkle.BYTES:
            raise not_as_recorded(seq, f"its hash at level {level} is missing")
        return bytes(row[0])

    def _within(self, size: int, largest: int, *, least: int = 0) -> None:
        if not least <= size <= largest:
            raise NotFound(
                "The log was not proved",
                because=f"it has {largest} entries there, numbered from 0",
                next_move="Name an entry that it has.",
            )


def _checked(row: _Row, words: _WordsByPlace) -> Entry:
    """Return the entry of a row whose parts agree with each other."""
    seq, stream, version, leaf, kept_hash = row
    if merkle.leaf_hash(leaf) != kept_hash:
        raise not_as_recorded(seq, "its hash is not the one that was kept")
    facts = parsed_leaf(seq, leaf)
    if (facts.seq, facts.stream, facts.version) != (seq, stream, version):
        raise not_as_recorded(seq, "it stands in another place than it says")
    return _entry(facts, leaf, _texts(facts, words))


def _texts(facts: Leaf, words: _WordsByPlace) -> dict[str, str | None]:
    """Return the texts of an entry by name, None where they were erased.

    Raises:
        Tampered: A text is not the one that the entry points to.
    """
    found: dict[str, str | None] = {}
    for name, digest in facts.words.items():
        word = words.get((facts.seq, name))
        if word is not None and word_digest(word.salt, word.text) != digest:
            raise not_as_recorded(facts.seq, f"its word {name!a} was changed")
        found[name] = None if word is None else word.text
    return found


def _entry(facts: Leaf, leaf: bytes, words: Mapping[str, str | None]) -> Entry:
    return Entry(
        seq=facts.seq,
        stream=facts.stream,
        version=facts.version,
        kind=facts.kind,
        at=facts.at,
        actor=facts.actor,
        body=facts.body,
        words=words,
        leaf=leaf,
    )
