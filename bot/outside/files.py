"""What every file of a collector keeps to: its size, and its sentence in English."""

from dataclasses import replace

from bot.ports.collect import Collected

LARGEST = 512 * 1024
"""Bytes of one file: a bundle holds many, and all of it is masked."""
_CUT = " Cut: there is more."
_TOO_LARGE = " It is too large to be kept."
_BY_LINE = (".jsonl", ".txt")


def counted(number: int, what: str) -> str:
    """Return ``1 alert`` or ``3 alerts``."""
    return f"{number} {what}{'s' * (number != 1)}"


def fitted(file: Collected) -> Collected:
    """Return a file that is not too large: lines are cut, what has none is left out."""
    raw = file.content.encode("utf-8", "replace")
    if len(raw) <= LARGEST:
        return file
    if not file.name.endswith(_BY_LINE):
        return replace(file, content="", says=file.says + _TOO_LARGE)
    kept = raw[:LARGEST].decode("utf-8", "ignore").rpartition("\n")[0]
    return replace(file, content=kept, says=file.says + _CUT)
