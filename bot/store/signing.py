"""Signs the head of the log, and never one that contradicts an earlier signature.

When a head is signed, and where the note goes, is decided elsewhere.
"""

from bot.domain.errors import Tampered
from bot.ports import Keys
from bot.store.checkpoint import parse_note, sign_note
from bot.store.transaction import SqliteTransaction


def signed_head(tx: SqliteTransaction, keys: Keys) -> str:
    """Return a signed note for the present head of the log.

    The newest saved one if it is of this size, else a new one, which is not saved.

    Raises:
        Tampered: The log does not continue what was signed before.
    """
    head, newest = tx.log.head(), tx.log.newest_checkpoint()
    if newest is not None:
        before = parse_note(newest)
        continues = before.size <= head.size and (
            tx.log.root_at(before.size) == before.root
        )
        if not continues:
            raise Tampered(
                "The log was not signed",
                because=f"it does not continue what was signed at {before.size:,} "
                "entries",
                next_move="Stop, keep a copy of the file, and run `tocsin log verify`.",
            )
        if before.size == head.size:
            return newest
    return sign_note(tx.origin, head, sign=keys.sign, public_key=keys.public_key())
