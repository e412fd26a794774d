"""Waits before a step until what the step before did has come to rest.

Nothing is written down while it waits and nothing is on its way, so that a stop ends
the plan between the steps, as everywhere. Whether something rests is its action's to
say; that it does not is no failure here: the step itself compares and says so.
"""

import time
from collections.abc import Callable
from typing import Any

from bot.domain.plan import Step
from bot.ports.action import Action, Settling

_LOOKS = 20
_BETWEEN_LOOKS_S = 1.0
"""20 s in all; a worker may be silent for 60 s (`GateRules.lease`)."""


def until_rest(
    action: Action, step: Step, session: Any, *, stopped: Callable[[], bool]
) -> None:
    """Return once a step may be made, when everything was stopped, or after 20 s.

    Args:
        session: The plan's own.
        stopped: Tells whether the kill switch is on.
    """
    if not isinstance(action, Settling):
        return
    for _ in range(_LOOKS):
        if stopped() or action.rests(step, session):
            return
        time.sleep(_BETWEEN_LOOKS_S)
