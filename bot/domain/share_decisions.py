"""What may happen to a share: commands in, events or a refusal out. Pure.

Whoever shows a link learns nothing from a refusal: every one of them is a `Denied`
whose code goes to the operator's log only. Whoever asks in Slack is told what did not
happen, why, and the next move (`share_people.may_ask`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn, Refusal
from bot.domain.share import Share, Ticket
from bot.domain.share_events import (
    LeaseLapsed,
    ShareCreated,
    ShareDenied,
    ShareEvent,
    ShareExhausted,
    ShareExpired,
    ShareLeased,
    ShareOpened,
    ShareRevoked,
    TicketMinted,
)
from bot.domain.share_limits import MOST_BYTES, lease_life, must_fit

TICKET_LIFE = timedelta(seconds=120)
MOST_LEASES = 3
"""How often one use of a ticket may be fetched before the ticket is dead."""

SHORTEST_LIFE, LONGEST_LIFE = timedelta(minutes=5), timedelta(days=7)
MOST_OPENS = 100
# Refusals that are written down per share: a flood must not fill the log.
MOST_DENIED = 50
DENIALS = (
    *("no_such_share", "over", "no_such_ticket", "ticket_late", "ticket_used"),
    *("ticket_busy", "too_many_leases", "no_slot", "wrong_key", "no_such_lease"),
    *("lease_late", "incident_over", "malformed", "old_nonce", "too_many_requests"),
    *("wrong_person", "not_signed_in", "holder_outside", "holder_unknown"),
    *("holder_guest", "holder_external", "holder_bot", "holder_removed"),
)
"""Every code by which the web tier tells the operator why something did not open."""


class Denied(Refusal):
    """A link opens nothing. Whoever holds it is not told why."""

    code: ClassVar[str] = "refused.share"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Nothing was opened",
            because="this link does not open",
            next_move="Ask for a new one in Slack.",
        )
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Something that was sealed and is to be shared."""

    incident: str
    by: str
    opens: int
    life: timedelta
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket that is to be minted; `life` None lets it live as long as the share."""

    id: str
    digest: str
    team: str
    person: str
    uses: int = 1
    life: timedelta | None = TICKET_LIFE


def create(
    made: Made, now: datetime, *, most_bytes: int = MOST_BYTES
) -> tuple[ShareCreated]:
    """Begin a share.

    Args:
        most_bytes: How much may be sealed, as the settings say.

    Raises:
        BadRequest: Its life, size or number of opens is out of bounds.
    """
    if not SHORTEST_LIFE <= made.life <= LONGEST_LIFE:
        raise BadRequest(
            "Nothing was shared",
            because="a share lives between 5 minutes and 7 days",
            next_move="Give a time between these, for example 1h.",
        )
    must_fit(made.size_bytes, most_bytes)
    if not 1 <= made.opens <= MOST_OPENS:
        raise BadRequest(
            "Nothing was shared",
            because=f"a share opens between 1 and {MOST_OPENS} times",
            next_move="Give a number between these.",
        )
    created = ShareCreated(
        incident=made.incident,
        by=made.by,
        opens=made.opens,
        size_bytes=made.size_bytes,
        digest=made.digest,
        expires_at=now + made.life,
        at=now,
    )
    return (created,)


def mint(state: Share, wanted: NewTicket, now: datetime) -> tuple[ShareEvent, ...]:
    """Give somebody a ticket.

    Raises:
        NotAllowed: It was sealed for somebody else.
        OutOfTurn: Nothing of the share opens any more.
    """
    named = state.readers if state.text else (state.only_for,)
    if (state.text or state.only_for) and wanted.person not in named:
        raise NotAllowed(
            "You got no link",
            because="it was sealed for another person",
            next_move="Ask for one of your own with a reason of your own.",
        )
    if not state.is_open(now) or state.opened >= state.opens:
        raise OutOfTurn(
            "You got no link",
            because="what was sealed has run out or was taken back",
            next_move="Press Diagnostics again; it is collected anew.",
        )
    until = state.expires_at
    if wanted.life is not None:
        until = min(until, now + wanted.life)
    minted = TicketMinted(
        ticket=wanted.id,
        digest=wanted.digest,
        team=wanted.team,
        person=wanted.person,
        uses=wanted.uses,
        until=until,
        at=now,
    )
    return (minted,)


def claim(
    state: Share, digest: str, *, lease: str, proven: bool, now: datetime
) -> tuple[ShareEvent, ...]:
    """Lease the ciphertext to whoever showed a ticket and proved to hold the key.

    Args:
        digest: SHA-256 hex of the ticket's secret that was shown.
        lease: SHA-256 hex of the new lease's secret.
        proven: The proof of key holds.

    Raises:
        Denied: The ticket opens nothing, or the proof does not hold.
    """
    if not state.exists:
        raise Denied("no_such_share")
    if not state.is_open(now):
        raise Denied("over")
    ticket = state.by_digest(digest)
    if ticket is None:
        raise Denied("no_such_ticket")
    # First the key: without it nothing is learnt and nothing is used up.
    if not proven:
        raise Denied("wrong_key")
    _must_open(state, ticket, now)
    until = min(now + lease_life(state.size_bytes), state.expires_at)
    return (ShareLeased(lease=lease, ticket=ticket.id, until=until, at=now),)


def _must_open(state: Share, ticket: Ticket, now: datetime) -> None:
    if now >= ticket.until:
        raise Denied("ticket_late")
    if ticket.opened >= ticket.uses:
        raise Denied("ticket_used")
    if ticket.opened + state.out_on(ticket.id, now) >= ticket.uses:
        raise Denied("ticket_busy")
    if ticket.leases - ticket.opened >= MOST_LEASES:
        raise Denied("too_many_leases")
    person = ticket.person
    if state.text and state.opened_by(person) + state.out_to(person, now) >= state.each:
        raise Denied("no_slot")
    if state.opened + state.held(now) >= state.opens:
        raise Denied("no_slot")


def fetch(state: Share, lease: str, now: datetime) -> None:
    """Allow the ciphertext to be fetched on a lease that runs.

    Raises:
        Denied: There is no such lease, or it is over.
    """
    found = state.leases.get(lease)
    if found is None:
        raise Denied("no_such_lease")
    if not state.is_open(now):
        raise Denied("over")
    if found.opened is not None or now >= found.until:
        raise Denied("lease_late")


def acknowledge(state: Share, lease: str, now: datetime) -> tuple[ShareEvent, ...]:
    """Write down that it was opened; said twice, the second changes nothing.

    Raises:
        Denied: There is no such lease, or it is over.
    """
    found = state.leases.get(lease)
    if found is not None and found.opened:
        return ()
    fetch(state, lease, now)
    ticket = state.tickets[state.leases[lease].ticket]
    opened = ShareOpened(lease=lease, ticket=ticket.id, person=ticket.person, at=now)
    if state.opened + 1 < state.opens:
        return (opened,)
    return (opened, ShareExhausted(opens=state.opened + 1, at=now))


def lapse(state: Share, now: datetime) -> tuple[ShareEvent, ...]:
    """Write down which leases ran out without having been opened."""
    return tuple(
        LeaseLapsed(
            lease=lease.id,
            ticket=lease.ticket,
            person=state.tickets[lease.ticket].person,
            at=now,
        )
        for lease in state.lapsed(now)
    )


def expire(state: Share, now: datetime) -> tuple[ShareEvent, ...]:
    """Write down that its time is over; nothing before that and nothing after."""
    if not state.exists or state.over or now < state.expires_at:
        return ()
    return (*lapse(state, now), ShareExpired(opens=state.opened, at=now))


def revoke(
    state: Share, *, by: str, because: str, now: datetime
) -> tuple[ShareEvent, ...]:
    """Take it back; nothing where it is over already."""
    if not state.exists or state.over:
        return ()
    return (ShareRevoked(by=by, because=because, at=now),)


def deny(
    state: Share, *, because: str, person: str, by: str = "", now: datetime
) -> tuple[ShareEvent, ...]:
    """Write a refusal down, as long as there are not too many of them.

    Args:
        person: Whose ticket was shown.
        by: Who was signed in where it was shown; "" for nobody.
    """
    if not state.exists or state.denied >= MOST_DENIED:
        return ()
    return (ShareDenied(because=because, person=person, by=by, at=now),)
