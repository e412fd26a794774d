"""A copy of the newest checkpoint in a directory that the log's owner does not own.

Better on another machine: whoever can rewrite the store can rewrite what lies
beside it. A log that was cut short or written anew fits its own hashes; only a
checkpoint that was kept elsewhere shows it.
"""

import os
import tempfile
from pathlib import Path

from bot.domain.errors import Tampered
from bot.ports import Transaction
from bot.store.checkpoint import Checkpoint, parse_note, verify_note

_NAME = "checkpoint"
_PUBLIC = 0o644  # a checkpoint is no secret; auditors should be able to read it


def write_anchor(directory: Path, note: str) -> None:
    """Replace the directory's checkpoint by a newer one, whole or not at all.

    Raises:
        Tampered: The directory has seen a longer log than this.
    """
    directory.mkdir(parents=True, exist_ok=True)
    before = _newest(directory)
    if before is not None and parse_note(before).size > parse_note(note).size:
        raise _unlike(directory, f"it has seen {parse_note(before).size:,} entries")
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=".new-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, _PUBLIC)
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(directory / _NAME)
    _sync(directory)


def check_anchor(tx: Transaction, directory: Path, verifier: str) -> Checkpoint | None:
    """Return the anchored checkpoint that the log continues; None without one.

    Args:
        verifier: The `vkey` of this log.

    Raises:
        Tampered: The log is shorter than it was, has another root at that size,
            or the anchor is not signed by its key.
    """
    note = _newest(directory)
    if note is None:
        return None
    anchored = verify_note(note, verifier)
    size = tx.log.head().size
    if size < anchored.size:
        raise _unlike(
            directory, f"it has seen {anchored.size:,} entries, and {size:,} are there"
        )
    if tx.log.root_at(anchored.size) != anchored.root:
        raise _unlike(
            directory,
            f"the first {anchored.size:,} entries are not those it has seen",
        )
    return anchored


def _newest(directory: Path) -> str | None:
    path = directory / _NAME
    return path.read_text("utf-8") if path.exists() else None


def _sync(directory: Path) -> None:
    """Make the new name durable too."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unlike(directory: Path, because: str) -> Tampered:
    return Tampered(
        f"The log does not continue the checkpoint in {directory}",
        because=because,
        next_move="Stop, keep a copy of the store, and restore the newest backup.",
    )
