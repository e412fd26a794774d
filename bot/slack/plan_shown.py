"""Tells the gate which message in Slack is a plan's card; only its buttons count.

The sender says when a card newly stands. What could not be told at once is told
before the next press is decided, and what a crash swallowed, after the next start.
"""

import asyncio
import logging

from bot.ports import Store
from bot.ports.gate import Gate
from bot.slack.traces import where

_PREFIX = "plan/"
_log = logging.getLogger(__name__)


class PlanShown:
    """Keeps the gate informed about the cards of plans."""

    def __init__(self, *, gate: Gate, store: Store) -> None:
        self._gate = gate
        self._store = store
        self._untold: dict[str, str] = {}

    async def posted(self, key: str, ts: str) -> None:
        """Tell the gate about a message that newly stands, if it is a plan's card."""
        if key.startswith(_PREFIX):
            self._untold[key.removeprefix(_PREFIX)] = ts
            await self.again()

    async def again(self) -> None:
        """Tell what is still untold; what fails stays so."""
        for plan, ts in list(self._untold.items()):
            try:
                await asyncio.to_thread(self._gate.shown, plan, ts)
            except Exception as failed:  # noqa: BLE001 - the sender has to go on
                _log.error("the gate was not told of a card: %s", where(failed))
            else:
                self._untold.pop(plan, None)

    async def after_start(self) -> None:
        """Tell of the cards of open plans; a crash may have come in between."""
        try:
            self._untold |= await asyncio.to_thread(self._standing)
        except Exception as failed:  # noqa: BLE001 - the room has to start
            _log.error("open plans could not be read: %s", where(failed))
        await self.again()

    def _standing(self) -> dict[str, str]:
        plans = [view.plan.id for view in self._gate.open_plans()]
        rows = self._store.read(
            lambda tx: [(one, tx.outbox.ts_of(_PREFIX + one)) for one in plans]
        )
        return {plan: ts for plan, ts in rows if ts}
