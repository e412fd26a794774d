"""Blobs as files of one directory, each readable by its owner only.

What lies here is ciphertext; its keys are elsewhere (`sharekeys.py`). A name never
becomes a path: it is letters, digits, ``_`` and ``-``. What is being written lies here
too, under a name that nobody asks for; a crash may leave it, and `sweep` takes it away.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from bot.domain.blob_names import file_of, name_of
from bot.domain.errors import Conflict, Unreachable
from bot.ports.storage import CHUNK_BYTES, BlobFacts

_DRAFT = ".new-"
_OWNER_ONLY_DIRECTORY = 0o700


class FileBlobs:
    """Keeps `bot.ports.storage.Blobs`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._open: set[str] = set()
        directory.mkdir(mode=_OWNER_ONLY_DIRECTORY, parents=True, exist_ok=True)

    def draft(self, name: str) -> "FileDraft":
        """Begin a blob, as a file that only its owner reads.

        Raises:
            Unreachable: The disk is full or read-only.
        """
        return FileDraft(self._directory, self._path(name), name, self._open)

    def read(self, name: str) -> "_Pieces | None":
        """Return the bytes in pieces, None if there are none."""
        try:
            file = self._path(name).open("rb")
        except FileNotFoundError:
            return None
        return _Pieces(file)

    def delete(self, name: str) -> None:
        """Take them away; twice is harmless.

        Raises:
            Unreachable: The disk is read-only or broken.
        """
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
            sync(self._directory)
        except OSError as error:
            raise Unreachable(
                "The blob was not deleted",
                because=f"the disk says: {error.strerror}",
                next_move="Look at the disk of TOCSIN_HOME; its key is gone already.",
            ) from error

    def names(self) -> tuple[str, ...]:
        """Return what is here, in order."""
        found = (name_of(one.name) for one in self._directory.iterdir())
        return tuple(sorted(filter(None, found)))

    def sweep(self) -> int:
        """Take away what a crash left; return how many files that were.

        One process has the directory (`TOCSIN_HOME/lock`), so a draft that is not ours
        is nobody's.
        """
        left = [
            one
            for one in self._directory.glob(f"{_DRAFT}*")
            if one.name not in self._open
        ]
        for one in left:
            one.unlink(missing_ok=True)
        return len(left)

    def _path(self, name: str) -> Path:
        return self._directory / file_of(name)


class FileDraft:
    """Keeps `bot.ports.storage.BlobDraft`."""

    def __init__(self, folder: Path, path: Path, name: str, known: set[str]) -> None:
        self._path, self._name, self._known = path, name, known
        self._digest, self._size = hashlib.sha256(), 0
        try:
            # mkstemp makes it readable by its owner only, whatever the umask says.
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=_DRAFT)
        except OSError as error:
            raise _not_kept(error) from error
        self._temporary = Path(temporary)
        known.add(self._temporary.name)
        self._file = os.fdopen(handle, "wb")

    @property
    def facts(self) -> BlobFacts:
        """Return what was written so far."""
        return BlobFacts(size_bytes=self._size, digest=self._digest.hexdigest())

    def write(self, chunk: bytes, /) -> int:
        """Add bytes.

        Raises:
            Unreachable: The disk is full or broken.
        """
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _not_kept(error) from error
        self._digest.update(chunk)
        self._size += len(chunk)
        return len(chunk)

    def keep(self) -> None:
        """Give it its name; durable when it returns.

        Raises:
            Conflict: The name is taken.
            Unreachable: The disk is full or broken.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._path.hardlink_to(self._temporary)
        except FileExistsError:
            raise Conflict(
                "The blob was not kept",
                because=f"there is one named {self._name}",
                next_move="Use a new name.",
            ) from None
        except OSError as error:
            raise _not_kept(error) from error
        finally:
            self.discard()
        sync(self._path.parent)

    def discard(self) -> None:
        """Leave nothing under the name of the draft; twice is harmless."""
        with suppress(OSError):  # a full disk: what is not written goes away anyhow
            self._file.close()
        self._temporary.unlink(missing_ok=True)
        self._known.discard(self._temporary.name)


def sync(directory: Path) -> None:
    """Make what happened to names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Pieces:
    """Keeps `bot.ports.storage.Pieces`; closes the file at its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __iter__(self) -> "_Pieces":
        return self

    def __next__(self) -> bytes:
        piece = b"" if self._file.closed else self._file.read(CHUNK_BYTES)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Leave the rest."""
        self._file.close()


def _not_kept(error: OSError) -> Unreachable:
    return Unreachable(
        "The blob was not kept",
        because=f"the disk says: {error.strerror}",
        next_move="Look at the disk of TOCSIN_HOME: whether it is full or read-only.",
    )
