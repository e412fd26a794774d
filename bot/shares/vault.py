"""Where sealed things are kept, and what a link may do. Keeps `ports.ShareLinks`.

Kept in this order: key, ciphertext, event; so a share that the log knows can be
opened. Destroyed in this order: key, ciphertext, event; so a crash in between leaves
ciphertext that nobody can open, and `sweep` finishes it. A claim, an open and a
refusal are in the log before they are answered.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.domain import share_decisions as rules
from bot.domain.errors import Refusal, TocsinError
from bot.domain.share import Share
from bot.domain.share_decisions import Denied, Made
from bot.domain.share_events import ShareEvent, ShareShredded
from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.domain.untrusted import Untrusted
from bot.ports import Keys, Store, Transaction
from bot.ports.sharing import Blobs, Leased, Sealed, ShareKey, ShareKeys
from bot.shares.book import Decide, ShareBook, Shown, refuse_over, to_shred
from bot.shares.holders import Holders
from bot.shares.making import made_of, whole_life
from bot.sharing import proof

T = TypeVar("T")
TOCSIN, ADMIN = "tocsin", "admin"
_log = logging.getLogger(__name__)

Ticketing = Callable[[Transaction, str], Sequence[ShareEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareVault:
    """Keeps shares and answers for links.

    Attributes:
        keys: Of this installation; they wrap the shares' own.
        new_id: Makes the id for a prefix: ``sh_`` or ``tk_`` and a ULID.
    """

    store: Store
    book: ShareBook
    keys: Keys
    share_keys: ShareKeys
    blobs: Blobs
    nonces: proof.Nonces
    holders: Holders
    new_id: Callable[[str], str]
    base_url: str

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
        key = self.share_keys.get(share)
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
        found = state.tickets[state.leases[lease].ticket]
        return Leased(
            lease=secret,
            person=found.person,
            uses_left=max(found.uses - found.opened - 1, 0),
            expires_at=state.expires_at,
            size_bytes=state.size_bytes,
        )

    def content(self, share: str, lease: str) -> bytes:
        """Return the ciphertext for a lease that runs."""
        return self._told(share, lambda: self._content(share, lease))

    def _content(self, share: str, lease: str) -> bytes:
        def allowed(tx: Transaction) -> None:
            state = self.book.load(tx, share)
            refuse_over(tx, state)
            rules.fetch(state, proof.digest(lease), self.book.clock.now())

        self.store.read(allowed)
        content = self.blobs.get(share)
        if content is None:
            raise Denied("over")
        return content

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

    # --- keeping ---

    def put(self, sealed: Sealed) -> Mapping[str, Any]:
        """Keep what was sealed elsewhere: ciphertext and proof, no key."""
        key = ShareKey(wrapped=b"", auth=sealed.auth)
        made = made_of(
            sealed.content,
            incident="",
            by=ADMIN,
            opens=sealed.opens,
            life_s=sealed.life_s,
        )

        def ticket(tx: Transaction, share: str) -> Sequence[ShareEvent]:
            wanted = whole_life(self.new_id("tk_"), sealed)
            state = self.book.load(tx, share)
            return rules.mint(state, wanted, self.book.clock.now())

        share, state = self.keep(made, sealed.content, key, ticket, actor=ADMIN)
        until = state.expires_at.isoformat()
        return {"share": share, "base_url": self.base_url, "expires_at": until}

    def keep(
        self,
        made: Made,
        content: bytes,
        key: ShareKey | str,
        ticketing: Ticketing,
        *,
        actor: str,
        share: str = "",
    ) -> tuple[str, Share]:
        """Keep key, ciphertext and share, and mint the first tickets.

        Args:
            key: An age identity, which is wrapped here; or what is to be kept.
            ticketing: Called in the transaction that creates the share.
        """
        created = rules.create(made, self.book.clock.now())
        share = share or self.new_id("sh_")
        kept = self._wrapped(share, key) if isinstance(key, str) else key

        def work(tx: Transaction) -> Share:
            self.book.append(tx, share, created, actor=actor)
            return self.book.append(tx, share, ticketing(tx, share), actor=actor)

        try:
            self.share_keys.put(share, kept)
            self.blobs.put(share, content)
            writing = self.store.write(work)
        except BaseException:
            self._discard(share)
            raise
        try:
            return share, writing.result()
        except Refusal:
            # Nothing was written. After a failure of the disk that is not known, and
            # `tidy_after_crash` looks at the log.
            self._discard(share)
            raise

    def identity(self, share: str) -> str:
        """Return a share's age identity, "" once it is destroyed or was never here."""
        key = self.share_keys.get(share)
        if key is None or not key.wrapped:
            return ""
        return self.keys.open(key.wrapped, about=f"share/{share}").decode()

    def _wrapped(self, share: str, identity: str) -> ShareKey:
        wrapped = self.keys.seal(identity.encode(), about=f"share/{share}")
        return ShareKey(wrapped=wrapped, auth=proof.auth_key(identity))

    # --- destroying ---

    def shred(self, share: str) -> None:
        """Destroy the key, then the ciphertext, then write that down."""
        self.share_keys.destroy(share)
        self.blobs.delete(share)

        def work(tx: Transaction) -> None:
            state = self.book.load(tx, share)
            if state.exists and not state.shredded:
                gone = ShareShredded(at=self.book.clock.now())
                self.book.append(tx, share, (gone,), actor=TOCSIN)

        self.store.write(work).result()

    def sweep(self) -> int:
        """Destroy what is over; return how many shares that were."""
        found = self.store.read(to_shred)
        for share in found:
            self.shred(share)
        return len(found)

    def tidy_after_crash(self) -> None:
        """Destroy keys and ciphertext that no share in the log owns."""
        here = {*self.share_keys.all(), *self.blobs.names()}

        def unknown(tx: Transaction) -> list[str]:
            states = {share: self.book.load(tx, share) for share in here}
            return [
                share
                for share, state in states.items()
                if not state.exists or state.shredded
            ]

        for share in sorted(self.store.read(unknown)):
            self._discard(share)

    def _discard(self, share: str) -> None:
        with suppress(TocsinError):
            self.share_keys.destroy(share)
        with suppress(TocsinError, OSError):
            self.blobs.delete(share)
