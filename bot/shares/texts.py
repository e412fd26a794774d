"""Texts that people seal for people. Keeps `ports.share_texts.TextAsks`.

A text is sealed before its form is acknowledged, together with the request about it,
so the text itself lies nowhere but in its ciphertext: not in the inbox, the log, the
outbox or a line of ours. Until it is offered nobody can have it; a refusal destroys
it. The rules are in `bot/domain/share_texts.py`.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.domain import share_texts as rules
from bot.domain.errors import NotAllowed, OutOfTurn, Refusal, Tampered, TocsinError
from bot.domain.share import Share
from bot.domain.share_events import ShareEvent
from bot.domain.share_texts import WantedText
from bot.ports import Received, Store, Transaction
from bot.ports.gate import Asker
from bot.ports.share_texts import Pasted, TextAsked, Told
from bot.readmodels import board
from bot.shares.book import ShareBook
from bot.shares.desk import ShareDesk, must_be_open, no_answer
from bot.shares.keyring import NotWrapped
from bot.shares.making import made_of
from bot.shares.vault import TOCSIN
from bot.sharing import seal

_ASKED = "share"
_log = logging.getLogger(__name__)
Work = Callable[[Transaction, Share], str]


class _Twice(Refusal):
    """The same form came twice; the first one counts."""

    code = "refused.twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Seals texts and hands them to those they name."""

    desk: ShareDesk

    def may(self, incident: str, by: Asker) -> None:
        """Let somebody go on to the form."""
        rules.may_share(by.person, in_channel=by.in_channel)
        self._store.read(lambda tx: must_be_open(tx, incident))

    def refuse(self, incident: str, by: Asker, no: Refusal, told: Told) -> None:
        """Write a refusal down with the incident, and tell the person."""

        def work(tx: Transaction) -> None:
            self._refused(tx, incident, by.person.id, no, told)

        self._store.write(work).result()

    def seal(self, pasted: Pasted, received: Callable[[str], Received]) -> None:
        """Seal a text and keep the request about it, both or neither."""
        vault, people = self.desk.vault, tuple(dict.fromkeys(pasted.people))
        wanted = WantedText(by=pasted.by, people=people, each=pasted.each)
        life = rules.text_life(pasted.life)
        share, identity = vault.new_id("sh_"), seal.new_key()
        # No second recipient: it is for the people it names, and for nobody else.
        content = seal.seal(pasted.text.encode("utf-8", "replace"), key=identity)

        def sealed(tx: Transaction, share: str) -> Sequence[ShareEvent]:
            must_be_open(tx, pasted.incident)
            _, was_here = tx.inbox.put(received(share))
            if was_here:
                raise _Twice("Nothing was sealed", because="it was", next_move="")
            return rules.seal_text(self._book.load(tx, share), wanted, self._now())

        made = made_of(
            content,
            incident=pasted.incident,
            by=pasted.by,
            opens=len(people) * pasted.each,
            life_s=int(life.total_seconds()),
        )
        with suppress(_Twice):
            vault.keep(made, content, identity, sealed, actor=pasted.by, share=share)

    def offer(self, asked: TextAsked, people: Sequence[Asker]) -> None:
        """Let the people it names have it, or refuse and destroy it."""
        why = {
            one.person.id: rules.why_not(one.person, in_channel=one.in_channel)
            for one in people
        }
        allowed = [person for person, because in why.items() if not because]

        def work(tx: Transaction, state: Share) -> str:
            rules.may_share(asked.by.person, in_channel=asked.by.in_channel)
            must_be_open(tx, state.incident)
            events = rules.offer_text(state, allowed, self._now())
            self._book.append(tx, asked.share, events, actor=asked.by.person.id)
            left_out = [
                f"<@{who}> {because}" for who, because in why.items() if because
            ]
            return f"It was not sealed for {'; '.join(left_out)}." if left_out else ""

        self._answered(asked, work, undo=True)

    def open(self, asked: TextAsked) -> None:
        """Give somebody a link, or refuse."""
        who = asked.by.person
        identity, silent = self._identity(asked.share)

        def work(tx: Transaction, state: Share) -> str:
            rules.may_open_text(state, who, in_channel=asked.by.in_channel)
            must_be_open(tx, state.incident)
            if silent:
                raise no_answer("You got no link", silent)
            if not identity or not state.is_open(self._now()):
                raise _over()
            self.desk.hand(tx, asked.share, identity, who.id, who.team, asked.channel)
            return ""

        self._answered(asked, work)

    def _identity(self, share: str) -> tuple[str, str]:
        """Return a text's key, "" where it opens no more, and why nothing answers."""
        try:
            return self.desk.vault.identity(share), ""
        except NotWrapped as fault:
            return "", fault.because
        except Tampered as fault:
            _log.error("a sealed text does not open: %s", fault)
            return "", ""

    def take_back(self, asked: TextAsked) -> None:
        """Take a text back, or refuse."""
        who = asked.by.person

        def work(tx: Transaction, state: Share) -> str:
            incident, _ = board.load(tx, state.incident)
            rules.may_take_back(state, who, commander=incident.commander)
            if state.over:
                return "It was over already."
            self.desk.revoke(tx, asked.share, by=who.id, because="person")
            return ""

        self._answered(asked, work)
        with suppress(TocsinError):
            self.desk.vault.sweep()

    def _answered(self, asked: TextAsked, work: Work, *, undo: bool = False) -> None:
        """Do what is asked, or record the refusal and say it; the item is done."""
        who = asked.by.person.id
        told = Told(key=asked.item, channel=asked.channel)

        def whole(tx: Transaction) -> None:
            state, outcome = self._book.load(tx, asked.share), "answered"
            incident = state.incident or asked.incident
            try:
                # A button's value is what a client sent: both ids must fit.
                if not state.text or state.incident != asked.incident:
                    raise _over()
                if said := work(tx, state):
                    self.desk.say(tx, incident, told.key, told.channel, who, said)
            except Refusal as no:
                outcome = no.code
                self._refused(tx, incident, who, no, told)
                if undo and state.text:
                    self.desk.revoke(tx, asked.share, by=TOCSIN, because="refused")
            tx.inbox.done(asked.item, {"incident": incident, _ASKED: outcome})

        self._store.write(whole).result()
        self.desk.woken.set()

    def _refused(
        self, tx: Transaction, incident: str, who: str, no: Refusal, told: Told
    ) -> None:
        because = no.because if isinstance(no, NotAllowed) else ""
        self._book.refused(
            tx, incident, code=no.code, by=who, asked=_ASKED, because=because
        )
        self.desk.say(tx, incident, told.key, told.channel, who, str(no))

    @property
    def _book(self) -> ShareBook:
        return self.desk.vault.book

    @property
    def _store(self) -> Store:
        return self.desk.vault.store

    def _now(self) -> datetime:
        return self._book.clock.now()


def _over() -> OutOfTurn:
    return OutOfTurn(
        "You got no link",
        because="what was sealed has run out, was taken back, or is used up",
        next_move="Ask who sealed it to share it again.",
    )
