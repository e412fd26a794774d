"""Places for keys and blobs that only remember; they pass the contracts of the real."""

import hashlib
from dataclasses import replace

from bot.domain.blob_names import file_of
from bot.domain.errors import Conflict
from bot.ports.storage import CHUNK_BYTES, BlobFacts, Blobs, Pieces, ShareKey


class FakeShareKeys:
    """Keeps `bot.ports.storage.ShareKeys`."""

    def __init__(self) -> None:
        self._kept: dict[str, ShareKey] = {}

    def put(self, share: str, key: ShareKey) -> None:
        if share in self._kept:
            raise _taken(share)
        self._kept[share] = key

    def get(self, share: str) -> ShareKey | None:
        return self._kept.get(share)

    def rewrap(self, share: str, wrapped: bytes) -> None:
        if share in self._kept:
            self._kept[share] = replace(self._kept[share], wrapped=wrapped)

    def destroy(self, share: str) -> None:
        self._kept.pop(share, None)

    def clean(self) -> None:
        """Leave nothing: nothing is left."""

    def all(self) -> tuple[str, ...]:
        return tuple(sorted(self._kept))


class FakeBlobs:
    """Keeps `bot.ports.storage.Blobs`."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def draft(self, name: str) -> "FakeDraft":
        file_of(name)
        return FakeDraft(self, name)

    def read(self, name: str) -> Pieces | None:
        file_of(name)
        content = self.kept.get(name)
        if content is None:
            return None
        starts = range(0, len(content), CHUNK_BYTES)
        return (content[at : at + CHUNK_BYTES] for at in starts)

    def delete(self, name: str) -> None:
        file_of(name)
        self.kept.pop(name, None)

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.kept))

    def sweep(self) -> int:
        return 0


class FakeDraft:
    """Keeps `bot.ports.storage.BlobDraft`."""

    def __init__(self, blobs: FakeBlobs, name: str) -> None:
        self._blobs, self._name, self._content = blobs, name, bytearray()

    @property
    def facts(self) -> BlobFacts:
        content = bytes(self._content)
        digest = hashlib.sha256(content).hexdigest()
        return BlobFacts(size_bytes=len(content), digest=digest)

    def write(self, chunk: bytes, /) -> int:
        self._content += chunk
        return len(chunk)

    def keep(self) -> None:
        if self._name in self._blobs.kept:
            raise _taken(self._name)
        self._blobs.kept[self._name] = bytes(self._content)

    def discard(self) -> None:
        """Forget nothing: it is forgotten with the draft."""


def put(blobs: Blobs, name: str, content: bytes) -> None:
    """Keep bytes that are in memory."""
    draft = blobs.draft(name)
    try:
        draft.write(content)
        draft.keep()
    finally:
        draft.discard()


def whole(blobs: Blobs, name: str) -> bytes | None:
    """Return all bytes of a blob, None if there is none."""
    pieces = blobs.read(name)
    return None if pieces is None else b"".join(pieces)


def _taken(name: str) -> Conflict:
    return Conflict("It was not kept", because=f"{name} is taken", next_move="Rename.")
