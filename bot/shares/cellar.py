"""Where sealed things are kept, and how they are destroyed.

Kept in this order: key, ciphertext, event; so a share that the log knows can be
opened. Destroyed in this order: key, ciphertext, event; so a crash in between leaves
ciphertext that nobody can open, and `sweep` finishes it. What a link may do is
`bot/shares/vault.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.domain import share_decisions as rules
from bot.domain.errors import Fault, Refusal, TocsinError, Unreachable
from bot.domain.share import Share
from bot.domain.share_decisions import Made
from bot.domain.share_events import ShareCreated, ShareEvent, ShareShredded
from bot.domain.share_limits import MOST_BYTES
from bot.ports import Keys, Store, Transaction
from bot.ports.sharing import Sealed
from bot.ports.storage import (
    BlobDraft,
    BlobFacts,
    Blobs,
    KeyContext,
    ShareKey,
    ShareKeys,
)
from bot.shares.book import ShareBook, to_shred
from bot.shares.keyring import Keyring
from bot.shares.making import whole_life
from bot.shares.receiving import Received

TOCSIN, ADMIN = "tocsin", "admin"

Ticketing = Callable[[Transaction, str], Sequence[ShareEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCellar:
    """Keeps shares.

    Attributes:
        keys: Of this installation; they open what lies sealed in the inbox.
        most_bytes: How much may be sealed, before it is sealed.
        new_id: Makes the id for a prefix: ``sh_`` or ``tk_`` and a ULID.
        making: Shares that are being kept and may not be in the log yet.
        troubled: Shares whose ciphertext could not be deleted; their keys are gone.
    """

    store: Store
    book: ShareBook
    keys: Keys
    keyring: Keyring
    blobs: Blobs
    new_id: Callable[[str], str]
    base_url: str
    most_bytes: int = MOST_BYTES
    making: set[str] = field(default_factory=set)
    troubled: set[str] = field(default_factory=set)

    @property
    def share_keys(self) -> ShareKeys:
        """Return where the wrapped keys lie."""
        return self.keyring.rows

    # --- keeping ---

    def receive(self, sealed: Sealed) -> Received:
        """Begin to keep what was sealed elsewhere: ciphertext and proof, no key."""
        share, now = self.new_id("sh_"), self.book.clock.now()
        rules.create(_handed_over(sealed), now)  # refused before anything is sent
        return Received(
            draft=self.blobs.draft(share),
            most_bytes=self.most_bytes,
            keep=lambda draft: self._received(share, sealed, draft),
        )

    def _received(
        self, share: str, sealed: Sealed, draft: BlobDraft
    ) -> Mapping[str, Any]:
        key = ShareKey(wrapped=b"", auth=sealed.auth)

        def ticket(tx: Transaction, share: str) -> Sequence[ShareEvent]:
            wanted = whole_life(self.new_id("tk_"), sealed)
            state = self.book.load(tx, share)
            return rules.mint(state, wanted, self.book.clock.now())

        made = _handed_over(sealed, draft.facts)
        state = self._keep(made, draft, key, ticket, actor=ADMIN, share=share)
        until = state.expires_at.isoformat()
        return {"share": share, "base_url": self.base_url, "expires_at": until}

    def keep(
        self,
        made: Made,
        content: bytes,
        key: str,
        ticketing: Ticketing,
        *,
        actor: str,
        share: str = "",
    ) -> tuple[str, Share]:
        """Keep key, ciphertext and share, and mint the first tickets.

        Args:
            content: Ciphertext that is in memory anyhow.
            key: An age identity, which is wrapped here.
            ticketing: Called in the transaction that creates the share.
        """
        share = share or self.new_id("sh_")
        draft = self.blobs.draft(share)
        try:
            draft.write(content)
            return share, self._keep(
                made, draft, key, ticketing, actor=actor, share=share
            )
        finally:
            draft.discard()

    def _keep(
        self,
        made: Made,
        draft: BlobDraft,
        key: ShareKey | str,
        ticketing: Ticketing,
        *,
        actor: str,
        share: str,
    ) -> Share:
        now = self.book.clock.now()
        created = rules.create(made, now, most_bytes=self.most_bytes)

        def work(tx: Transaction) -> Share:
            self.book.append(tx, share, created, actor=actor)
            return self.book.append(tx, share, ticketing(tx, share), actor=actor)

        self.making.add(share)
        try:
            self._keep_key(share, key, created[0])
            draft.keep()
            writing = self.store.write(work)
        except BaseException:
            self._unmake(share)
            raise
        try:
            return writing.result()
        except Refusal:
            # Nothing was written. After a failure of the disk that is not known, and
            # `tidy_after_crash` looks at the log.
            self._unmake(share)
            raise
        finally:
            self.making.discard(share)

    def _unmake(self, share: str) -> None:
        self._discard(share)
        self.making.discard(share)

    def _keep_key(self, share: str, key: ShareKey | str, created: ShareCreated) -> None:
        if isinstance(key, ShareKey):
            self.keyring.rows.put(share, key)
            return
        incident, until = created.incident, created.expires_at
        context = KeyContext(share=share, incident=incident, expires_at=until)
        self.keyring.keep(key, context)

    def identity(self, share: str) -> str:
        """Return a share's age identity, "" once it is destroyed or was never here.

        Raises:
            NotWrapped: Whoever has the wrapping key does not answer.
        """
        context = self.context(share)
        return self.keyring.identity(context) if context else ""

    def context(self, share: str) -> KeyContext | None:
        """Return what a share's key is bound to, None where there is no such share."""
        return self.store.read(lambda tx: self.book.context(tx, share))

    # --- destroying ---

    def shred(self, share: str) -> None:
        """Destroy the key, then the ciphertext, then write that down."""
        self.keyring.rows.destroy(share)
        self.blobs.delete(share)

        def work(tx: Transaction) -> None:
            state = self.book.load(tx, share)
            if state.exists and not state.shredded:
                gone = ShareShredded(at=self.book.clock.now())
                self.book.append(tx, share, (gone,), actor=TOCSIN)

        self.store.write(work).result()

    def sweep(self, *, again: bool = False) -> int:
        """Destroy what is over, keys first; return how many shares are gone.

        Args:
            again: Also try those whose ciphertext could not be deleted before. Their
                keys are gone.

        Raises:
            Unreachable: Some ciphertext could not be deleted; the rest was.
            Fault: Bytes of a key may still lie in their file; it is tried again.
        """
        found = self.store.read(to_shred)
        failed = self._destroy(found)
        due = [share for share in found if again or share not in self.troubled]
        for share in due:
            try:
                self.shred(share)
                self.troubled.discard(share)
            except Unreachable as fault:
                self.troubled.add(share)
                failed = fault
            except Fault as fault:
                failed = fault
        if failed is not None:
            raise failed
        return len(due)

    def _destroy(self, shares: Sequence[str]) -> Fault | None:
        """Destroy keys, each whatever came of the others; return what went wrong."""
        failed = None
        for share in shares:
            try:
                self.keyring.rows.destroy(share)
            except Fault as fault:
                failed = fault
        return failed

    def tidy_after_crash(self) -> None:
        """Destroy keys, ciphertext and drafts that no share in the log owns.

        Raises:
            Unreachable: The place of the ciphertext does not answer.
        """
        self.blobs.sweep()
        here = {*self.keyring.rows.all(), *self.blobs.names()} - self.making

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
            self.keyring.rows.destroy(share)
        with suppress(TocsinError, OSError):
            self.blobs.delete(share)


def _handed_over(sealed: Sealed, facts: BlobFacts | None = None) -> Made:
    """Return what was sealed elsewhere; nothing is known of it before it is here."""
    return Made(
        incident="",
        by=ADMIN,
        opens=sealed.opens,
        life=timedelta(seconds=sealed.life_s),
        size_bytes=facts.size_bytes if facts else 0,
        digest=facts.digest if facts else "",
    )
