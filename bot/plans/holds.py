"""What holds a plan back for a while: freezes and limits, looked up for one plan.

The rules are `bot/domain/{freeze,freezing,gate_limits}.py`. The plan that undoes what
this gate changed in the last 24 hours is held by neither: a freeze keeps the world as
it was, and so does the way back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.action import ActionState
from bot.domain.action_commands import ActionCommand, BeginStep, Claim
from bot.domain.action_facts import GateFacts
from bot.domain.action_table import Stage
from bot.domain.freeze import Freeze, FreezeWindow, Subject, longest
from bot.domain.freezing import on_now
from bot.domain.gate_limits import (
    UNLIMITED,
    GateLimits,
    Place,
    UsedUp,
    proposed_enough,
    used_up,
)
from bot.domain.plan import Plan
from bot.domain.plan_view import Hold
from bot.domain.registry import Registry, System
from bot.gate import freezes, places
from bot.plans.book import PlanBook
from bot.ports import Transaction
from bot.readmodels import board

UNDO_WITHIN = timedelta(hours=24)
_RAN = frozenset(
    {
        *(Stage.APPLIED, Stage.VERIFIED, Stage.VERIFY_FAILED),
        *(Stage.ROLLING_BACK, Stage.ROLLBACK_FAILED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Looks up what holds plans back.

    Attributes:
        windows: Freezes that the site planned.
    """

    registry: Registry
    windows: tuple[FreezeWindow, ...] = ()
    limits: GateLimits = UNLIMITED

    # --- freezes ---

    def freezes(self, tx: Transaction, now: datetime) -> tuple[Freeze, ...]:
        """Return every freeze that is on, whatever it covers."""
        return tuple(one for one, _ in on_now(freezes.load(tx), self.windows, now))

    def freeze(self, tx: Transaction, book: PlanBook, plan: Plan) -> Freeze | None:
        """Return the freeze that holds a plan for longest; None where none does.

        A drill changes nothing, so nothing holds it.
        """
        if plan.drill:
            return None
        on = on_now(freezes.load(tx), self.windows, book.clock.now())
        if not on or self._undoes(tx, book, plan):
            return None
        subjects = self._subjects(tx, plan)
        return longest(
            [
                one
                for one, window in on
                if window is None or any(map(window.covers, subjects))
            ]
        )

    # --- limits ---

    def full(self, tx: Transaction, book: PlanBook, plan: Plan) -> UsedUp | None:
        """Return the limit that leaves no place for a plan; None where one is free."""
        if self.limits == UNLIMITED:
            return None
        now = book.clock.now()
        taken = places.taken(tx, plan.draft.action, drill=plan.drill, now=now)
        if not taken or self._undoes(tx, book, plan):
            return None
        wanted = Place(
            action=plan.draft.action,
            target=plan.draft.target,
            system=self._id_of(tx, plan),
            at=now,
        )
        return used_up(self.limits, wanted, taken)

    def proposed(self, tx: Transaction, book: PlanBook, plan: Plan) -> UsedUp | None:
        """Return why a plan's requester cannot propose it; None where they can.

        The way back of a plan that ran can always be proposed.
        """
        # Whether it is edited is not known yet: an edit is not the first of its kind.
        if self._leads_back(tx, book, plan):
            return None
        now, who = book.clock.now(), plan.requester
        times = places.proposed(tx, who, drill=plan.drill, now=now)
        return proposed_enough(self.limits, who, times, now)

    # --- both ---

    def hold(self, tx: Transaction, book: PlanBook, state: ActionState) -> Hold | None:
        """Return what holds a plan as it is now; None where nothing does."""
        if state.stage not in (Stage.PENDING, Stage.APPROVED):
            return None
        plan = state.plan
        if (freeze := self.freeze(tx, book, plan)) is not None:
            return freeze
        waits = state.stage is Stage.APPROVED
        return self.full(tx, book, plan) if waits else None

    def looked_up(
        self,
        tx: Transaction,
        book: PlanBook,
        plan: str,
        command: ActionCommand,
        facts: GateFacts,
    ) -> GateFacts:
        """Return the facts of a claim with freeze and limits as they are right now.

        It is asked in the transaction that writes the claim.
        """
        if not isinstance(command, Claim):
            return facts
        state, _ = book.load(tx, plan)
        freeze = self.freeze(tx, book, state.plan)
        full = self.full(tx, book, state.plan)
        return replace(
            facts,
            frozen=freeze is not None,
            freeze=freeze,
            within_limits=full is None,
            used_up=full,
        )

    def done(
        self, tx: Transaction, book: PlanBook, plan: str, command: ActionCommand
    ) -> None:
        """Take a place where a command took the plan, keep it where a step began."""
        state, _ = book.load(tx, plan)
        if state.stage is not Stage.APPLYING:
            return
        if isinstance(command, Claim):
            found, now = state.plan, book.clock.now()
            places.claim(tx, found, system=self._id_of(tx, found), at=now)
        elif isinstance(command, BeginStep):
            places.begin(tx, plan)

    def put_forward(
        self, tx: Transaction, book: PlanBook, plan: Plan, *, edited: bool
    ) -> None:
        """Write down that a plan was proposed."""
        system, now = self._id_of(tx, plan), book.clock.now()
        places.propose(tx, plan, system=system, edited=edited, at=now)

    # --- what is known of the plan ---

    def _undoes(self, tx: Transaction, book: PlanBook, plan: Plan) -> bool:
        """Tell whether it is the way back itself, as its action gave it, and the first.

        What was undone once and changed again by hand is no work of this gate.
        """
        return (
            self._leads_back(tx, book, plan)
            and not places.is_edited(tx, plan.id)
            and not _is_undone(tx, plan)
        )

    def _leads_back(self, tx: Transaction, book: PlanBook, plan: Plan) -> bool:
        """Tell whether it undoes what ran lately, and is not undone by it in turn."""
        before, _ = book.load(tx, plan.parent)
        # From when it ran: neither a later look, a person's word nor a rollback that
        # failed begins another day.
        ran_at = before.claimed_at if before.stage in _RAN else None
        return (
            ran_at is not None
            and book.clock.now() - ran_at <= UNDO_WITHIN
            and _is_way_back(plan, before.plan)
        )

    def _subjects(self, tx: Transaction, plan: Plan) -> tuple[Subject, ...]:
        """Return what would be changed: for the incident's system, and those it names.

        Whoever asks chooses the incident, and must not so choose which freeze counts.
        """
        named = self.registry.named_by(plan.draft.names)
        return tuple(
            Subject(
                action=plan.draft.action,
                level=plan.level.value,
                stage=system.stage if system else "production",
                system=system.id if system else "",
            )
            for system in (self._system(tx, plan), *named)
        )

    def _id_of(self, tx: Transaction, plan: Plan) -> str:
        system = self._system(tx, plan)
        return system.id if system else ""

    def _system(self, tx: Transaction, plan: Plan) -> System | None:
        return self.registry.get(board.load(tx, plan.incident)[0].system)


def _is_way_back(plan: Plan, done: Plan) -> bool:
    """Tell whether a plan is what undoes another one, and that is none itself."""
    back = done.draft.rollback, done.draft.target, done.incident
    # Otherwise back and forth would have no end.
    is_first = not done.parent
    return is_first and (plan.draft.action, plan.draft.target, plan.incident) == back


def _is_undone(tx: Transaction, plan: Plan) -> bool:
    """Tell whether another plan has undone already what this one would."""
    found = tx.tables.execute(
        "SELECT id FROM plan WHERE parent = ? AND id <> ? AND stage = ?",
        (plan.parent, plan.id, Stage.VERIFIED.value),
    )
    return bool(found)
