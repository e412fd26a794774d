"""Blobs as files of one directory, each readable by its owner only.

What lies here is ciphertext; its keys are elsewhere (`sharekeys.py`). A name never
becomes a path: it is letters, digits, ``_`` and ``-``.
"""

import os
import re
import tempfile
from pathlib import Path

from bot.domain.errors import BadRequest, Conflict

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_SUFFIX = ".age"
_OWNER_ONLY_DIRECTORY = 0o700


class FileBlobs:
    """Keeps `bot.ports.sharing.Blobs`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=_OWNER_ONLY_DIRECTORY, parents=True, exist_ok=True)

    def put(self, name: str, content: bytes) -> None:
        """Keep bytes; durable when it returns.

        Raises:
            Conflict: The name is taken.
        """
        path = self._path(name)
        # mkstemp makes it readable by its owner only, whatever the umask says.
        handle, temporary = tempfile.mkstemp(dir=self._directory, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(temporary)
        except FileExistsError:
            raise Conflict(
                "The blob was not kept",
                because=f"there is one named {name}",
                next_move="Use a new name.",
            ) from None
        finally:
            Path(temporary).unlink()
        self._sync()

    def get(self, name: str) -> bytes | None:
        """Return the bytes, None if there are none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        """Take them away; twice is harmless."""
        self._path(name).unlink(missing_ok=True)
        self._sync()

    def names(self) -> tuple[str, ...]:
        """Return what is here, in order."""
        return tuple(sorted(one.stem for one in self._directory.glob(f"*{_SUFFIX}")))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise BadRequest(
                "The blob was not found",
                because="that is no name of a blob",
                next_move="Use letters, digits, _ and -.",
            )
        return self._directory / f"{name}{_SUFFIX}"

    def _sync(self) -> None:
        """Make what happened to names durable too."""
        handle = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
