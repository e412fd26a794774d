"""What people ask about diagnostics in Slack. Keeps `ports.sharing.ShareAsks`.

A press is answered in one transaction: a link where something is sealed already, or a
place in the row of those who wait for `bot/shares/house.py`. The rules are in
`bot/domain/share_decisions.py`.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain import share_decisions as rules
from bot.domain.errors import (
    NotAllowed,
    NotFound,
    OutOfTurn,
    Refusal,
    Tampered,
    TocsinError,
)
from bot.domain.share_decisions import NewTicket
from bot.domain.share_people import may_ask
from bot.ports import Store, Transaction
from bot.ports.share_voice import ShareVoice
from bot.ports.sharing import ShareAsker
from bot.readmodels import board, diagnostics
from bot.shares.book import ShareBook, is_over, open_ids
from bot.shares.keyring import NotWrapped
from bot.shares.vault import ShareVault
from bot.sharing import proof
from bot.sharing.seal import Link

_WORTH = timedelta(minutes=10)
_COLLECTING = "collecting the diagnostics. Your link comes here in a moment."
_REVOKED = "every link to the diagnostics is dead, and their key is destroyed."
_NOTHING_TO_REVOKE = "there was no link to take back."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody asked; `what` did not happen if they are refused."""

    incident: str
    by: ShareAsker
    item: str
    channel: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDesk:
    """Answers people.

    Attributes:
        woken: Set when there is something for the thread to do.
    """

    vault: ShareVault
    voice: ShareVoice
    woken: threading.Event = field(default_factory=threading.Event)

    def ask(self, incident: str, by: ShareAsker, *, item: str, channel: str) -> None:
        """Give somebody a link, now or when everything is collected, or refuse."""
        share, identity, silent = "", "", ""
        try:
            share, identity = self._sealed_for(incident)
        except NotWrapped as fault:
            silent = fault.because

        def work(tx: Transaction) -> None:
            must_be_open(tx, incident)
            if silent:
                raise no_answer("You got no link", silent)
            if identity and share in open_ids(tx, incident):
                state = self._book.load(tx, share)
                if state.is_open(self._now()) and state.opened < state.opens:
                    self.hand(
                        tx, share, identity, by.person.id, by.person.team, channel
                    )
                    return
            self._wait(tx, incident, by, item, channel)

        asked = _Asked(incident, by, item, channel, "You got no link")
        self._answered(asked, work)
        self.woken.set()

    def revoke_all(
        self, incident: str, by: ShareAsker, *, item: str, channel: str
    ) -> None:
        """Take every link of an incident back, or refuse."""

        def work(tx: Transaction) -> None:
            if board.row(tx, incident) is None:
                raise _no_incident(incident)
            found = open_ids(tx, incident)
            for share in found:
                self.revoke(tx, share, by=by.person.id, because="person")
            diagnostics.nobody_waits(tx, incident)
            self._book.show(tx, incident)
            text = _REVOKED if found else _NOTHING_TO_REVOKE
            self.say(tx, incident, item, channel, by.person.id, f"{incident}: {text}")

        asked = _Asked(incident, by, item, channel, "No link was taken back")
        self._answered(asked, work)
        # The thread may be busy collecting; what was taken back dies now.
        with suppress(TocsinError):
            self.vault.sweep()
        self.woken.set()

    def channel_of(self, incident: str) -> str:
        """Return the incident's channel, "" if there is no such incident."""
        row = self._store.read(lambda tx: board.row(tx, incident))
        return row.channel if row else ""

    def link(self, place: str) -> str:
        """Return the address a ticket opens, "" once it opens nothing."""
        share, _, ticket = place.partition("/")
        state = self._store.read(lambda tx: self._book.load(tx, share))
        found, now = state.tickets.get(ticket), self._now()
        if found is None or not state.is_open(now) or now >= found.until:
            return ""
        identity = self.vault.identity(share)
        if not identity:
            return ""
        secret = proof.ticket_secret(identity, ticket)
        base_url = self.vault.base_url
        return Link(base_url=base_url, share=share, ticket=secret, key=identity).text()

    def _sealed_for(self, incident: str) -> tuple[str, str]:
        """Return the newest share of an incident and its key; "" where none opens."""
        for share in self._store.read(
            lambda tx: _diagnostics(tx, self._book, incident)
        ):
            try:
                identity = self.vault.identity(share)
            except Tampered as fault:
                _log.error("it is collected anew: %s", fault)
                continue
            if identity:
                return share, identity
        return "", ""

    def _answered(self, asked: "_Asked", work: Callable[[Transaction], None]) -> None:
        """Do what is asked, or record the refusal and say it; the item is done."""
        who, incident = asked.by.person, asked.incident

        def whole(tx: Transaction) -> None:
            try:
                may_ask(who, in_channel=asked.by.in_channel, what=asked.what)
                work(tx)
                outcome = "answered"
            except Refusal as no:
                because = no.because if isinstance(no, NotAllowed) else ""
                self._book.refused(
                    tx, incident, code=no.code, by=who.id, because=because
                )
                _log.warning("%s: %s was refused: %s", incident, who.id, who.kind)
                self.say(tx, incident, asked.item, asked.channel, who.id, str(no))
                outcome = no.code
            tx.inbox.done(asked.item, {"incident": incident, "diagnostics": outcome})

        self._store.write(whole).result()

    def _wait(
        self, tx: Transaction, incident: str, by: ShareAsker, item: str, channel: str
    ) -> None:
        """Put somebody into the row of those who wait; twice is once."""
        who = by.person.id
        waiting = tx.tables.execute(
            "SELECT 1 AS one FROM share_wanted WHERE incident = ? AND person = ?",
            (incident, who),
        )
        if not waiting:
            tx.tables.execute(
                "INSERT INTO share_wanted (item, incident, person, team, channel, "
                "asked_at, attempts) VALUES (?,?,?,?,?,?,0)",
                (item, incident, who, by.person.team, channel, self._now().isoformat()),
            )
            self._book.show(tx, incident)
        self.say(tx, incident, item, channel, who, f"{incident}: {_COLLECTING}")

    def hand(
        self,
        tx: Transaction,
        share: str,
        identity: str,
        person: str,
        team: str,
        channel: str,
    ) -> None:
        """Mint a ticket and put the message with its link into the outbox."""
        ticket = self.vault.new_id("tk_")
        digest = proof.digest(proof.ticket_secret(identity, ticket))
        wanted = NewTicket(id=ticket, digest=digest, team=team, person=person)
        state = self._book.load(tx, share)
        minted = rules.mint(state, wanted, self._now())
        state = self._book.append(tx, share, minted, actor=person)
        whisper = self.voice.link(
            f"{share}/{ticket}",
            incident=state.incident,
            channel=channel,
            person=person,
            until=state.tickets[ticket].until,
            drill=_is_drill(tx, state.incident),
            original=state.original,
            text_by=state.by if state.text else "",
        )
        tx.outbox.whisper(whisper, now=self._now())

    def say(
        self,
        tx: Transaction,
        incident: str,
        key: str,
        channel: str,
        person: str,
        text: str,
    ) -> None:
        """Tell one person a sentence, where there is a place to say it."""
        if not channel or not person:
            return
        now = self._now()
        told = self.voice.tell(
            key,
            channel=channel,
            person=person,
            text=text,
            until=now + _WORTH,
            drill=_is_drill(tx, incident),
        )
        tx.outbox.whisper(told, now=now)

    def revoke(self, tx: Transaction, share: str, *, by: str, because: str) -> None:
        """Take one share back in this transaction; nothing where it is over."""
        state = self._book.load(tx, share)
        events = rules.revoke(state, by=by, because=because, now=self._now())
        self._book.append(tx, share, events, actor=by)

    @property
    def _book(self) -> ShareBook:
        return self.vault.book

    @property
    def _store(self) -> Store:
        return self.vault.store

    def _now(self) -> datetime:
        return self.vault.book.clock.now()


def no_answer(what: str, because: str) -> OutOfTurn:
    """Return the refusal where what is needed for a key does not answer."""
    return OutOfTurn(
        what,
        because=because,
        next_move="Links that are out still open; try again in a few minutes.",
    )


def must_be_open(tx: Transaction, incident: str) -> None:
    """Let nothing be opened of an incident that is not there or is over.

    Raises:
        NotFound: There is no such incident.
        OutOfTurn: It is over.
    """
    if board.row(tx, incident) is None:
        raise _no_incident(incident)
    if is_over(tx, incident):
        raise OutOfTurn(
            "You got no link",
            because=f"{incident} is resolved, and its diagnostics are destroyed",
            next_move="Open it again if it is not over, then press Diagnostics.",
        )


def _diagnostics(tx: Transaction, book: ShareBook, incident: str) -> tuple[str, ...]:
    """Return the shares that anybody who may ask gets: no originals, no texts."""
    states = {share: book.load(tx, share) for share in open_ids(tx, incident)}
    return tuple(
        share for share, one in states.items() if not (one.original or one.text)
    )


def _is_drill(tx: Transaction, incident: str) -> bool:
    row = board.row(tx, incident) if incident else None
    return row is not None and row.drill


def _no_incident(incident: str) -> NotFound:
    return NotFound(
        "Nothing was opened",
        because=f"there is no incident {incident}",
        next_move="See the open ones with `/incident list`.",
    )
