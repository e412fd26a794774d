"""What sharing needs of the outside: a place for keys, one for blobs, and its door.

Keys and ciphertext lie apart, so that destroying a small row destroys what may lie
in many copies. `ShareLinks` and `ShareAsks` are how the doors speak with sharing;
their methods touch the disk and must be called off the event loop.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.commands import Person
from bot.domain.share_events import ShareEvent
from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Asker
from bot.ports.outbox import Post, Whisper


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareKey:
    """What is kept of a share's key.

    Attributes:
        wrapped: The age identity, sealed by `Keys`; empty where the key was never
            here, because whoever sealed kept it.
        auth: Proves that somebody holds the key; it decrypts nothing. 32 bytes.
    """

    wrapped: bytes
    auth: bytes


class ShareKeys(Protocol):
    """Keys of shares, in a place of their own."""

    def put(self, share: str, key: ShareKey) -> None:
        """Keep a key; durable when it returns. Once per share."""
        ...

    def get(self, share: str) -> ShareKey | None:
        """Return a key, None once it was destroyed."""
        ...

    def rewrap(self, share: str, wrapped: bytes) -> None:
        """Put another wrapping in place of the first; nothing where it is destroyed.

        No byte of the first stays, as soon as `clean` was called.
        """
        ...

    def destroy(self, share: str) -> None:
        """Take a key away so that no byte of it stays; twice is harmless."""
        ...

    def clean(self) -> None:
        """Let no byte stay of what was destroyed or wrapped anew before."""
        ...

    def all(self) -> tuple[str, ...]:
        """Return the shares whose keys are here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyContext:
    """What a wrapped key belongs to; with another context it does not open.

    Attributes:
        incident: "" for what belongs to none.
    """

    share: str
    incident: str
    expires_at: datetime


WRAPPED_BEFORE, WRAPPED_HERE, WRAPPED_BY_KMS = 1, 2, 3
"""First bytes of what is wrapped. 1 is that of `Keys.seal`, from before there were
several ways."""


class Wrapping(Protocol):
    """Wraps the key of a share with a key that lies elsewhere.

    Attributes:
        mark: First byte of everything it wrapped; tells ways of wrapping apart.
    """

    @property
    def mark(self) -> int:
        """Return the first byte of what this way of wrapping makes."""
        ...

    def wrap(self, identity: str, context: KeyContext) -> bytes:
        """Return the identity wrapped, its first byte the mark.

        Raises:
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        ...

    def unwrap(self, wrapped: bytes, context: KeyContext) -> str:
        """Return the identity.

        Raises:
            Tampered: It was changed, or it was wrapped in another context.
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        ...

    def is_current(self, wrapped: bytes) -> bool:
        """Tell whether the key that would wrap now wrapped this.

        Raises:
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        ...


CHUNK_BYTES = 64 * 1024
"""Blobs are read in pieces of this size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobFacts:
    """What was counted while a blob was written.

    Attributes:
        digest: SHA-256 hex.
    """

    size_bytes: int
    digest: str


class BlobDraft(Protocol):
    """A blob that is being written; nobody finds it before it is kept."""

    @property
    def facts(self) -> BlobFacts:
        """Return what was written so far."""
        ...

    def write(self, chunk: bytes, /) -> int:
        """Add bytes, all of them; return how many."""
        ...

    def keep(self) -> None:
        """Give it its name; durable when it returns.

        Raises:
            Conflict: The name is taken.
        """
        ...

    def discard(self) -> None:
        """Leave nothing of it, unless it was kept; twice is harmless."""
        ...


class Blobs(Protocol):
    """Ciphertext by name. A name is letters, digits, ``_`` and ``-``.

    Every method raises Unreachable where the place does not answer.
    """

    def draft(self, name: str) -> BlobDraft:
        """Begin a blob. Takes no more memory than a piece, whatever its length."""
        ...

    def read(self, name: str) -> Iterator[bytes] | None:
        """Return the bytes in pieces of `CHUNK_BYTES`, None if there are none.

        Whether there are any is known at once; close the iterator to stop early.
        """
        ...

    def delete(self, name: str) -> None:
        """Take them away; twice is harmless."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return what is here."""
        ...

    def sweep(self) -> int:
        """Leave nothing of drafts that a crash left; return how many there were."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAsker:
    """Who asks in Slack, as Slack says right now."""

    person: Person
    in_channel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """What a claim gave.

    Attributes:
        lease: Secret with which the ciphertext is fetched and acknowledged.
        person: Whom the ticket was made for, "" for whoever held the link.
        uses_left: How often this ticket opens after this time.
    """

    lease: str
    person: str
    uses_left: int
    expires_at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What somebody sealed elsewhere and hands over beside the ciphertext.

    Attributes:
        ticket: SHA-256 hex of the ticket's secret.
        auth: Auth key derived from the key of the link.
        person: Whom the link is for; "" for whoever holds it.
    """

    ticket: str
    auth: bytes
    life_s: int
    opens: int
    person: str = ""


class Receiving(Protocol):
    """Ciphertext that comes in piece by piece."""

    def write(self, chunk: bytes, /) -> int:
        """Add bytes, all of them; return how many.

        Raises:
            BadRequest: It is larger than may be; everything so far is discarded.
        """
        ...

    def finish(self) -> Mapping[str, Any]:
        """Keep it; return ``share, base_url, expires_at``.

        Raises:
            BadRequest: Nothing was sent.
        """
        ...

    def discard(self) -> None:
        """Leave nothing of it, unless it was kept."""
        ...


class ShareLinks(Protocol):
    """What the web door asks: everything that comes in with a link."""

    def nonce(self) -> str:
        """Return a challenge for a claim."""
        ...

    def claim(
        self,
        share: str,
        ticket: str,
        *,
        nonce: str,
        proof: str,
        visit: Visit = UNKNOWN_VISIT,
    ) -> Leased:
        """Lease the ciphertext.

        Raises:
            Denied: Whatever is wrong.
        """
        ...

    def stream(self, share: str, lease: str) -> tuple[int, Iterator[bytes]]:
        """Return the size of the ciphertext, and the ciphertext in pieces.

        Raises:
            Denied: Whatever is wrong, now or, taken back meanwhile, at any piece.
        """
        ...

    def acknowledge(self, share: str, lease: str) -> None:
        """Write down that it was opened.

        Raises:
            Denied: Whatever is wrong.
        """
        ...

    def receive(self, sealed: Sealed) -> Receiving:
        """Begin to keep what was sealed elsewhere.

        Raises:
            BadRequest: Its life or number of opens is out of bounds.
        """
        ...


class ShareAsks(Protocol):
    """What the Slack door asks. Each answers in the transaction that acts."""

    def ask(self, incident: str, by: ShareAsker, *, item: str, channel: str) -> None:
        """Give somebody a link, now or when everything is collected, or refuse.

        Args:
            item: Inbox item of the request; done in the same transaction.
            channel: Where the person pressed.
        """
        ...

    def revoke_all(
        self, incident: str, by: ShareAsker, *, item: str, channel: str
    ) -> None:
        """Take every link of an incident back, or refuse."""
        ...

    def channel_of(self, incident: str) -> str:
        """Return the incident's channel, "" if there is no such incident."""
        ...

    def link(self, place: str) -> str:
        """Return the address a ticket opens, "" once it opens nothing.

        Args:
            place: ``<share>/<ticket>``, as a whisper carries it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalOffer:
    """An alert whose original can be asked for."""

    alert: str
    severity: str
    title: Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalAsked:
    """Somebody asks to see an alert as it came in.

    Attributes:
        reason: As it was typed; it is redacted before it is kept.
        item: Inbox item of the request; done in the transaction that answers.
        channel: Where the person is told.
    """

    incident: str
    alert: str
    by: Asker
    reason: str
    item: str
    channel: str


class OriginalAsks(Protocol):
    """What the Slack door asks about originals: alerts as they came in, unmasked."""

    def offered(self, incident: str, alert: str = "") -> tuple[OriginalOffer, ...]:
        """Return the alerts of an incident, the named one first.

        Raises:
            NotFound: There is no such incident, or the alert is not one of it.
            OutOfTurn: The incident is over.
        """
        ...

    def may(self, incident: str, by: Asker) -> None:
        """Let somebody go on to the form.

        Raises:
            NotAllowed: They may not, as the policies say.
        """
        ...

    def open(self, asked: OriginalAsked) -> None:
        """Seal an original for one person and give them the link, or refuse.

        Answers in the transaction that acts.
        """
        ...


class ShareVoice(Protocol):
    """How sharing speaks in Slack. Pure: no address is in what it makes."""

    def link(
        self,
        place: str,
        *,
        incident: str,
        channel: str,
        person: str,
        until: datetime,
        drill: bool = False,
        original: str = "",
    ) -> Whisper:
        """Return the message with a link that is filled in when it is sent.

        Args:
            original: Alert whose original it is, "" for diagnostics; the same below.
            drill: It is about an exercise, and says so; the same below.
        """
        ...

    def tell(
        self,
        key: str,
        *,
        channel: str,
        person: str,
        text: str,
        until: datetime,
        drill: bool = False,
    ) -> Whisper:
        """Return a sentence for one person."""
        ...

    def line(
        self,
        incident: str,
        channel: str,
        seq: int,
        event: ShareEvent,
        *,
        drill: bool = False,
        original: str = "",
    ) -> Post | None:
        """Return the thread line for an event, None when it deserves none."""
        ...
