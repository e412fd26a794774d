"""Snapshots of evidence: one sealed file per plan, readable by its owner only.

What a snapshot holds and when it is taken is the gate's business.
"""

import os
import tempfile
import threading
from pathlib import Path

from bot.ports.keys import RotatingKeys
from bot.store.blobs import sync

_SUFFIX = ".sealed"
_FRESH = ".new-"
_OWNER_ONLY_DIRECTORY = 0o700


class EvidenceFiles:
    """Keeps snapshots in a directory of the home."""

    def __init__(self, directory: Path, keys: RotatingKeys) -> None:
        self._directory = directory
        self._keys = keys
        self._writing = threading.Lock()

    def keep(self, plan: str, snapshot: bytes) -> None:
        """Keep what was seen before a plan runs; durable when it returns."""
        self._directory.mkdir(mode=_OWNER_ONLY_DIRECTORY, exist_ok=True)
        with self._writing:
            sealed = self._keys.seal(snapshot, about=_about(plan))
            self._write(self._directory / f"{plan}{_SUFFIX}", sealed)

    def renew(self) -> int:
        """Seal every snapshot with the newest key; return how many that changed."""
        changed = 0
        for left in self._directory.glob(f"{_FRESH}*"):
            left.unlink(missing_ok=True)
        for path in sorted(self._directory.glob(f"*{_SUFFIX}")):
            with self._writing:
                sealed = path.read_bytes()
                fresh = self._keys.renewed(sealed, _about(path.stem))
                if fresh is not sealed:
                    self._write(path, fresh)
                    changed += 1
        return changed

    def _write(self, path: Path, sealed: bytes) -> None:
        """Put a file in place whole: after a crash there is the old or the new one."""
        handle, temporary = tempfile.mkstemp(dir=self._directory, prefix=_FRESH)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        sync(self._directory)


def _about(plan: str) -> str:
    return f"evidence/{plan}"
