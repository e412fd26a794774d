"""Signs the log's head and puts it where the log's owner cannot quietly change it.

A checkpoint is signed every minute when the log has grown, on every approval and
when an incident ends; its form is in `bot/store/checkpoint.py`.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from bot.ports import Clock, Keys
from bot.store.anchor import write_anchor
from bot.store.checkpoint import vkey
from bot.store.signing import signed_head
from bot.store.sqlite import SqliteStore
from bot.store.transaction import SqliteTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """Signs the head of one log.

    Attributes:
        anchors: Directory that keeps the newest checkpoint; better on another disk.
    """

    store: SqliteStore
    keys: Keys
    clock: Clock
    anchors: Path
    # Two who sign at once must not anchor the older head after the newer one.
    _one: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False, compare=False
    )

    @property
    def vkey(self) -> str:
        """Return the verifier key that checks our signatures."""
        return vkey(self.store.origin, self.keys.public_key())

    def sign_if_dirty(self) -> str | None:
        """Sign the head if the log has grown; return the new note.

        Raises:
            Tampered: The log does not continue what was signed before.
        """
        with self._one:
            note = self.store.write(self._sign).result()
            if note is not None:
                write_anchor(self.anchors, note)
        return note

    def newest(self) -> str | None:
        """Return the newest signed note."""
        return self.store.read(lambda tx: tx.log.newest_checkpoint())

    def _sign(self, tx: SqliteTransaction) -> str | None:
        head = tx.log.head()
        if head.size == 0:
            return None
        note = signed_head(tx, self.keys)
        if note == tx.log.newest_checkpoint():
            return None
        tx.log.save_checkpoint(note, size=head.size, at=self.clock.now())
        return note
