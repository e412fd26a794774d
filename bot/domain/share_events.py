"""What can have happened to a share: one sealed bundle and the tickets to it.

Stored for ever under names written by hand, so there is neither key nor ticket in
them: a ticket and a lease stand here as SHA-256 of 128 random bits. The only words
are the reason for which somebody had an original opened. What follows from the events
is in `share.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCreated:
    """Something was sealed.

    Attributes:
        incident: Whose diagnostics it is; "" for a file somebody sealed.
        by: Who asked first; ``admin`` for the command line.
        opens: How often it may be opened in all.
        size_bytes: Of the ciphertext.
        digest: SHA-256 hex of the ciphertext.
    """

    name: ClassVar = "share.created.v1"

    incident: str
    by: str
    opens: int
    size_bytes: int
    digest: str
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalSealed:
    """What was sealed is an alert as it came in, unmasked, for one person.

    Attributes:
        alert: ``al_`` and a ULID; ``.2`` behind it for the second of a delivery.
        person: Slack id of whom it was sealed for.
        size_bytes: Of the original.
        rules: Ids of the policies that allowed it.
        policy_hash: SHA-256 hex of the policies in force.
        reason: Why, in the person's words, redacted; None once erased.
    """

    name: ClassVar = "share.original_sealed.v1"

    alert: str
    person: str
    size_bytes: int
    rules: tuple[str, ...]
    policy_hash: str
    at: datetime
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSealed:
    """What was sealed is a text that a person pasted, unmasked; nobody has it yet.

    Attributes:
        by: Slack id of who pasted it.
        people: Slack ids of whom it was meant for.
        each: How often each of them may open it.
    """

    name: ClassVar = "share.text_sealed.v1"

    by: str
    people: tuple[str, ...]
    each: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOffered:
    """People may ask for tickets to a text.

    Attributes:
        people: Slack ids of those it was meant for who may have it.
    """

    name: ClassVar = "share.text_offered.v1"

    people: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsCollected:
    """What was sealed are the diagnostics of an incident, and this is in them.

    Attributes:
        files: How many there are, plots included.
        missing: What was asked for and is not there: integration, space, code, see
            `bot/sharing/asking.py`. The integration is "tocsin" where it is none's.
        masked: Kinds that are masked in it: kind, space, how many.
        took_ms: From the beginning of collecting to the bundle.
        digest: SHA-256 hex of the bundle before it was sealed.
    """

    name: ClassVar = "share.collected.v1"

    files: int
    missing: tuple[str, ...]
    masked: tuple[str, ...]
    took_ms: int
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMinted:
    """Somebody got a ticket.

    Attributes:
        ticket: ``tk_`` and a ULID.
        digest: SHA-256 hex of the secret the link carries.
        team: Workspace of the person; "" for a link that names nobody.
        person: Whom it was made for; "" for whoever holds the link.
        uses: How often it opens.
        until: From this instant on it opens nothing.
    """

    name: ClassVar = "share.ticket_minted.v1"

    ticket: str
    digest: str
    team: str
    person: str
    uses: int
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLeased:
    """Whoever proved to hold the key may fetch the ciphertext for a while.

    Attributes:
        lease: SHA-256 hex of the lease's secret.
        until: When the slot goes back if nobody says that it was opened.
    """

    name: ClassVar = "share.leased.v1"

    lease: str
    ticket: str
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOpened:
    """It was decrypted to the end, with this person's ticket."""

    name: ClassVar = "share.opened.v1"

    lease: str
    ticket: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLapsed:
    """It was fetched, and nobody said that it was opened: the slot is free again."""

    name: ClassVar = "share.lease_lapsed.v1"

    lease: str
    ticket: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDenied:
    """Somebody did not get what they asked for.

    Attributes:
        because: Code, see `share_decisions.DENIALS`.
        person: Whose ticket was shown; "" for a link that names nobody.
        by: Who was signed in where it was shown; "" for nobody.
    """

    name: ClassVar = "share.denied.v2"

    because: str
    person: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRevoked:
    """It was taken back; its key is destroyed.

    Attributes:
        by: A person's id, ``admin`` or ``tocsin``.
        because: ``person``, ``incident_over``, ``refused`` or ``key_lost``.
    """

    name: ClassVar = "share.revoked.v1"

    by: str
    because: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareExpired:
    """Its time was over; its key is destroyed.

    Attributes:
        opens: How often it had been opened.
    """

    name: ClassVar = "share.expired.v1"

    opens: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareExhausted:
    """It was opened as often as it may be; its key is destroyed."""

    name: ClassVar = "share.exhausted.v1"

    opens: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareShredded:
    """The key is gone from the disk, and after it the ciphertext."""

    name: ClassVar = "share.shredded.v1"

    at: datetime


ShareEvent = (
    ShareCreated
    | OriginalSealed
    | TextSealed
    | TextOffered
    | DiagnosticsCollected
    | TicketMinted
    | ShareLeased
    | ShareOpened
    | LeaseLapsed
    | ShareDenied
    | ShareRevoked
    | ShareExpired
    | ShareExhausted
    | ShareShredded
)
