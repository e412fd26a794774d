"""What a link may do. Keeps `ports.ShareLinks`.

A claim, an open and a refusal are in the log before they are answered. Where key and
ciphertext lie, and in which order they come and go, is `bot/shares/cellar.py`.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from bot.domain import share_decisions as rules
from bot.domain.errors import TocsinError
from bot.domain.share import Share
from bot.domain.share_decisions import Denied
from bot.domain.share_events import ShareEvent
from bot.domain.untrusted import Untrusted
from bot.ports import Transaction
from bot.ports.sharing import Leased
from bot.ports.storage import Pieces
from bot.shares.book import refuse_over
from bot.shares.cellar import TOCSIN, ShareCellar, made_of
from bot.shares.watched import Watched
from bot.sharing import proof

__all__ = ["TOCSIN", "ShareVault", "made_of"]

T = TypeVar("T")
# What somebody without a real ticket does is the operator's business, not the record's.
_NOT_RECORDED = frozenset({"no_such_share", "no_such_ticket", "no_such_lease"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareVault(ShareCellar):
    """Answers for links, and keeps what they open."""

    nonces: proof.Nonces

    # --- what comes in with a link ---

    def nonce(self) -> str:
        """Return a challenge for a claim."""
        return self.nonces.new(self.book.clock.now())

    def claim(self, share: str, ticket: str, *, nonce: str, proof: str) -> Leased:
        """Lease the ciphertext to whoever has a ticket and proves to hold the key."""
        return self._told(share, lambda: self._claim(share, ticket, nonce, proof))

    def _claim(self, share: str, ticket: str, nonce: str, shown: str) -> Leased:
        if not self.nonces.is_good(nonce, self.book.clock.now()):
            raise Denied("old_nonce")
        if not self.store.read(lambda tx: self.book.load(tx, share)).exists:
            raise Denied("no_such_share")
        key = self.keyring.rows.get(share)
        proven = key is not None and proof.is_proof(
            key.auth, shown, share=share, ticket=ticket, nonce=nonce
        )
        secret = proof.new_secret()
        lease = proof.digest(secret)

        def decide(state: Share) -> Sequence[ShareEvent]:
            now, wanted = self.book.clock.now(), proof.digest(ticket)
            return rules.claim(state, wanted, lease=lease, proven=proven, now=now)

        state = self._decide(share, decide)
        found = state.tickets[state.leases[lease].ticket]
        return Leased(
            lease=secret,
            person=found.person,
            uses_left=max(found.uses - found.opened - 1, 0),
            expires_at=state.expires_at,
            size_bytes=state.size_bytes,
        )

    def stream(self, share: str, lease: str) -> tuple[int, Pieces]:
        """Return the size and the pieces of the ciphertext, for a lease that runs.

        What is taken back or runs out meanwhile ends in the middle.
        """
        return self._told(share, lambda: self._stream(share, lease))

    def _stream(self, share: str, lease: str) -> tuple[int, Pieces]:
        def allowed(tx: Transaction) -> int:
            state = self.book.load(tx, share)
            refuse_over(tx, state)
            rules.fetch(state, proof.digest(lease), self.book.clock.now())
            return state.size_bytes

        size_bytes = self.store.read(allowed)
        pieces = self.blobs.read(share)
        if pieces is None:
            raise Denied("over")

        def look() -> None:
            self._told(share, lambda: self.store.read(allowed))

        return size_bytes, Watched(pieces=pieces, look=look)

    def acknowledge(self, share: str, lease: str) -> None:
        """Write down that it was opened; after the last open the key is destroyed."""
        self._told(share, lambda: self._acknowledge(share, lease))

    def _acknowledge(self, share: str, lease: str) -> None:
        def decide(state: Share) -> Sequence[ShareEvent]:
            now = self.book.clock.now()
            return rules.acknowledge(state, proof.digest(lease), now)

        state = self._decide(share, decide)
        if state.over:
            # It is written down that it is over: if this fails, the sweep does it.
            with suppress(TocsinError):
                self.shred(share)

    def _decide(
        self, share: str, decide: Callable[[Share], Sequence[ShareEvent]]
    ) -> Share:
        """Write what follows, or write the refusal down and raise it then."""

        def work(tx: Transaction) -> Share | Denied:
            state = self.book.load(tx, share)
            try:
                refuse_over(tx, state)
                events = decide(state)
            except Denied as no:
                self._record(tx, share, state, no)
                return no
            return self.book.append(tx, share, events, actor=TOCSIN)

        answer = self.store.write(work).result()
        if isinstance(answer, Denied):
            raise answer
        return answer

    def _record(self, tx: Transaction, share: str, state: Share, no: Denied) -> None:
        if no.reason in _NOT_RECORDED or state.over:
            return
        now = self.book.clock.now()
        denied = rules.deny(state, because=no.reason, person="", now=now)
        self.book.append(tx, share, denied, actor=TOCSIN)

    def _told(self, share: str, work: Callable[[], T]) -> T:
        """Tell the operator what nobody with a link is told."""
        try:
            return work()
        except Denied as no:
            _log.warning("share %s: %s", Untrusted(share).for_log(), no.reason)
            raise
