"""The end of flapping, when its time has come.

From when on a problem flaps is decided in `bot/domain/flapping.py`; its turns are
counted in `bot/turns.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.assistant.suggest import Suggestion
from bot.domain.commands import Calm
from bot.domain.decisions import TOCSIN
from bot.domain.envelope import Alert
from bot.placing import Placing
from bot.ports import Timer, Transaction
from bot.readmodels import alerts, board
from bot.turns import Case, Turns, keep, of


@dataclass(frozen=True, slots=True, kw_only=True)
class Calming:
    """Ends the counting of problems that have stayed as they are.

    Attributes:
        suggest: What the runbooks say to an alert that opens then.
    """

    placing: Placing
    suggest: Callable[[Alert], Sequence[Suggestion]]

    def fire(self, timer: Timer) -> None:
        """End the flapping of the problem that a timer is about."""

        def work(tx: Transaction) -> None:
            self._end(tx, timer.about)
            tx.timers.done(timer.key, due_at=timer.due_at)

        self.placing.service.store.write(work).result()

    def _end(self, tx: Transaction, dedup: str) -> None:
        turns, problem = of(tx, dedup), alerts.newest_problem(tx, dedup)
        if problem is None or not turns.flapping:
            return
        incident, alert, is_firing = problem
        keep(tx, dedup, incident, Turns())
        others = alerts.others_firing(tx, incident, dedup)
        calm = Calm(
            source=alert.envelope.source,
            dedup=dedup,
            turns=turns.count,
            firing=is_firing,
            others=others,
        )
        self.placing.service.apply(tx, incident, calm, actor=TOCSIN)
        self._open_again(tx, incident, alert, is_firing=is_firing)

    def _open_again(
        self, tx: Transaction, incident: str, alert: Alert, *, is_firing: bool
    ) -> None:
        """Place what is still there although people ended its incident meanwhile."""
        row = board.row(tx, incident)
        if row is None or row.resolved_at is None or not is_firing:
            return
        again = replace(alert, id=f"{alert.id}.again")
        case = Case(
            alert=again, suggested=partial(self.suggest, again), drill=row.drill
        )
        self.placing.place(tx, case)
