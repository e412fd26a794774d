"""One incident, whole, for who writes about it: read in one snapshot of the log.

Nothing is decided and nothing is drawn here. What goes into which writing is in
`catching_up.py`, `updating.py`, `handing_over.py` and `postmortem.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.card import CardView
from bot.domain.codec import decode
from bot.domain.events import AlertsCounted, Event, RoleAssigned
from bot.domain.incident import Incident
from bot.domain.instants import from_us
from bot.domain.summary import Claim, from_lines, prompt_named
from bot.domain.telling_events import Drafted
from bot.domain.writing import Cast, Writing, cast_of, part, people_in, pieces_of, row
from bot.domain.writing_events import Summarized
from bot.ports import Entry, Transaction
from bot.readmodels import board, plan_record, timeline
from bot.readmodels.plan_record import PlanRecord
from bot.readmodels.timeline import Line

QUIET = frozenset({Drafted.name, Summarized.name, AlertsCounted.name})
"""Entries with which nothing happened to the incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event of the incident's own stream."""

    seq: int
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One step of the runbook that was suggested."""

    runbook: str
    title: str
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """Something sealed that people can still open."""

    share: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a model wrote for one writing, checked when it was kept.

    Attributes:
        seq: The entry it stands in.
        upto: Number of the newest entry that the model was told of.
    """

    seq: int
    upto: int
    model: str
    prompt: str
    claims: tuple[Claim, ...]

    @property
    def by(self) -> str:
        """Who wrote it, for people."""
        return f"AI-written, check evidence · {self.prompt} · {self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything that is known of an incident.

    Attributes:
        now: When it was read, aware UTC.
        story: With its plans and shares, in the order of the log.
        happened: The incident's own events.
        ack_due_at: When the channel is reminded that nobody acknowledged; None for
            never.
        reviews: Plans whose broken glass nobody has looked at, and by when it is due.
        written: By writing, the newest that a model wrote.
        log: Size of the log and hex of its root when it was read.
    """

    now: datetime
    card: CardView
    story: tuple[Line, ...]
    happened: tuple[Happened, ...]
    plans: tuple[PlanRecord, ...] = ()
    offered: tuple[Offered, ...] = ()
    links: tuple[OpenLink, ...] = ()
    reviews: tuple[tuple[str, datetime], ...] = ()
    ack_due_at: datetime | None = None
    resolved_at: datetime | None = None
    written: tuple[tuple[Writing, Written], ...] = ()
    log: tuple[int, str] = (0, "")

    @property
    def state(self) -> Incident:
        """The incident as it is."""
        return self.card.state

    @property
    def last_seq(self) -> int:
        """Number of the newest entry with which something happened."""
        told = [one.seq for one in self.story if one.kind not in QUIET]
        return told[-1] if told else -1

    def newest(self, writing: Writing) -> Written | None:
        """Return what a model wrote last for a writing, None for nothing."""
        return next((one for name, one in self.written if name is writing), None)

    def cast(self) -> Cast:
        """Return everybody as a role."""
        roles = [
            (one.event.role.value, one.event.to)
            for one in self.happened
            if isinstance(one.event, RoleAssigned)
        ]
        told = [row(*pieces_of(line.text)) for line in self.story]
        people = [line.actor for line in self.story if line.actor[:1] in "UW"]
        return cast_of(roles, (*people, *people_in([part("", told)])))


def gather(tx: Transaction, card: CardView, *, now: datetime) -> Account:
    """Return an incident, whole.

    Args:
        card: Its card, from the same snapshot.
    """
    entries = tx.log.load(timeline.INCIDENT_STREAM + card.id)
    found = board.row(tx, card.id)
    head = tx.log.head()
    return Account(
        now=now,
        card=card,
        story=timeline.story(tx, card.id),
        happened=tuple(_happened(one) for one in entries),
        plans=plan_record.of_incident(tx, card.id),
        offered=_offered(tx, card.id),
        links=_links(tx, card.id, now),
        reviews=_reviews(tx, card.id),
        ack_due_at=_ack_due(tx, card.id),
        resolved_at=found.resolved_at if found else None,
        written=_written(entries),
        log=(head.size, head.root.hex()),
    )


def _happened(entry: Entry) -> Happened:
    event = decode(entry.kind, entry.body, entry.words)
    return Happened(seq=entry.seq, at=entry.at, event=event)


def _offered(tx: Transaction, incident: str) -> tuple[Offered, ...]:
    found = tx.tables.execute(
        "SELECT runbook, title, step, text FROM suggested WHERE incident = ? "
        "ORDER BY position",
        (incident,),
    )
    return tuple(
        Offered(
            runbook=one["runbook"],
            title=one["title"],
            number=int(one["step"]),
            text=one["text"],
        )
        for one in found
    )


def _links(tx: Transaction, incident: str, now: datetime) -> tuple[OpenLink, ...]:
    found = tx.tables.execute(
        "SELECT id, expires_at FROM share WHERE incident = ? AND over = '' ORDER BY id",
        (incident,),
    )
    made = (
        OpenLink(share=one["id"], until=datetime.fromisoformat(one["expires_at"]))
        for one in found
        if one["expires_at"]
    )
    return tuple(one for one in made if one.until > now)


def _reviews(tx: Transaction, incident: str) -> tuple[tuple[str, datetime], ...]:
    found = tx.tables.execute(
        "SELECT id, review_due_at FROM plan WHERE incident = ? "
        "AND review_due_at <> '' ORDER BY id",
        (incident,),
    )
    return tuple(
        (one["id"], datetime.fromisoformat(one["review_due_at"])) for one in found
    )


def _ack_due(tx: Transaction, incident: str) -> datetime | None:
    found = tx.tables.execute(
        "SELECT due_us FROM timer WHERE key = ?", (f"nag/{incident}",)
    )
    return from_us(int(found[0]["due_us"])) if found else None


def _written(entries: Sequence[Entry]) -> tuple[tuple[Writing, Written], ...]:
    """Return what models wrote, the newest first; erased words are not there."""
    found = []
    for entry in reversed(entries):
        if entry.kind != Drafted.name:
            continue
        event = decode(entry.kind, entry.body, entry.words)
        if isinstance(event, Drafted):
            claims = from_lines(event.text, event.evidence)
            made = Written(
                seq=entry.seq,
                upto=event.upto,
                model=event.model,
                prompt=prompt_named(event.prompt, event.version, event.digest),
                claims=claims,
            )
            found.append((Writing(event.writing), made))
    return tuple(one for one in found if one[1].claims)
