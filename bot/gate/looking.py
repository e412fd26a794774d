"""A look at the world after a plan ran: whether it worked, what a figure is since.

Whatever a look raises, it could not tell, and says why: what waits for it would
otherwise be tried for ever, and hold up what comes after it.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.action_effects import Verdict
from bot.domain.errors import TocsinError
from bot.domain.plan import Plan
from bot.ports.action import Action, Measuring, Verified

_log = logging.getLogger(__name__)


# An action, and with what the world may be read; it may raise as a look may.
Eyes = Callable[[], tuple[Action, Any]]


def looked(eyes: Eyes, plan: Plan) -> Verified:
    """Say whether a plan did what it promised."""

    def look() -> Verified:
        action, reader = eyes()
        return action.verify(plan, reader=reader)

    return _told(look, "{}")


def measured(eyes: Eyes, plan: Plan, *, since: datetime, until: datetime) -> Verified:
    """Say what a figure was between two instants."""

    def look() -> Verified:
        action, reader = eyes()
        if not isinstance(action, Measuring):
            return Verified(verdict=Verdict.INCONCLUSIVE, says="It is not measured.")
        # What was taken back meanwhile is not expected to hold any more.
        still = action.verify(plan, reader=reader)
        if still.verdict is not Verdict.PASS:
            says = f"It was not measured. {still.says}"
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
        return action.measure(plan, since=since, until=until, reader=reader)

    return _told(look, "It could not be measured: {}.")


def _told(look: Callable[[], Verified], says: str) -> Verified:
    """Return what a look gave; that it could not tell where it raised.

    Args:
        says: A sentence for people, with room for why.
    """
    try:
        return look()
    except TocsinError as error:
        because = error.because
    except Exception as error:  # noqa: BLE001 - a look's outermost door
        _log.exception("a look at the world broke")
        because = f"the look failed with {type(error).__name__}"
    return Verified(verdict=Verdict.INCONCLUSIVE, says=says.format(because))
