"""The event log: what the store must promise about facts and words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A fact to append.

    Attributes:
        kind: Stored name, e.g. ``incident.opened.v1``.
        at: When it is recorded, aware UTC.
        actor: Slack id, ``tocsin`` or ``source:<name>``.
        body: Facts: only str, int, bool, None, lists and maps of them.
        words: Erasable texts by name; the entry holds only their salted digests.
    """

    kind: str
    at: datetime
    actor: str
    body: Mapping[str, Any]
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact in the log.

    Attributes:
        seq: 0-based position in the whole log: the order of things.
        version: 1-based position in its stream.
        words: None where the text was erased.
        leaf: The exact bytes the tree commits to.
    """

    seq: int
    stream: str
    version: int
    kind: str
    at: datetime
    actor: str
    body: Mapping[str, Any]
    words: Mapping[str, str | None]
    leaf: bytes


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size and root hash of the log."""

    size: int
    root: bytes


class EventLog(Protocol):
    """An append-only log of streams under one Merkle tree."""

    def append(
        self, stream: str, *, expected_version: int, entries: Sequence[NewEntry]
    ) -> tuple[Entry, ...]:
        """Append to a stream that has exactly `expected_version` entries.

        Raises:
            Conflict: The stream has another length.
        """
        ...

    def version(self, stream: str) -> int:
        """Return how many entries a stream has."""
        ...

    def versions(self, streams: Collection[str]) -> Mapping[str, int]:
        """Return how many entries each stream has."""
        ...

    def load(self, stream: str) -> tuple[Entry, ...]:
        """Return a stream from its first entry; empty if it does not exist."""
        ...

    def read(self, *, after: int = -1, limit: int = 1000) -> tuple[Entry, ...]:
        """Return entries of all streams with `seq` > `after`, in order."""
        ...

    def head(self) -> TreeHead:
        """Return the size and root of the tree."""
        ...

    def root_at(self, size: int) -> bytes:
        """Return the root the tree had at `size` entries."""
        ...

    def inclusion(self, seq: int, *, size: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 audit path of an entry in the tree of `size`."""
        ...

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 proof that `new` only added to `old`."""
        ...

    def words_left(self, stream: str) -> int:
        """Return how many texts of a stream were not erased."""
        ...

    def erase_words(self, seqs: Sequence[int]) -> int:
        """Erase the texts of entries for good; return how many texts."""
        ...

    def newest_checkpoint(self) -> str | None:
        """Return the last signed note that was saved."""
        ...

    def save_checkpoint(self, note: str, *, size: int, at: datetime) -> None:
        """Keep a signed note."""
        ...
