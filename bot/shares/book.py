"""The shares' streams: load, decide elsewhere, append, project, promise, tell.

For shares this is what `bot/plans/book.py` is for plans. What may happen is decided in
`bot/domain/share_decisions.py`; keys and ciphertext are `bot/shares/vault.py`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.codec import decode_share, encode
from bot.domain.events import CommandRefused, Phase
from bot.domain.share import Share, Ticket, fold_share
from bot.domain.share_decisions import Denied, deny
from bot.domain.share_events import (
    DiagnosticsCollected,
    ShareDenied,
    ShareEvent,
    ShareExhausted,
    ShareExpired,
    ShareRevoked,
)
from bot.ports import Clock, Entry, NewEntry, Post, Timer, Transaction
from bot.ports.share_voice import ShareVoice
from bot.ports.storage import KeyContext
from bot.readmodels import board
from bot.readmodels.timeline import INCIDENT_STREAM, SHARE_STREAM
from bot.shares.refusals import Refusals

Show = Callable[[Transaction, str], None]
# What changes the line about diagnostics on a card.
_ON_CARDS = (DiagnosticsCollected, ShareExpired, ShareExhausted, ShareRevoked)
EXPIRE, LAPSE = "share.expire", "share.lapse"
_TOCSIN = "tocsin"

Decide = Callable[[Share], Sequence[ShareEvent]]
Shown = Callable[[Share], Ticket | None]
"""Finds the ticket that was shown."""


def _no_card(_tx: Transaction, _incident: str) -> None:
    """Draw nothing: there are no cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareBook:
    """Reads and writes the streams of shares.

    Attributes:
        show: Draws an incident's card again, in the transaction; where there are no
            cards, nothing.
    """

    clock: Clock
    voice: ShareVoice
    refusals: Refusals
    show: Show = _no_card

    def load(self, tx: Transaction, share: str) -> Share:
        """Return a share as its events say."""
        return self._load(tx, share)[0]

    def context(self, tx: Transaction, share: str) -> KeyContext | None:
        """Return what a share's key is bound to, None where there is no such share."""
        state = self.load(tx, share)
        if not state.exists:
            return None
        incident, until = state.incident, state.expires_at
        return KeyContext(share=share, incident=incident, expires_at=until)

    def append(
        self,
        tx: Transaction,
        share: str,
        events: Sequence[ShareEvent],
        *,
        actor: str,
    ) -> Share:
        """Write what was decided in this transaction; return what follows."""
        state, version = self._load(tx, share)
        if not events:
            return state
        entries = [_entry(event, at=event.at, actor=actor) for event in events]
        written = tx.log.append(
            SHARE_STREAM + share, expected_version=version, entries=entries
        )
        state = self.load(tx, share)
        _project(tx, share, state)
        self._promise(tx, share, state)
        self._tell(tx, share, state, written)
        for event in events:
            if isinstance(event, ShareDenied):
                self.refusals.of_link(tx, share, state, event)
        if state.collected_at and any(isinstance(one, _ON_CARDS) for one in events):
            self.show(tx, state.incident)
        return state

    def answered(
        self, tx: Transaction, share: str, decide: Decide, shown: Shown, *, by: str
    ) -> Share | Denied:
        """Write what follows for whoever holds a link, or that it was refused.

        What somebody without a real ticket does is the operator's business, not the
        record's.

        Args:
            by: Who was signed in where the link was shown; "" for nobody.
        """
        state = self.load(tx, share)
        try:
            refuse_over(tx, state)
            events = decide(state)
        except Denied as no:
            ticket = shown(state)
            if ticket is not None:
                person, now = ticket.person, self.clock.now()
                said = deny(state, because=no.reason, person=person, by=by, now=now)
                self.append(tx, share, said, actor=_TOCSIN)
            return no
        return self.append(tx, share, events, actor=_TOCSIN)

    def refused(
        self,
        tx: Transaction,
        incident: str,
        *,
        code: str,
        by: str,
        asked: str = "diagnostics",
        because: str = "",
    ) -> None:
        """Write down with the incident that somebody may not open what they asked.

        Args:
            because: Why not, for the incident's thread; "" says nothing there.
        """
        state, version = board.load(tx, incident)
        if not state.exists:
            return
        event = CommandRefused(command=asked, code=code, by=by)
        entry = _entry(event, at=self.clock.now(), actor=by)
        tx.log.append(
            INCIDENT_STREAM + incident, expected_version=version, entries=[entry]
        )
        if because:
            self.refusals.of_wish(tx, incident, asked=asked, by=by, because=because)

    def _load(self, tx: Transaction, share: str) -> tuple[Share, int]:
        entries = tx.log.load(SHARE_STREAM + share)
        events = (decode_share(e.kind, e.body, e.words) for e in entries)
        return fold_share(events), len(entries)

    def _promise(self, tx: Transaction, share: str, state: Share) -> None:
        """Set the timers that the state needs and take back the others."""
        running = [one.until for one in state.leases.values() if one.opened is None]
        wanted = {
            EXPIRE: None if state.over else state.expires_at,
            LAPSE: None if state.over else min(running, default=None),
        }
        for kind, due_at in wanted.items():
            key = f"{kind}/{share}"
            if due_at is None:
                tx.timers.cancel(key)
            else:
                tx.timers.set(Timer(key=key, kind=kind, about=share, due_at=due_at))

    def _tell(
        self, tx: Transaction, share: str, state: Share, written: Sequence[Entry]
    ) -> None:
        """Say in the incident's thread what people should hear of."""
        row = board.row(tx, state.incident) if state.incident else None
        if row is None:
            return
        lines = [self._line(row, state, one) for one in written]
        if state.readers:
            text = self.voice.text(row.id, row.channel, share, state, drill=row.drill)
            lines.append(text)
        for line in lines:
            if line is not None:
                tx.outbox.post(line, now=self.clock.now())

    def _line(self, row: board.BoardRow, state: Share, entry: Entry) -> Post | None:
        return self.voice.line(
            row.id,
            row.channel,
            entry.seq,
            decode_share(entry.kind, entry.body, entry.words),
            drill=row.drill,
            original=state.original,
            text_by=state.by if state.text else "",
        )


def is_over(tx: Transaction, incident: str) -> bool:
    """Tell whether nothing of an incident may be opened any more."""
    row = board.row(tx, incident)
    return row is None or row.phase is Phase.RESOLVED


def refuse_over(tx: Transaction, state: Share) -> None:
    """Open nothing once the incident is over, written down with the share or not.

    Raises:
        Denied: It is over.
    """
    if state.exists and state.incident and is_over(tx, state.incident):
        raise Denied("incident_over")


def open_ids(tx: Transaction, incident: str) -> tuple[str, ...]:
    """Return the shares of an incident that nobody ended, newest first."""
    found = tx.tables.execute(
        "SELECT id FROM share WHERE incident = ? AND over = '' ORDER BY id DESC",
        (incident,),
    )
    return tuple(str(one["id"]) for one in found)


def originals_of(
    tx: Transaction, book: ShareBook, person: str, *, since: datetime
) -> tuple[datetime, ...]:
    """Return when originals were sealed for somebody since a moment, aware UTC."""
    found = tx.tables.execute(
        "SELECT id FROM share WHERE expires_at > ?",
        (since.isoformat(),),
    )
    states = (book.load(tx, str(one["id"])) for one in found)
    return tuple(
        one.created_at
        for one in states
        if one.only_for == person and one.created_at > since
    )


def to_shred(tx: Transaction) -> tuple[str, ...]:
    """Return the shares that are over and whose key may still be here."""
    found = tx.tables.execute(
        "SELECT id FROM share WHERE over <> '' AND shredded = 0 ORDER BY id"
    )
    return tuple(str(one["id"]) for one in found)


def overdue(tx: Transaction, now: datetime) -> tuple[str, ...]:
    """Return the shares whose time is over and where nobody has written that down."""
    found = tx.tables.execute(
        "SELECT id FROM share WHERE over = '' AND expires_at <= ? ORDER BY id",
        (now.isoformat(),),
    )
    return tuple(str(one["id"]) for one in found)


def sweep_lag(tx: Transaction, now: datetime) -> timedelta:
    """Return for how long the longest waits that is over and not destroyed yet."""
    late = tx.tables.execute(
        "SELECT min(expires_at) AS first FROM share "
        "WHERE over = '' AND expires_at <= ?",
        (now.isoformat(),),
    )
    since = [datetime.fromisoformat(str(one["first"])) for one in late if one["first"]]
    since += [tx.log.load(SHARE_STREAM + one)[-1].at for one in to_shred(tx)]
    return max((now - one for one in since), default=timedelta(0))


def with_resolved_incident(tx: Transaction) -> tuple[str, ...]:
    """Return the shares that still open although their incident is over."""
    found = tx.tables.execute(
        "SELECT s.id FROM share s JOIN board b ON b.id = s.incident "
        "WHERE s.over = '' AND b.phase = ? ORDER BY s.id",
        (Phase.RESOLVED,),
    )
    return tuple(str(one["id"]) for one in found)


def _project(tx: Transaction, share: str, state: Share) -> None:
    """Keep the row by which shares are found."""
    tx.tables.execute("DELETE FROM share WHERE id = ?", (share,))
    tx.tables.execute(
        "INSERT INTO share (id, incident, over, expires_at, shredded, collected_at, "
        "files, missing) VALUES (?,?,?,?,?,?,?,?)",
        (
            share,
            state.incident,
            state.over,
            state.expires_at.isoformat(),
            int(state.shredded),
            state.collected_at.isoformat() if state.collected_at else "",
            state.files,
            state.missing,
        ),
    )


def _entry(event: ShareEvent | CommandRefused, *, at: datetime, actor: str) -> NewEntry:
    kind, body, words = encode(event)
    return NewEntry(kind=kind, at=at, actor=actor, body=body, words=words)
