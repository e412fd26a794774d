"""How the doors speak with sharing, and how sharing speaks in Slack.

The methods of `ShareLinks` and `ShareAsks` touch the disk and must be called off the
event loop. Where keys and ciphertext lie is `bot/ports/storage.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.commands import Person
from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Asker
from bot.ports.storage import Pieces


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
        lease_s: For how many seconds both can be done from now on.
        by: Who pasted it, where it is a text that a person sealed; else "".
    """

    lease: str
    person: str
    uses_left: int
    expires_at: datetime
    size_bytes: int
    lease_s: int
    by: str = ""


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

    def stream(self, share: str, lease: str) -> tuple[int, Pieces]:
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
