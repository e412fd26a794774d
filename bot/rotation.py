"""A new key for everything that lies sealed, and the old one gone.

    1  a new key is made; whatever is sealed from here on is sealed with it
    2  the keys of shares are wrapped anew
    3  payloads of the inbox and snapshots of evidence are sealed anew, a few at a time
    4  nothing needs the old key any more, and its file is taken away

Killed at any point, everything still opens, and the next call goes on where this one
was. What is on its way into the inbox meanwhile is sealed anew as it is kept, see
`bot/store/inbox.py`. The keys that sign the log and make placeholders stay: their
outputs stand in the log and on cards.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import Fault, OutOfTurn
from bot.ports import Store
from bot.ports.keys import RotatingKeys
from bot.ports.storage import KeyContext
from bot.shares.keyring import Keyring

# A share that is being made has its key before it is in the log.
_TRIES, _PAUSE_S = 100, 0.1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Changes the key that seals.

    Attributes:
        context_of: Returns what a share's key is bound to, None without such a share.
        renew_evidence: Seals snapshots anew; returns how many that changed.
    """

    store: Store
    keys: RotatingKeys
    keyring: Keyring
    context_of: Callable[[str], KeyContext | None]
    renew_evidence: Callable[[], int]
    _running: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> Mapping[str, Any]:
        """Change the key; return how much was sealed anew. Takes minutes if it is much.

        Raises:
            OutOfTurn: It is being done already.
            Unreachable: Whoever has a wrapping key does not answer; the old key stays
                until it is done again.
            Tampered: Something does not open; the old key stays.
        """
        if not self._running.acquire(blocking=False):
            raise OutOfTurn(
                "No key was changed",
                because="it is being done already",
                next_move="Wait for it to end.",
            )
        try:
            return self._run()
        finally:
            self._running.release()

    def _run(self) -> Mapping[str, Any]:
        resumed = bool(self.keys.older())
        if not resumed:
            self.keys.rotate_seal()
        shares = self._shares()
        payloads = self._payloads()
        evidence = self.renew_evidence()
        removed = len(self.keys.older())
        self.keys.remove_older()
        done = {
            "resumed": resumed,
            "shares": shares,
            "payloads": payloads,
            "evidence": evidence,
            "keys_removed": removed,
        }
        _log.info("the key that seals was changed: %s", done)
        return done

    def _shares(self) -> int:
        changed = self.keyring.rewrap(self.context_of)
        pause = threading.Event()
        for _ in range(_TRIES):
            if self.keyring.all_current():
                return changed
            pause.wait(_PAUSE_S)
            changed += self.keyring.rewrap(self.context_of)
        raise Fault(
            "The old key was not removed",
            because="there are keys of shares that the log does not know",
            next_move="Run it again; if it stays so, restart the bot first, which "
            "destroys them.",
        )

    def _payloads(self) -> int:
        changed, at = 0, 0
        while True:
            at, more = self._some(at)
            changed += more
            if not at:
                return changed

    def _some(self, after: int) -> tuple[int, int]:
        work = self.store.write(lambda tx: tx.inbox.renew(after, self.keys.renewed))
        return work.result()
