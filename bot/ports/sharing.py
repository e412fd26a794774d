"""What sharing needs of the outside: a place for keys, one for blobs, and its door.

Keys and ciphertext lie apart, so that destroying a small row destroys what may lie
in many copies. `ShareLinks` and `ShareAsks` are how the doors speak with sharing;
their methods touch the disk and must be called off the event loop.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.commands import Person
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Asker


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

    def destroy(self, share: str) -> None:
        """Take a key away so that no byte of it stays; twice is harmless."""
        ...

    def all(self) -> tuple[str, ...]:
        """Return the shares whose keys are here."""
        ...


class Blobs(Protocol):
    """Ciphertext by name. A name is letters, digits, ``_`` and ``-``."""

    def put(self, name: str, content: bytes) -> None:
        """Keep bytes; durable when it returns. Once per name."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return the bytes, None if there are none."""
        ...

    def delete(self, name: str) -> None:
        """Take them away; twice is harmless."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return what is here."""
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
        by: Who pasted it, where it is a text that a person sealed; else "".
    """

    lease: str
    person: str
    uses_left: int
    expires_at: datetime
    size_bytes: int
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What somebody sealed elsewhere and hands over: no plaintext and no key.

    Attributes:
        ticket: SHA-256 hex of the ticket's secret.
        auth: Auth key derived from the key of the link.
        person: Whom the link is for; "" for whoever holds it.
    """

    content: bytes
    ticket: str
    auth: bytes
    life_s: int
    opens: int
    person: str = ""


class ShareLinks(Protocol):
    """What the web door asks: everything that comes in with a link."""

    def nonce(self) -> str:
        """Return a challenge for a claim."""
        ...

    def claim(self, share: str, ticket: str, *, nonce: str, proof: str) -> Leased:
        """Lease the ciphertext.

        Raises:
            Denied: Whatever is wrong.
        """
        ...

    def content(self, share: str, lease: str) -> bytes:
        """Return the ciphertext.

        Raises:
            Denied: Whatever is wrong.
        """
        ...

    def acknowledge(self, share: str, lease: str) -> None:
        """Write down that it was opened.

        Raises:
            Denied: Whatever is wrong.
        """
        ...

    def put(self, sealed: Sealed) -> Mapping[str, Any]:
        """Keep what was sealed elsewhere; return ``share, base_url, expires_at``.

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
