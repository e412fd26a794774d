"""Stopping everything, and taking a stop back.

The switch comes first, in a transaction of its own that waits for no decision: it is
read at every decision, so from then on nothing begins. The plans follow one by one, so
that stopping three hundred of them never holds the store's one writer. Where the bot
dies in between, what asked for the stop is asked again, and whatever is taken up
before that is cancelled by the switch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.action_commands import Stop
from bot.domain.action_facts import Click, Standing
from bot.domain.errors import Refusal, TocsinError
from bot.domain.plan import Plan
from bot.domain.ruling import ruling_of
from bot.gate import decided, switch
from bot.gate.policy_question import Verb
from bot.plans.book import PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.foresight import Foresight
from bot.plans.planning import Planning
from bot.plans.rows import open_ids
from bot.ports import Store, Transaction
from bot.ports.gate import Asker

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """Turns the kill switch.

    Attributes:
        token: Signs the buttons of the cards that are drawn again.
    """

    store: Store
    book: PlanBook
    desk: PlanDesk
    planning: Planning
    token: Callable[[Plan], str]

    def stop_all(self, *, by: Asker) -> int:
        """Stop everything; return how many plans it reached.

        Raises:
            Refusal: Not by this person.
        """

        def work(tx: Transaction) -> Refusal | tuple[str, ...]:
            if (no := self._no_switch(tx, by, Verb.STOP_ALL)) is not None:
                return no
            now = self.book.clock.now()
            self.desk.turn(tx, stop=True, by=by.person.id, at=now)
            return open_ids(tx)

        found = self._at_once(work)
        if isinstance(found, Refusal):
            raise found
        return sum(self._stopped(plan, by) for plan in found)

    def release(self, *, by: Asker) -> bool:
        """Take a stop back; tell whether anything was stopped.

        Raises:
            Refusal: Not by this person.
        """

        def work(tx: Transaction) -> Refusal | bool:
            if (no := self._no_switch(tx, by, Verb.LIFT)) is not None:
                return no
            now = self.book.clock.now()
            return self.desk.turn(tx, stop=False, by=by.person.id, at=now)

        found = self._at_once(work)
        if isinstance(found, Refusal):
            raise found
        return found

    def _at_once(self, work: Callable[[Transaction], T]) -> T:
        """Decide beforehand like everything else, and out of turn."""
        return Foresight().write(self.store, work, clock=self.book.clock)

    def _stopped(self, plan: str, by: Asker) -> bool:
        """Stop one plan; tell whether that changed anything."""

        def work(tx: Transaction) -> bool:
            state, _ = self.book.load(tx, plan)
            facts = self.planning.asked(
                tx, self.book, state.plan, by, Verb.STOP_ALL, Click()
            )
            who = by.person.id
            said = self.book.apply(tx, plan, Stop(by=who), facts, actor=who)
            self.desk.redraw(tx, self.book, plan, token=self.token)
            return bool(said)

        try:
            return self._at_once(work)
        except TocsinError:
            # One that cannot be read or stopped must not hold up the others.
            return False

    def _no_switch(self, tx: Transaction, by: Asker, verb: Verb) -> Refusal | None:
        """Return why somebody may not turn the kill switch; None if they may."""
        if switch.is_stopped(tx) is (verb is Verb.STOP_ALL):
            return None
        around = self.desk.bare(tx, self.book)
        answer = self.desk.answer(by, verb, None, around)
        no = None if answer.allows else switch.not_theirs(by.person.id)
        groups = self.desk.judge.groups_of(by, around)
        asker = Standing(person=by.person, groups=groups, policy=answer)
        decided.keep(tx, ruling_of(asker), at=around.now, code=no.code if no else "")
        return no
