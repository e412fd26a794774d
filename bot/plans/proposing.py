"""From a wish to a plan that stands before people: proposing, undoing, editing.

The world is read by `bot/plans/planning.py` before anything is written. What people
then say about the plan is `bot/plans/gatekeeper.py`'s business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.domain.action_commands import DraftPlan, Publish, Supersede
from bot.domain.action_facts import Click
from bot.domain.errors import BadRequest, NotFound, Refusal
from bot.domain.plan import Plan
from bot.domain.ruling import refusal_of
from bot.domain.untrusted import Untrusted
from bot.gate import decided
from bot.gate.policy_question import Verb
from bot.plans.book import PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.planning import Planning, Wanted
from bot.ports import Store, Transaction
from bot.ports.gate import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """Puts plans before people.

    Attributes:
        new_id: Makes a ``pl_`` id; the same for the same inbox item.
        token: Signs the buttons of a plan's card.
    """

    store: Store
    book: PlanBook
    desk: PlanDesk
    planning: Planning
    new_id: Callable[[str], str]
    token: Callable[[Plan], str]

    def propose(self, wanted: Wanted, *, by: Asker, item: str) -> str:
        """Make a plan from reading the world; return its id.

        Args:
            item: Inbox item it came with; a second try makes no second plan.
        """
        plan_id = self.new_id(item)
        if self._stored(plan_id) is not None:
            return plan_id
        now = self.book.clock.now()
        plan = self.planning.plan(plan_id, self._undoing(wanted), now=now)

        def work(tx: Transaction) -> None:
            self._put_forward(tx, plan, by)

        try:
            self.book.write(self.store, work)
        except Refusal as no:
            self._turned_away(plan, by, no)
            raise
        return plan_id

    def _turned_away(self, plan: Plan, by: Asker, no: Refusal) -> None:
        """Keep what the policies said about a wish that became no plan."""

        def work(tx: Transaction) -> None:
            facts = self.planning.asked(tx, self.book, plan, by, Verb.PROPOSE, Click())
            decided.keep(
                tx,
                refusal_of(facts.asker),
                at=self.book.clock.now(),
                incident=plan.incident,
                action=plan.draft.action,
                code=no.code,
            )

        self.book.write(self.store, work)

    def edit(
        self,
        replaced: str,
        params: Mapping[str, str],
        *,
        by: Asker,
        reason: Untrusted,
        item: str,
    ) -> str:
        """Make another plan of a waiting one; return its id. Nobody has agreed to it.

        Raises:
            Refusal: The rules say no, written down at the plan that was to change;
                or the edit changes nothing.
        """
        plan_id, old = self.new_id(item), self._stored(replaced)
        if self._stored(plan_id) is not None:
            return plan_id
        if old is None:
            raise no_plan(replaced)
        wanted, now = _edited(old, params, by, reason), self.book.clock.now()
        plan = self._still_undoing(self.planning.plan(plan_id, wanted, now=now))
        if plan.draft == old.draft and plan.reason == old.reason:
            raise _no_change(replaced)
        end = Supersede(by=by.person.id, child=plan_id)

        def work(tx: Transaction) -> Refusal | None:
            facts = self.planning.asked(tx, self.book, old, by, Verb.PROPOSE, Click())
            try:
                self.book.apply(tx, replaced, end, facts, actor=by.person.id)
            except Refusal as no:
                said, who = refusal_of(facts.asker), by.person.id
                self.book.refused(tx, replaced, end, no, actor=who, ruling=said)
                return no
            # What is raised from here on takes the end of the old plan back too.
            self._put_forward(tx, plan, by, replaces=replaced)
            self.desk.redraw(tx, self.book, replaced, token=self.token)
            return None

        if (no := self.book.write(self.store, work)) is not None:
            raise no
        return plan_id

    def _put_forward(
        self, tx: Transaction, plan: Plan, by: Asker, *, replaces: str = ""
    ) -> None:
        who = by.person.id
        drafting = DraftPlan(by=who, plan=plan, human_initiated=True, replaces=replaces)
        facts = self.planning.asked(tx, self.book, plan, by, Verb.PROPOSE, Click())
        self.book.apply(tx, plan.id, drafting, facts, actor=who)
        self.book.apply(tx, plan.id, Publish(), facts, actor=who)
        edited = bool(replaces)
        self.desk.holds.put_forward(tx, self.book, plan, edited=edited)
        self.desk.redraw(tx, self.book, plan.id, token=self.token)

    def _undoing(self, wanted: Wanted) -> Wanted:
        """Fill in what undoes a plan: that one says with which action and how."""
        if not wanted.parent:
            return wanted
        done = self._stored(wanted.parent)
        if done is None:
            raise no_plan(wanted.parent)
        return self.planning.undoing(wanted, done)

    def _still_undoing(self, plan: Plan) -> Plan:
        """Return an edit that says that it undoes a plan only where it may.

        What changes something else undoes nothing, whatever it was made from.
        """
        done = self._stored(plan.parent) if plan.parent else None
        if done is None or done.draft.target == plan.draft.target:
            return plan
        return replace(plan, parent="")

    def _stored(self, plan: str) -> Plan | None:
        state = self.store.read(lambda tx: self.book.load(tx, plan)[0])
        return state.plan if state.exists else None


def _edited(
    old: Plan, params: Mapping[str, str], by: Asker, reason: Untrusted
) -> Wanted:
    return Wanted(
        incident=old.incident,
        action=old.draft.action,
        params=params,
        requester=by.person.id,
        reason=reason,
        parent=old.parent,
    )


def _no_change(plan: str) -> BadRequest:
    return BadRequest(
        f"{plan} was not changed",
        because="the edit says what the plan says already",
        next_move="Change a value or the reason, or leave the plan as it is.",
    )


def no_plan(plan: str) -> NotFound:
    """Return the refusal for a plan that does not exist."""
    return NotFound(
        "Nothing was changed",
        because=f"there is no plan {plan!a}",
        next_move="See the open ones with `/incident plans`.",
    )
