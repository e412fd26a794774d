"""The state of a share, folded from its events.

    sealed → (leased → opened)* → over (expired, revoked, exhausted) → shredded

Time decides by reading: `is_open` and `live_ticket` take the instant, so what has
run out is over also where nobody has written it down yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from typing import Literal, assert_never

from bot.domain.share_events import (
    DiagnosticsCollected,
    LeaseLapsed,
    OriginalSealed,
    ShareCreated,
    ShareDenied,
    ShareEvent,
    ShareExhausted,
    ShareExpired,
    ShareLeased,
    ShareOpened,
    ShareRevoked,
    ShareShredded,
    TextOffered,
    TextSealed,
    TicketMinted,
)

_NEVER = datetime.min.replace(tzinfo=UTC)
Over = Literal["", "expired", "revoked", "exhausted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket and what was done with it.

    Attributes:
        opened: How often it opened.
        leases: How often it was claimed, whatever came of it.
    """

    id: str
    digest: str
    team: str
    person: str
    uses: int
    until: datetime
    opened: int = 0
    leases: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A claim: None as long as nothing came of it.

    Attributes:
        opened: True once opened, False once lapsed.
    """

    id: str
    ticket: str
    until: datetime
    opened: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share as it is now.

    Attributes:
        over: Why nothing opens any more; "" while something may.
        denied: How many refusals were written down.
        original: The alert whose original it is; "" for diagnostics and files.
        only_for: The one person who gets tickets; "" for whoever may ask.
        text: It is a text that `by` pasted for people by name.
        people: Whom the text was meant for; `readers`: who of them gets tickets.
        each: How often each of them may open it.
        collected_at: When diagnostics were ready, None for everything else.
        files: How many files are in them.
        missing: How much of what was asked for is not.
    """

    exists: bool = False
    incident: str = ""
    by: str = ""
    opens: int = 0
    opened: int = 0
    size_bytes: int = 0
    digest: str = ""
    created_at: datetime = _NEVER
    expires_at: datetime = _NEVER
    over: Over = ""
    shredded: bool = False
    denied: int = 0
    original: str = ""
    only_for: str = ""
    text: bool = False
    people: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    each: int = 0
    collected_at: datetime | None = None
    files: int = 0
    missing: int = 0
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    leases: Mapping[str, Lease] = field(default_factory=dict)

    def is_open(self, now: datetime) -> bool:
        """Tell whether anything of it may still be opened at `now`."""
        return self.exists and not self.over and now < self.expires_at

    def held(self, now: datetime) -> int:
        """Return how many of its slots are out on leases at `now`."""
        return sum(lease.opened is None and now < lease.until for lease in self._all())

    def out_on(self, ticket: str, now: datetime) -> int:
        """Return how many leases of one ticket run at `now`."""
        return sum(
            lease.ticket == ticket and lease.opened is None and now < lease.until
            for lease in self._all()
        )

    def opened_by(self, person: str) -> int:
        """Return how often somebody's tickets opened it."""
        return sum(t.opened for t in self.tickets.values() if t.person == person)

    def out_to(self, person: str, now: datetime) -> int:
        """Return how many leases of somebody's tickets run at `now`."""
        theirs = (t.id for t in self.tickets.values() if t.person == person)
        return sum(self.out_on(ticket, now) for ticket in theirs)

    def by_digest(self, digest: str) -> Ticket | None:
        """Return the ticket whose secret has this digest."""
        return next((t for t in self.tickets.values() if t.digest == digest), None)

    def on_lease(self, lease: str) -> Ticket | None:
        """Return the ticket that a lease was given for."""
        found = self.leases.get(lease)
        return self.tickets[found.ticket] if found else None

    def lapsed(self, now: datetime) -> tuple[Lease, ...]:
        """Return the leases that ran out and are not written down as such."""
        found = (one for one in self._all() if one.opened is None)
        return tuple(lease for lease in found if lease.until <= now)

    def _all(self) -> Iterable[Lease]:
        return self.leases.values()


def fold_share(events: Iterable[ShareEvent]) -> Share:
    """Return the state that follows from a share's events."""
    return reduce(evolve_share, events, Share())


def evolve_share(  # noqa: C901, PLR0912 - one case per event: mypy finds a gap
    state: Share, event: ShareEvent
) -> Share:
    """Return the state after one more event."""
    match event:
        case ShareCreated():
            return _created(event)
        case OriginalSealed(alert=alert, person=person):
            return replace(state, original=alert, only_for=person)
        case TextSealed(people=people, each=each):
            return replace(state, text=True, people=people, each=each)
        case TextOffered(people=people):
            # Those left out take no opening with them: after the last one it is over.
            opens = len(people) * state.each
            return replace(state, readers=people, opens=opens)
        case DiagnosticsCollected(files=files, missing=missing, at=at):
            return replace(state, files=files, missing=len(missing), collected_at=at)
        case TicketMinted():
            return replace(state, tickets={**state.tickets, event.ticket: _of(event)})
        case ShareLeased():
            return _leased(state, event)
        case ShareOpened(lease=lease, ticket=ticket):
            return _opened(state, lease, ticket)
        case LeaseLapsed(lease=lease):
            return _with_lease(state, replace(state.leases[lease], opened=False))
        case ShareDenied():
            return replace(state, denied=state.denied + 1)
        case ShareRevoked():
            return replace(state, over=state.over or "revoked")
        case ShareExpired():
            return replace(state, over=state.over or "expired")
        case ShareExhausted():
            return replace(state, over=state.over or "exhausted")
        case ShareShredded():
            return replace(state, shredded=True)
        case _:
            assert_never(event)


def _created(event: ShareCreated) -> Share:
    return Share(
        exists=True,
        incident=event.incident,
        by=event.by,
        opens=event.opens,
        size_bytes=event.size_bytes,
        digest=event.digest,
        created_at=event.at,
        expires_at=event.expires_at,
    )


def _of(event: TicketMinted) -> Ticket:
    return Ticket(
        id=event.ticket,
        digest=event.digest,
        team=event.team,
        person=event.person,
        uses=event.uses,
        until=event.until,
    )


def _leased(state: Share, event: ShareLeased) -> Share:
    lease = Lease(id=event.lease, ticket=event.ticket, until=event.until)
    before = state.tickets[event.ticket]
    ticket = replace(before, leases=before.leases + 1)
    return _with_lease(_with_ticket(state, ticket), lease)


def _opened(state: Share, lease: str, ticket: str) -> Share:
    before = state.tickets[ticket]
    found = _with_ticket(state, replace(before, opened=before.opened + 1))
    found = _with_lease(found, replace(state.leases[lease], opened=True))
    return replace(found, opened=state.opened + 1)


def _with_ticket(state: Share, ticket: Ticket) -> Share:
    return replace(state, tickets={**state.tickets, ticket.id: ticket})


def _with_lease(state: Share, lease: Lease) -> Share:
    return replace(state, leases={**state.leases, lease.id: lease})
