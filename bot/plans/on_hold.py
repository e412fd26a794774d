"""An approved plan that a freeze or a limit holds back: said once, then only read.

It is looked at every second until it is free or its time runs out. That look must
not read the world outside, save evidence or write.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.domain.action_commands import Claim
from bot.domain.action_table import Stage
from bot.domain.errors import Frozen, TocsinError, TooMany
from bot.domain.freeze import Freeze
from bot.domain.gate_limits import UsedUp
from bot.domain.plan import Plan
from bot.domain.plan_view import Hold
from bot.plans.book import TOCSIN, PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.rows import in_stage
from bot.ports import Transaction

_ASKED = Claim.__name__.lower()
_CODES = {type(None): "", Freeze: Frozen.code, UsedUp: TooMany.code}


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHold:
    """Looks whether a plan is held.

    Attributes:
        token: Signs the buttons of the card that is drawn again.
    """

    book: PlanBook
    desk: PlanDesk
    token: Callable[[Plan], str]

    def sorted_out(self, tx: Transaction) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the approved plans that may run, and those held that nobody knows."""
        approved = in_stage(tx, Stage.APPROVED)
        held = {plan: code for plan in approved if (code := self._code(tx, plan))}
        ready = tuple(plan for plan in approved if plan not in held)
        own_no = self.book.own_no
        told = {plan for plan, no in held.items() if own_no(tx, plan) == (_ASKED, no)}
        return ready, tuple(plan for plan in held if plan not in told)

    def say(self, tx: Transaction, plan: str) -> None:
        """Write down that it is held, and draw its card with the reason."""
        if code := self._code(tx, plan):
            self.book.turned_away(tx, plan, _ASKED, code, actor=TOCSIN)
            self.desk.redraw(tx, self.book, plan, token=self.token)

    def _code(self, tx: Transaction, plan: str) -> str:
        """Return the code of the refusal that a plan's claim would be; "" for none."""
        hold: Hold | None = None
        # One that cannot be read must not hold up the others.
        with suppress(TocsinError):
            state, _ = self.book.load(tx, plan)
            hold = self.desk.holds.hold(tx, self.book, state)
        return _CODES[type(hold)]
