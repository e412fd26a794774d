"""Freezing and thawing: who may is asked of the policies, the rest of the domain.

Whoever may stop everything may freeze; whoever may take a stop back may lift a freeze,
and so may whoever set it. The admin token may do both, and it still approves nothing.
Keeps `bot.ports.gate.Freezing`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.domain.errors import Refusal
from bot.domain.freeze import Freeze
from bot.domain.freezing import frozen, lifted, not_theirs, set_now, turned
from bot.domain.plan import Plan
from bot.domain.untrusted import Untrusted
from bot.gate import freezes
from bot.gate.policy_question import Verb
from bot.plans.book import TOCSIN, PlanBook
from bot.plans.desk import PlanDesk
from bot.ports import Store, Transaction
from bot.ports.gate import Asker

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezer:
    """The only way to set or lift a freeze.

    Attributes:
        token: Signs the buttons of the cards that are drawn again.
        thawed: Called once something was lifted: what waits may run.
    """

    store: Store
    book: PlanBook
    desk: PlanDesk
    token: Callable[[Plan], str]
    thawed: Callable[[], None]

    def on(self) -> tuple[Freeze, ...]:
        """Return the freezes that are on."""
        return self.store.read(self._on)

    def freeze(
        self, *, by: Asker, lasts: timedelta, reason: Untrusted, item: str = ""
    ) -> Freeze:
        """Freeze everything that is real, from now on; return the freeze.

        Raises:
            Refusal: Not by this person, or not like this.
        """

        def work(tx: Transaction) -> Refusal | Freeze:
            if known := freezes.load(tx).items.get(item):
                return known
            no = self._no(tx, by, Verb.STOP_ALL, "Nothing was frozen")
            if no is not None:
                return no
            now, who = self.book.clock.now(), by.person.id
            try:
                event = frozen(
                    freezes.load(tx),
                    lasts=lasts,
                    reason=reason,
                    by=who,
                    item=item,
                    now=now,
                )
            except Refusal as refusal:
                return refusal
            freezes.write(tx, [event], by=who, at=now)
            self._redraw(tx)
            return set_now(event)

        return self._written(work)

    def thaw(self, *, by: Asker, reason: Untrusted | None) -> tuple[Freeze, ...]:
        """Lift every freeze that is on; return them.

        Raises:
            Refusal: Nothing is frozen, or not by this person.
        """

        def work(tx: Transaction) -> Refusal | tuple[Freeze, ...]:
            on, who = self._on(tx), by.person.id
            own = bool(on) and all(one.by == who for one in on)
            no = self._no(tx, by, Verb.LIFT, "Nothing was lifted")
            if no is not None and not own:
                return no
            try:
                events = lifted(on, by=who, reason=reason)
            except Refusal as refusal:
                return refusal
            freezes.write(tx, events, by=who, at=self.book.clock.now())
            self._redraw(tx)
            return on

        found = self._written(work)
        self.thawed()
        return found

    def turn(self) -> None:
        """Write down what the clock brought; draw the cards where it changed."""

        def work(tx: Transaction) -> None:
            now = self.book.clock.now()
            windows = self.desk.holds.windows
            events = turned(freezes.load(tx), windows, now)
            freezes.write(tx, events, by=TOCSIN, at=now)
            if events:
                self._redraw(tx)

        now = self.book.clock.now()
        windows = self.desk.holds.windows
        if self.store.read(lambda tx: turned(freezes.load(tx), windows, now)):
            self.store.write(work).result()

    def _on(self, tx: Transaction) -> tuple[Freeze, ...]:
        return self.desk.holds.freezes(tx, self.book.clock.now())

    def _no(self, tx: Transaction, by: Asker, verb: Verb, what: str) -> Refusal | None:
        answer = self.desk.answer(by, verb, None, self.desk.bare(tx, self.book))
        if answer.allows:
            return None
        return not_theirs(by.person.id, what, answer.because)

    def _redraw(self, tx: Transaction) -> None:
        for plan in self.desk.open_ids(tx):
            self.desk.redraw(tx, self.book, plan, token=self.token)

    def _written(self, work: Callable[[Transaction], Refusal | T]) -> T:
        if isinstance(answer := self.store.write(work).result(), Refusal):
            raise answer
        return answer
