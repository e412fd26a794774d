"""Where sealed things are kept, and what a link may do. Keeps `ports.ShareLinks`.

Kept in this order: key, ciphertext, event; so a share that the log knows can be
opened. Destroyed in this order: key, ciphertext, event; so a crash in between leaves
ciphertext that nobody can open, and `sweep` finishes it. A claim, an open and a
refusal are in the log before they are answered.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from bot.domain import share_decisions as rules
from bot.domain.errors import Refusal, TocsinError
from bot.domain.share import Share
from bot.domain.share_decisions import Denied, Made, NewTicket
from bot.domain.share_events import ShareEvent, ShareShredded
from bot.domain.untrusted import Untrusted
from bot.ports import Keys, Store, Transaction
from bot.ports.sharing import Blobs, Leased, Sealed, ShareKey, ShareKeys
from bot.shares.book import ShareBook, refuse_over, to_shred
from bot.sharing import proof

T = TypeVar("T")
TOCSIN, ADMIN = "tocsin", "admin"
# What somebody without a real ticket does is the operator's business, not the record's.
_NOT_RECORDED = frozenset({"no_such_share", "no_such_ticket", "no_such_lease"})
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
    new_id: Callable[[str], str]
    base_url: str

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
        key = self.share_keys.get(share)
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
            by=state.by if state.text else "",
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
            wanted = _whole_life(self.new_id("tk_"), sealed)
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


def made_of(content: bytes, *, incident: str, by: str, opens: int, life_s: int) -> Made:
    """Return what is to be shared.

    Args:
        content: Ciphertext.
        incident: "" for what belongs to none.
    """
    return Made(
        incident=incident,
        by=by,
        opens=opens,
        life=timedelta(seconds=life_s),
        size_bytes=len(content),
        digest=hashlib.sha256(content).hexdigest(),
    )


def _whole_life(ticket: str, sealed: Sealed) -> NewTicket:
    """Return the ticket of a link that lives as long as its share."""
    return NewTicket(
        id=ticket,
        digest=sealed.ticket,
        team="",
        person=sealed.person,
        uses=sealed.opens,
        life=None,
    )
