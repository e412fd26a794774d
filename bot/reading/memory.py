"""What alerts mean, remembered by a digest of what was sent.

Only redacted alerts are kept, by digests under a key that nobody outside knows, and
no more than so many bytes; what was not asked for the longest goes first.
"""

import hashlib
import secrets
from collections.abc import Iterator

from bot.triage import Understood

MOST_BYTES = 8 * 1024 * 1024
# What an alert takes in memory beside its texts, about.
_BESIDE_TEXTS = 3000
_LARGEST = 64 * 1024
_DIGEST_BYTES = 16


class Memory:
    """For one thread.

    Args:
        most_bytes: How much may be remembered, about.
        key: Of the digests; one of its own by default.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES, key: bytes = b"") -> None:
        # Nobody outside can choose texts whose digests are equal.
        self._key = key or secrets.token_bytes(_DIGEST_BYTES)
        self._most_bytes = most_bytes
        self._known: dict[bytes, tuple[Understood, int]] = {}
        self.bytes = 0

    def __iter__(self) -> Iterator[Understood]:
        """Return what is remembered, the least asked for first."""
        return (known for known, _ in self._known.values())

    def digest(self, said: bytes) -> bytes:
        """Return by what something is remembered."""
        return hashlib.blake2b(said, digest_size=_DIGEST_BYTES, key=self._key).digest()

    def get(self, key: bytes) -> Understood | None:
        """Return what is remembered by a digest."""
        kept = self._known.pop(key, None)
        if kept is None:
            return None
        # At the end again: what was not asked for the longest is first to go.
        self._known[key] = kept
        return kept[0]

    def keep(self, key: bytes, known: Understood) -> None:
        """Remember it, unless it is too large to be worth it."""
        texts = known.envelope.texts.items()
        size = _BESIDE_TEXTS + sum(
            len(path) + 2 * len(one.for_redaction()) for path, one in texts
        )
        if size > _LARGEST:
            return
        self._forget(key)
        self._known[key] = (known, size)
        self.bytes += size
        while self.bytes > self._most_bytes:
            self._forget(next(iter(self._known)))

    def _forget(self, key: bytes) -> None:
        kept = self._known.pop(key, None)
        self.bytes -= kept[1] if kept else 0
