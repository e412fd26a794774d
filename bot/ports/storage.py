"""Where sealed things lie: a place for keys, a way of wrapping them, one for blobs.

Keys and ciphertext lie apart, so that destroying a small row destroys what may lie
in many copies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareKey:
    """What is kept of a share's key.

    Attributes:
        wrapped: The age identity, sealed by `Keys`; empty where the key was never
            here, because whoever sealed kept it.
        auth: Proves that somebody holds the key; it decrypts nothing. 32 bytes.
    """

    wrapped: bytes
    auth: bytes


class ShareKeys(Protocol):
    """Keys of shares, in a place of their own."""

    def put(self, share: str, key: ShareKey) -> None:
        """Keep a key; durable when it returns. Once per share."""
        ...

    def get(self, share: str) -> ShareKey | None:
        """Return a key, None once it was destroyed."""
        ...

    def rewrap(self, share: str, wrapped: bytes) -> None:
        """Put another wrapping in place of the first; nothing where it is destroyed.

        No byte of the first stays, as soon as `clean` was called.
        """
        ...

    def destroy(self, share: str) -> None:
        """Take a key away so that no byte of it stays; twice is harmless."""
        ...

    def clean(self) -> None:
        """Let no byte stay of what was destroyed or wrapped anew before."""
        ...

    def all(self) -> tuple[str, ...]:
        """Return the shares whose keys are here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyContext:
    """What a wrapped key belongs to; with another context it does not open.

    Attributes:
        incident: "" for what belongs to none.
    """

    share: str
    incident: str
    expires_at: datetime


WRAPPED_BEFORE, WRAPPED_HERE, WRAPPED_BY_KMS = 1, 2, 3
"""First bytes of what is wrapped. 1 is that of `Keys.seal`, from before there were
several ways."""


class Wrapping(Protocol):
    """Wraps the key of a share with a key that lies elsewhere.

    Attributes:
        mark: First byte of everything it wrapped; tells ways of wrapping apart.
    """

    @property
    def mark(self) -> int:
        """Return the first byte of what this way of wrapping makes."""
        ...

    def wrap(self, identity: str, context: KeyContext) -> bytes:
        """Return the identity wrapped, its first byte the mark.

        Raises:
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        ...

    def unwrap(self, wrapped: bytes, context: KeyContext) -> str:
        """Return the identity.

        Raises:
            Tampered: It was changed, or it was wrapped in another context.
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        ...

    def is_current(self, wrapped: bytes) -> bool:
        """Tell whether the key that would wrap now wrapped this.

        Raises:
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        ...


CHUNK_BYTES = 64 * 1024
"""Blobs are read in pieces of this size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobFacts:
    """What was counted while a blob was written.

    Attributes:
        digest: SHA-256 hex.
    """

    size_bytes: int
    digest: str


class Pieces(Iterator[bytes], Protocol):
    """The bytes of a blob, in pieces of `CHUNK_BYTES`."""

    def close(self) -> object:
        """Leave the rest; twice is harmless."""
        ...


class BlobDraft(Protocol):
    """A blob that is being written; nobody finds it before it is kept."""

    @property
    def facts(self) -> BlobFacts:
        """Return what was written so far."""
        ...

    def write(self, chunk: bytes, /) -> int:
        """Add bytes, all of them; return how many."""
        ...

    def keep(self) -> None:
        """Give it its name; durable when it returns.

        Raises:
            Conflict: The name is taken.
        """
        ...

    def discard(self) -> None:
        """Leave nothing of it, unless it was kept; twice is harmless."""
        ...


class Blobs(Protocol):
    """Ciphertext by name. A name is letters, digits, ``_`` and ``-``.

    Every method raises Unreachable where the place does not answer.
    """

    def draft(self, name: str) -> BlobDraft:
        """Begin a blob. Takes no more memory than a piece, whatever its length."""
        ...

    def read(self, name: str) -> Pieces | None:
        """Return the bytes, None if there are none; that is known at once."""
        ...

    def delete(self, name: str) -> None:
        """Take them away; twice is harmless.

        Raises:
            Unreachable: The place does not answer, or is broken.
        """
        ...

    def names(self) -> tuple[str, ...]:
        """Return what is here."""
        ...

    def sweep(self) -> int:
        """Leave nothing of drafts that a crash left; return how many there were."""
        ...
