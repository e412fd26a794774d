"""Freezing and thawing: who may is asked of the policies, the rest of the domain.

Whoever may stop everything may freeze; whoever may take a stop back may lift a freeze,
and so may whoever set it. The admin token may do both, and it still approves nothing.
Keeps `bot.ports.gate.Freezing`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.domain.commands import PersonKind
from bot.domain.errors import Refusal
from bot.domain.freeze import Freeze
from bot.domain.freeze_events import FreezeEvent, FreezeRefused
from bot.domain.freezing import frozen, lifted, not_theirs, set_now, turned
from bot.domain.plan import Plan
from bot.domain.untrusted import Untrusted
from bot.gate import freezes, switch
from bot.gate.policy_question import Verb
from bot.plans import noes
from bot.plans.book import TOCSIN, PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.rows import readable
from bot.ports import Post, Store, Transaction
from bot.ports.gate import Asker, Standstill

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezer:
    """The only way to set or lift a freeze.

    Attributes:
        token: Signs the buttons of the cards that are drawn again.
        thawed: Called once something was lifted: what waits may run.
        tell: Makes the message about what happened; None where nobody is told.
    """

    store: Store
    book: PlanBook
    desk: PlanDesk
    token: Callable[[Plan], str]
    thawed: Callable[[], None]
    tell: Callable[[FreezeEvent], Post | None] = lambda _: None

    def on(self) -> tuple[Freeze, ...]:
        """Return the freezes that are on."""
        return self.store.read(self._on)

    def still(self) -> Standstill:
        """Return what is frozen, and whether everything is stopped."""

        def look(tx: Transaction) -> Standstill:
            return Standstill(frozen=self._on(tx), stopped=switch.stopped(tx))

        return self.store.read(look)

    def may_thaw(self, *, by: Asker) -> bool:
        """Tell whether somebody may lift what is frozen; it is asked again then."""

        def look(tx: Transaction) -> bool:
            if self._all_own(by, self._on(tx)):
                return True
            around = self.desk.bare(tx, self.book)
            return self.desk.answer(by, Verb.LIFT, None, around).allows

        return self.store.read(look)

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
            now, who = self.book.clock.now(), by.person.id
            try:
                self._must(tx, by, Verb.STOP_ALL, "Nothing was frozen")
                event = frozen(
                    freezes.load(tx),
                    lasts=lasts,
                    reason=reason,
                    by=who,
                    item=item,
                    now=now,
                )
            except Refusal as refusal:
                return self._refused(tx, "freeze", refusal, who)
            self._write(tx, [event], by=who)
            return set_now(event)

        return self._written(work)

    def thaw(self, *, by: Asker, reason: Untrusted | None) -> tuple[Freeze, ...]:
        """Lift every freeze that is on; return them.

        Raises:
            Refusal: Nothing is frozen, or not by this person.
        """

        def work(tx: Transaction) -> Refusal | tuple[Freeze, ...]:
            on, who = self._on(tx), by.person.id
            try:
                if not self._all_own(by, on):
                    self._must(tx, by, Verb.LIFT, "Nothing was lifted")
                events = lifted(on, by=who, reason=reason)
            except Refusal as refusal:
                return self._refused(tx, "thaw", refusal, who)
            self._write(tx, events, by=who)
            return on

        found = self._written(work)
        self.thawed()
        return found

    def turn(self) -> None:
        """Write down what the clock brought; draw the cards where it changed."""

        def work(tx: Transaction) -> None:
            self._write(tx, self._turned(tx), by=TOCSIN)

        if self.store.read(self._turned):
            self.book.write(self.store, work)

    def _turned(self, tx: Transaction) -> tuple[FreezeEvent, ...]:
        now = self.book.clock.now()
        return turned(freezes.load(tx), self.desk.holds.windows, now)

    def _on(self, tx: Transaction) -> tuple[Freeze, ...]:
        return self.desk.holds.freezes(tx, self.book.clock.now())

    def _all_own(self, by: Asker, on: Sequence[Freeze]) -> bool:
        """Tell whether a member of ours set every freeze that is on."""
        who, team = by.person, self.desk.judge.workspace
        is_ours = who.kind is PersonKind.MEMBER and who.team == team != ""
        return is_ours and bool(on) and all(one.by == who.id for one in on)

    def _must(self, tx: Transaction, by: Asker, verb: Verb, what: str) -> None:
        answer = self.desk.answer(by, verb, None, self.desk.bare(tx, self.book))
        if not answer.allows:
            raise not_theirs(by.person.id, what, answer.because)

    def _refused(self, tx: Transaction, command: str, no: Refusal, who: str) -> Refusal:
        event = FreezeRefused(command=command, code=no.code, by=who)
        if noes.is_enough(tx.log.load(freezes.STREAM), actor=who):
            return no
        freezes.write(tx, [event], by=who, at=self.book.clock.now())
        return no

    def _write(
        self, tx: Transaction, events: Sequence[FreezeEvent], *, by: str
    ) -> None:
        """Write down what happened, tell it, and draw what it holds or frees."""
        now = self.book.clock.now()
        freezes.write(tx, events, by=by, at=now)
        for event in events:
            if (post := self.tell(event)) is not None:
                tx.outbox.post(post, now=now)
        for plan in readable(tx, self.book):
            self.desk.redraw(tx, self.book, plan, token=self.token)

    def _written(self, work: Callable[[Transaction], Refusal | T]) -> T:
        if isinstance(answer := self.book.write(self.store, work), Refusal):
            raise answer
        return answer
