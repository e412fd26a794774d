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
from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.domain.untrusted import Untrusted
from bot.ports import Transaction
from bot.ports.sharing import Leased
from bot.ports.storage import Pieces
from bot.shares.book import Decide, Shown, refuse_over
from bot.shares.cellar import TOCSIN, ShareCellar
from bot.shares.holders import Holders
from bot.shares.watched import Watched
from bot.sharing import proof

__all__ = ["TOCSIN", "ShareVault"]

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareVault(ShareCellar):
    """Answers for links, and keeps what they open."""

    nonces: proof.Nonces
    holders: Holders

    # --- what comes in with a link ---

    def nonce(self) -> str:
        """Return a challenge for a claim."""
        return self.nonces.new(self.book.clock.now())

    def claim(
        self,
        share: str,
        ticket: str,
        *,
        nonce: str,
        proof: str,
        visit: Visit = UNKNOWN_VISIT,
    ) -> Leased:
        """Lease the ciphertext to whoever has a ticket and proves to hold the key."""
        shown = (nonce, proof)
        return self._told(share, lambda: self._claim(share, ticket, shown, visit))

    def _claim(
        self, share: str, ticket: str, shown: tuple[str, str], visit: Visit
    ) -> Leased:
        nonce, proven_by = shown
        if not self.nonces.is_good(nonce, self.book.clock.now()):
            raise Denied("old_nonce")
        known = self.store.read(lambda tx: self.book.load(tx, share))
        if not known.exists:
            raise Denied("no_such_share")
        key = self.keyring.rows.get(share)
        proven = key is not None and proof.is_proof(
            key.auth, proven_by, share=share, ticket=ticket, nonce=nonce
        )
        secret, wanted = proof.new_secret(), proof.digest(ticket)
        lease = proof.digest(secret)
        # Slack is asked outside of the transaction, and only for who holds the key.
        no = self.holders.refusal(known, wanted, visit) if proven else ""

        def decide(state: Share) -> Sequence[ShareEvent]:
            now = self.book.clock.now()
            events = rules.claim(state, wanted, lease=lease, proven=proven, now=now)
            if no:
                raise Denied(no)
            return events

        state = self._decide(
            share, decide, lambda state: state.by_digest(wanted), visit.person
        )
        leased = state.leases[lease]
        found, left = state.tickets[leased.ticket], leased.until - self.book.clock.now()
        return Leased(
            lease=secret,
            person=found.person,
            uses_left=max(found.uses - found.opened - 1, 0),
            expires_at=state.expires_at,
            size_bytes=state.size_bytes,
            lease_s=max(int(left.total_seconds()), 0),
            by=state.by if state.text else "",
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

        state = self._decide(
            share, decide, lambda state: state.on_lease(proof.digest(lease))
        )
        if state.over:
            # It is written down that it is over: if this fails, the sweep does it.
            with suppress(TocsinError):
                self.shred(share)

    def _decide(self, share: str, decide: Decide, shown: Shown, by: str = "") -> Share:
        """Write what follows, or write the refusal down and raise it then."""

        def work(tx: Transaction) -> Share | Denied:
            return self.book.answered(tx, share, decide, shown, by=by)

        answer = self.store.write(work).result()
        if isinstance(answer, Denied):
            raise answer
        return answer

    def _told(self, share: str, work: Callable[[], T]) -> T:
        """Tell the operator what nobody with a link is told."""
        try:
            return work()
        except Denied as no:
            _log.warning("share %s: %s", Untrusted(share).for_log(), no.reason)
            raise
