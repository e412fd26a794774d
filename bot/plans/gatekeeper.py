"""How people's words about plans become decisions: the gate's service.

Reads the facts, asks the domain, and writes what follows through `bot/plans/book.py`.
Nothing here makes an effect: that is `bot/gate/executor.py`, and only after the
approval stands in a signed checkpoint. Keeps `bot/ports/gate.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BreakGlass,
    Cancel,
    Deny,
    Reconcile,
    Review,
    Show,
)
from bot.domain.action_facts import Click, GateFacts
from bot.domain.action_table import Stage
from bot.domain.errors import Refusal
from bot.domain.plan import Plan
from bot.domain.plan_view import Offer, PlanView
from bot.domain.ruling import refusal_of
from bot.domain.untrusted import Untrusted
from bot.gate.policy_question import Verb
from bot.gate.tokens import Tokens
from bot.plans.book import PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.planning import Planning, Wanted
from bot.plans.proposing import Proposing, no_plan
from bot.plans.rows import open_ids
from bot.plans.stopping import Stopping
from bot.ports import Store, Transaction
from bot.ports.gate import Asker, Freezing

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatekeeper:
    """The only way to a plan.

    Attributes:
        desk: Reads facts and draws cards.
        cleared: Called once a plan may run: sign the log, wake the executor.
    """

    store: Store
    book: PlanBook
    desk: PlanDesk
    planning: Planning
    proposing: Proposing
    tokens: Tokens
    cleared: Callable[[], None]
    freezing: Freezing

    def offers(self, incident: str) -> tuple[Offer, ...]:
        """Return what can be proposed for an incident."""
        return self.planning.offers(incident)

    def propose(
        self,
        incident: str,
        action: str,
        params: Mapping[str, str],
        *,
        by: Asker,
        reason: Untrusted,
        item: str = "",
        parent: str = "",
    ) -> PlanView:
        """Make a plan from reading the world and put it before people."""
        wanted = Wanted(
            incident=incident,
            action=action,
            params=params,
            requester=by.person.id,
            reason=reason,
            parent=parent,
        )
        return self._must(self.proposing.propose(wanted, by=by, item=item))

    def edit(
        self,
        plan: str,
        params: Mapping[str, str],
        *,
        by: Asker,
        reason: Untrusted,
        item: str = "",
    ) -> PlanView:
        """Replace a waiting plan by another one; people are asked again."""
        made = self.proposing.edit(plan, params, by=by, reason=reason, item=item)
        return self._must(made)

    # --- deciding ---

    def approve(
        self,
        plan: str,
        *,
        by: Asker,
        digest: str,
        typed: str,
        reason: Untrusted | None,
        click: Click,
    ) -> PlanView:
        """Agree to exactly this digest."""
        yes = Approve(by=by.person.id, digest=digest, typed=typed, reason=reason)
        return self._decide(plan, yes, by, Verb.APPROVE, click)

    def deny(
        self, plan: str, *, by: Asker, reason: Untrusted, click: Click
    ) -> PlanView:
        """Say no; one no is enough."""
        no = Deny(by=by.person.id, reason=reason)
        return self._decide(plan, no, by, Verb.DENY, click)

    def cancel(self, plan: str, *, by: Asker, reason: Untrusted | None) -> PlanView:
        """Take a plan back."""
        back = Cancel(by=by.person.id, reason=reason)
        return self._decide(plan, back, by, Verb.CANCEL, Click())

    def break_glass(
        self,
        plan: str,
        *,
        by: Asker,
        digest: str,
        typed: str,
        reason: Untrusted,
        click: Click,
    ) -> PlanView:
        """Go on without the others; only the quorum is waived."""
        alone = BreakGlass(by=by.person.id, digest=digest, typed=typed, reason=reason)
        return self._decide(plan, alone, by, Verb.BREAK_GLASS, click)

    def reconcile(
        self, plan: str, *, by: Asker, committed: bool, reason: Untrusted
    ) -> PlanView:
        """Say what a look at the world showed."""
        said = Reconcile(by=by.person.id, committed=committed, reason=reason)
        return self._decide(plan, said, by, Verb.RECONCILE, Click())

    def review(self, plan: str, *, by: Asker, finding: Untrusted) -> PlanView:
        """Write down what somebody else found about a broken glass."""
        found = Review(by=by.person.id, finding=finding)
        return self._decide(plan, found, by, Verb.REVIEW, Click())

    def turned_away(self, token: str, *, by: str, asked: str, code: str) -> None:
        """Write down a press that did not even come to a decision."""
        plan = self.tokens.named(token)

        def work(tx: Transaction) -> None:
            self.book.turned_away(tx, plan, asked, code, actor=by)

        self.book.write(self.store, work)

    def stop_all(self, *, by: Asker) -> int:
        """Stop everything; return how many plans it reached."""
        return self._stopping.stop_all(by=by)

    def release(self, *, by: Asker) -> bool:
        """Take a stop back; tell whether anything was stopped."""
        return self._stopping.release(by=by)

    @property
    def _stopping(self) -> Stopping:
        return Stopping(
            store=self.store,
            book=self.book,
            desk=self.desk,
            planning=self.planning,
            token=self.tokens.of,
        )

    def shown(self, plan: str, message: str) -> None:
        """Slack took the card; only this message's buttons count."""
        facts = GateFacts(read_at=self.book.clock.now(), stopped=False, frozen=False)
        show = Show(message=message)

        def work(tx: Transaction) -> None:
            if self.book.load(tx, plan)[0].message != message:
                self._tried(tx, plan, show, facts, "tocsin")

        self.book.write(self.store, work)

    def view(self, plan: str) -> PlanView | None:
        """Return what stands on a plan's card, None if there is none."""
        return self.store.read(lambda tx: self.desk.view(tx, self.book, plan))

    def open_plans(self, incident: str = "") -> tuple[PlanView, ...]:
        """Return the plans that are not over, oldest first."""

        def read(tx: Transaction) -> tuple[PlanView, ...]:
            ids = open_ids(tx, incident)
            views = (self.desk.view(tx, self.book, one) for one in ids)
            return tuple(view for view in views if view is not None)

        return self.store.read(read)

    def token(self, plan: str) -> str:
        """Return the value of the plan's buttons: its id and a MAC."""
        return self.tokens.token(plan, drill=self._is_drill(plan))

    def opened(self, token: str) -> str:
        """Return the plan id of a token that is ours; "" for any other."""
        return self.tokens.opened_by(token, self._is_drill)

    def _is_drill(self, plan: str) -> bool:
        return self.book.is_drill(self.store, plan)

    def _decide(
        self, plan: str, command: ActionCommand, by: Asker, verb: Verb, click: Click
    ) -> PlanView:
        """Write the decision, or write down and raise the refusal."""

        def work(tx: Transaction) -> Refusal | PlanView | None:
            state, _ = self.book.load(tx, plan)
            if not state.exists:
                return no_plan(plan)
            facts, who = self._asked(tx, state.plan, by, verb, click), by.person.id
            try:
                self.book.apply(tx, plan, command, facts, actor=who)
            except Refusal as refusal:
                said = refusal_of(facts.asker)
                self.book.refused(tx, plan, command, refusal, actor=who, ruling=said)
                return refusal
            view = self.desk.redraw(tx, self.book, plan, token=self.tokens.of)
            if isinstance(command, BreakGlass):
                self.desk.tell_security(tx, self.book, plan)
            return view

        view = _said(self.book.write(self.store, work))
        if view is None:
            raise no_plan(plan)
        if view.stage is Stage.APPROVED:
            self.cleared()
        return view

    def _asked(
        self, tx: Transaction, plan: Plan, by: Asker, verb: Verb, click: Click
    ) -> GateFacts:
        return self.planning.asked(tx, self.book, plan, by, verb, click)

    def _tried(
        self,
        tx: Transaction,
        plan: str,
        command: ActionCommand,
        facts: GateFacts,
        actor: str,
    ) -> int:
        try:
            return len(self.book.apply(tx, plan, command, facts, actor=actor))
        except Refusal:
            return 0

    def _must(self, plan: str) -> PlanView:
        view = self.view(plan)
        if view is None:
            raise no_plan(plan)
        return view


def _said(answer: Refusal | T) -> T:
    """Raise a refusal only now, so that what was written of it stays."""
    if isinstance(answer, Refusal):
        raise answer
    return answer
