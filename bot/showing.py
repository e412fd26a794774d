"""When cards and digests are drawn: at once, or once for many changes.

A card that only counts is drawn at once the first time, then again at most every
`EVERY`, by a timer, so that the last count is always shown. Slack takes fifty edits
a minute from a whole workspace, so nobody would see more. What stands on a card is
`bot/viewing.py`, how it looks the presenter's.
"""

from datetime import datetime, timedelta

from bot.domain.incident import Incident
from bot.ports import Clock, Presenter, Timer, Transaction
from bot.storm import Storm
from bot.viewing import Viewing

REDRAW = "incident.redraw"
EVERY = timedelta(seconds=5)
_MOST_KEPT = 10_000


class Shower:
    """Puts cards and digests into the outbox."""

    def __init__(
        self, *, clock: Clock, presenter: Presenter, viewing: Viewing, storm: Storm
    ) -> None:
        self._clock = clock
        self._presenter = presenter
        self._viewing = viewing
        self._storm = storm
        # When each was drawn last; forgetting it only draws one time more.
        self._drawn: dict[str, datetime] = {}

    def card(self, tx: Transaction, incident: str, state: Incident) -> None:
        """Draw a card that may stand in its channel."""
        view = self._viewing.card(tx, incident, state)
        if view is not None:
            now = self._note(incident)
            tx.outbox.post(self._presenter.card(view), now=now)

    def soon(self, tx: Transaction, about: str) -> None:
        """Have a card or a digest drawn by the timer, the first time at once.

        Args:
            about: Id of the incident, or number of the storm.
        """
        self._promise(tx, about)

    def digest_soon(self, tx: Transaction, storm: int) -> None:
        """Draw a storm's digest now, or by the timer if it was drawn just now."""
        if self._is_due(str(storm)):
            self.digest(tx, storm)
        else:
            self._promise(tx, str(storm))

    def digest(self, tx: Transaction, storm: int) -> None:
        """Draw a storm's digest."""
        view = self._storm.digest(tx, storm)
        if view is None:
            return
        now = self._note(str(storm))
        post = self._presenter.digest(view)
        tx.outbox.post(self._presenter.exercise(post) if view.drill else post, now=now)

    def _promise(self, tx: Transaction, about: str) -> None:
        # In one piece of work it is promised once, unless it was drawn meanwhile.
        promised, drawn = f"redraw of {about}", self._drawn.get(about)
        if tx.worked_out.get(promised, self) == drawn:
            return
        tx.worked_out[promised] = drawn
        now = self._clock.now()
        due_at = max(now, self._drawn.get(about, now - EVERY) + EVERY)
        key = f"redraw/{about}"
        tx.timers.set(Timer(key=key, kind=REDRAW, about=about, due_at=due_at))

    def _is_due(self, about: str) -> bool:
        drawn = self._drawn.get(about)
        return drawn is None or self._clock.now() - drawn >= EVERY

    def _note(self, about: str) -> datetime:
        now = self._clock.now()
        if len(self._drawn) >= _MOST_KEPT:
            self._drawn.clear()
        self._drawn[about] = now
        return now
