"""The stream of freezes: what is on, and how it is written down.

When a freeze holds and what follows is decided in `bot/domain/freezing.py`. It is
read at every decision, so a freeze works at once and for every plan.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.codec import decode_freeze, encode
from bot.domain.freeze_events import FreezeEvent
from bot.domain.freezing import Freezes, fold_freezes
from bot.ports import NewEntry, Transaction

STREAM = "freeze"


def load(tx: Transaction) -> Freezes:
    """Return what the stream says."""
    known: tuple[Freezes, int] | None = tx.worked_out.get(STREAM)
    version = tx.log.version(STREAM)
    if known is not None and known[1] == version:
        return known[0]
    entries = tx.log.load(STREAM)
    found = fold_freezes(decode_freeze(e.kind, e.body, e.words) for e in entries)
    tx.worked_out[STREAM] = found, version
    return found


def write(
    tx: Transaction, events: Sequence[FreezeEvent], *, by: str, at: datetime
) -> None:
    """Append what happened, if anything did.

    Args:
        by: Slack id, ``admin`` or ``tocsin``.
    """
    entries = []
    for event in events:
        kind, body, words = encode(event)
        entries.append(NewEntry(kind=kind, at=at, actor=by, body=body, words=words))
    version = tx.log.version(STREAM)
    tx.log.append(STREAM, expected_version=version, entries=entries)
