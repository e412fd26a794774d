"""The gate at work: the thread that runs approved plans, and its timers.

One plan runs at a time. What is decided and written lies elsewhere; this module
wakes, waits and hands over.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.action_commands import ActionCommand, Expire, Recover
from bot.domain.action_table import Stage
from bot.domain.errors import Refusal
from bot.gate.executor import Executor
from bot.plans.book import EXPIRE, LEASE, MEASURE, VERIFY
from bot.plans.gatekeeper import Gatekeeper
from bot.plans.journal import PlanJournal
from bot.ports import Timer, Transaction

_IDLE_S = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateHouse:
    """Runs what may run.

    Attributes:
        sign: Signs the log's head, so that an approval can be proved.
        turn: Writes down which freezes the clock began and ended.
        woken: Set whenever a plan may have been cleared.
    """

    gatekeeper: Gatekeeper
    journal: PlanJournal
    executor: Executor
    sign: Callable[[], object]
    turn: Callable[[], None] = lambda: None
    woken: threading.Event = field(default_factory=threading.Event)

    def run_until(self, stop: threading.Event) -> None:
        """Give up what was lost, then run plans until `stop` is set."""
        self._safely(self.executor.recover)
        while not stop.is_set():
            self.woken.clear()
            if not self._safely(self._work):
                self.woken.wait(_IDLE_S)

    def fire(self, timer: Timer) -> None:
        """Keep one promise about a plan; what the clock did not let be kept stays."""
        match timer.kind:
            case k if k == EXPIRE:
                self._tell(timer.about, Expire())
            case k if k == LEASE:
                self._tell(timer.about, Recover())
            case k if k == VERIFY:
                self.executor.look_again(timer.about)
            case k if k == MEASURE:
                self.executor.measure(timer.about)
            case _:
                return
        self.journal.store.write(lambda tx: self._kept(tx, timer)).result()

    def _kept(self, tx: Transaction, timer: Timer) -> None:
        """Take a promise back, unless the plan still waits for its end.

        The clock can go back between the moment when it was due and the decision.
        """
        ends = timer.kind in (EXPIRE, LEASE)
        if not (ends and self.journal.book.waits_for(tx, timer)):
            tx.timers.done(timer.key, due_at=timer.due_at)

    def _work(self) -> int:
        """Sign first: what was approved before a crash must be provable now."""
        self.turn()
        if self.journal.in_stage(Stage.APPROVED):
            self.sign()
        return self.executor.step()

    def _tell(self, plan: str, command: ActionCommand) -> None:
        try:
            self.journal.write(plan, command, self.journal.facts())
        except Refusal as refusal:
            _log.info("plan %s: %s", plan, refusal.code)

    def _safely(self, work: Callable[[], int]) -> int:
        try:
            return work()
        except Exception:  # noqa: BLE001 - the thread's outermost door
            _log.exception("the gate's thread failed; it is tried again")
            return 0
