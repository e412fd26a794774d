"""The thread that collects, redacts and seals, and destroys what is over.

Whoever pressed stands in a row of the store (`bot/shares/desk.py`), so a crash loses
nobody: what was not sealed is collected again. Timers about shares are kept here too.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import share_decisions as rules
from bot.domain.errors import OutOfTurn
from bot.domain.share_contents import describe
from bot.domain.share_events import ShareEvent
from bot.ports import Store, Timer, Transaction
from bot.readmodels.diagnostics import nobody_waits, note
from bot.shares.book import EXPIRE, LAPSE, ShareBook, is_over, with_resolved_incident
from bot.shares.desk import ShareDesk, must_be_open
from bot.shares.diagnostics import Diagnostics
from bot.shares.vault import TOCSIN, ShareVault, made_of
from bot.sharing import seal
from bot.sharing.bundle import Bundle

_IDLE_S = 1.0
_MOST_ATTEMPTS = 3
_OVER_MEANWHILE = (
    "no link was made, because the incident was resolved meanwhile. "
    "Open it again if it is not over, then press Diagnostics."
)
_NOT_COLLECTED = (
    "the diagnostics could not be sealed. Press Diagnostics again; if it fails again, "
    "ask whoever runs the bot to look at its log."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareHouse:
    """Collects, seals and destroys.

    Attributes:
        opens: How often one bundle opens in all.
        life_s: How long it can be opened.
        recipient: The organisation's age recipient, "" for none.
    """

    desk: ShareDesk
    diagnostics: Diagnostics
    opens: int
    life_s: int
    recipient: str = ""

    def run_until(self, stop: threading.Event) -> None:
        """Collect for those who wait and destroy what is over, until `stop` is set."""
        self._safely(self._vault.tidy_after_crash)
        while not stop.is_set():
            self.desk.woken.clear()
            self._safely(lambda: self.step(stop.is_set))
            if not stop.is_set():
                self.desk.woken.wait(_IDLE_S)

    def step(self, stopping: Callable[[], bool] = bool) -> None:
        """Do what there is to do now.

        Args:
            stopping: The bot is about to end: collecting is left for its next start.
        """
        if self._store.read(with_resolved_incident):
            self._store.write(self._end_with_incidents).result()
        self._vault.sweep()
        waiting = self._store.read(_waiting)
        for incident in dict.fromkeys(str(one["incident"]) for one in waiting):
            self._serve(incident, stopping)

    def fire(self, timer: Timer) -> None:
        """Keep one promise about a share."""

        def work(tx: Transaction) -> None:
            state, now = self._book.load(tx, timer.about), self._now()
            events: Sequence[ShareEvent] = ()
            if timer.kind == LAPSE:
                events = () if state.over else rules.lapse(state, now)
            elif timer.kind == EXPIRE:
                events = rules.expire(state, now)
            self._book.append(tx, timer.about, events, actor=TOCSIN)
            tx.timers.done(timer.key, due_at=timer.due_at)

        self._store.write(work).result()
        self.desk.woken.set()

    def _serve(self, incident: str, stopping: Callable[[], bool]) -> None:
        """Make a bundle, and give everybody who waits for it a link."""
        if self._store.read(lambda tx: is_over(tx, incident)):
            self._turn_away(incident, _OVER_MEANWHILE)
            return
        try:
            self._share(incident, self._bundle(incident, stopping))
        except OutOfTurn as no:
            _log.info("%s: nothing was sealed, because %s", incident, no.because)
        except Exception:  # noqa: BLE001 - people must hear of it, whatever it was
            _log.exception("the diagnostics of %s could not be sealed", incident)
            self._failed(incident)

    def _bundle(self, incident: str, stopping: Callable[[], bool]) -> Bundle:
        """Collect; how far that is stands on the card, which Slack sees in its pace."""

        def progress(done: int, total: int) -> None:
            def work(tx: Transaction) -> None:
                note(tx, incident, done=done, total=total)
                self._book.show(tx, incident)

            self._store.write(work).result()

        return self.diagnostics.bundle(incident, progress=progress, stopping=stopping)

    def _share(self, incident: str, bundle: Bundle) -> None:
        identity = seal.new_key()
        content = seal.seal(bundle.content, key=identity, also=self.recipient)
        share = self._vault.new_id("sh_")

        def tickets(tx: Transaction, share: str) -> Sequence[ShareEvent]:
            must_be_open(tx, incident)
            waiting = _waiting(tx, incident)
            if not waiting:
                raise _taken_back()
            nobody_waits(tx, incident)
            self._describe(tx, share, bundle)
            for one in waiting:
                person, team, channel = one["person"], one["team"], one["channel"]
                self.desk.hand(tx, share, identity, person, team, channel)
            return ()

        first = self._store.read(lambda tx: _waiting(tx, incident))
        by = str(first[0]["person"]) if first else TOCSIN
        made = made_of(
            content, incident=incident, by=by, opens=self.opens, life_s=self.life_s
        )
        self._vault.keep(made, content, identity, tickets, actor=by, share=share)

    def _describe(self, tx: Transaction, share: str, bundle: Bundle) -> None:
        """Have the log, the card and the thread say what is in a bundle."""
        described = describe(
            self._book.load(tx, share),
            files=bundle.files,
            missing=[(gap.by, gap.code) for gap in bundle.gaps],
            masked=bundle.masked,
            took_ms=bundle.took_ms,
            digest=bundle.digest,
            now=self._now(),
        )
        self._book.append(tx, share, described, actor=TOCSIN)

    def _failed(self, incident: str) -> None:
        """Count an attempt; after the last one people are told."""

        def work(tx: Transaction) -> int:
            tx.tables.execute(
                "UPDATE share_wanted SET attempts = attempts + 1 WHERE incident = ?",
                (incident,),
            )
            return max(
                (int(one["attempts"]) for one in _waiting(tx, incident)), default=0
            )

        if self._store.write(work).result() >= _MOST_ATTEMPTS:
            self._turn_away(incident, _NOT_COLLECTED)

    def _turn_away(self, incident: str, text: str) -> None:
        def work(tx: Transaction) -> None:
            for one in _waiting(tx, incident):
                key, said = f"{one['item']}/end", f"{incident}: {text}"
                self.desk.say(tx, incident, key, one["channel"], one["person"], said)
            nobody_waits(tx, incident)
            self._book.show(tx, incident)

        self._store.write(work).result()

    def _end_with_incidents(self, tx: Transaction) -> None:
        for share in with_resolved_incident(tx):
            self.desk.revoke(tx, share, by=TOCSIN, because="incident_over")

    def _safely(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - the thread's outermost door
            _log.exception("the sharing thread failed; it is tried again")

    @property
    def _vault(self) -> ShareVault:
        return self.desk.vault

    @property
    def _book(self) -> ShareBook:
        return self._vault.book

    @property
    def _store(self) -> Store:
        return self._vault.store

    def _now(self) -> datetime:
        return self._book.clock.now()


def _taken_back() -> OutOfTurn:
    return OutOfTurn(
        "Nothing was sealed",
        because="it was taken back while it was collected",
        next_move="Press Diagnostics again.",
    )


def _waiting(tx: Transaction, incident: str = "") -> Sequence[Mapping[str, Any]]:
    """Return who waits, in the order of asking."""
    return tx.tables.execute(
        "SELECT item, incident, person, team, channel, attempts FROM share_wanted "
        "WHERE ? = '' OR incident = ? ORDER BY asked_at, item",
        (incident, incident),
    )
