"""The lock of a home: one process writes, and everybody can tell whether one does."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bot.domain.errors import BadSettings


@contextlib.contextmanager
def only_process(home: Path) -> Iterator[IO[str]]:
    """Hold the home's lock: two writers on one SQLite file starve each other.

    Raises:
        BadSettings: Another process has it.
    """
    with open(home / "lock", "a", opener=_owner_only) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadSettings(
                "Tocsin did not start",
                because=f"another process runs with the home {home}",
                next_move="Stop it, or set TOCSIN_HOME to another directory.",
            ) from None
        yield lock


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
