"""The proof that lets a plan run: its approval stands in a signed checkpoint.

The signature and the path through the tree are checked, not trusted: a row that was
slipped into the file by hand proves nothing.
"""

from collections.abc import Callable, Sequence

from bot.domain.action_events import ActionCleared
from bot.domain.errors import TocsinError
from bot.ports import Entry, Transaction

# Note and verifier key to the size and root that were signed.
VerifyNote = Callable[[str], tuple[int, bytes]]
# (leaf, seq, size, path, root) to whether the path leads from leaf to root.
VerifyPath = Callable[[bytes, int, int, Sequence[bytes], bytes], bool]


def is_due(tx: Transaction, stream: Sequence[Entry], *, note: VerifyNote) -> bool:
    """Tell whether there is a checkpoint that should prove a plan's approval.

    One whose signature is not ours counts: whoever then asks for the proof is
    refused, and that is written down.
    """
    cleared = [entry.seq for entry in stream if entry.kind == ActionCleared.name]
    newest = tx.log.newest_checkpoint()
    if newest is None:
        return False
    try:
        size, _ = note(newest)
    except TocsinError:
        return True
    return not cleared or cleared[-1] < size


def is_proven(
    tx: Transaction,
    stream: Sequence[Entry],
    *,
    note: VerifyNote,
    path: VerifyPath,
) -> bool:
    """Tell whether the approval in a plan's stream is proved to be in the log."""
    cleared = [entry for entry in stream if entry.kind == ActionCleared.name]
    newest = tx.log.newest_checkpoint()
    if not cleared or newest is None:
        return False
    entry = cleared[-1]
    try:
        size, root = note(newest)
    except TocsinError:
        return False
    if entry.seq >= size:
        return False
    found = tx.log.inclusion(entry.seq, size=size)
    return path(entry.leaf, entry.seq, size, found, root)
