"""What is not there yet: a step that waits for the one before, a fact on its way.

Outside things take their time. Nothing in here writes, and nothing waits longer than
a worker may be silent.
"""

import time
from collections.abc import Callable, Sequence

from bot.acting.reading import Texts
from bot.domain.action_effects import Verdict
from bot.ports.action import Verified

_LOOKS = 10
_BETWEEN_LOOKS_S = 2.0
"""20 s in all; a worker may be silent for 60 s (`GateRules.lease`)."""


def once_settled(read: Callable[[], Texts], settled: Callable[[Texts], bool]) -> Texts:
    """Return facts once what was done before is through, or as they are at last.

    Args:
        read: Reads the facts; may raise.
        settled: Tells whether nothing is on its way any more.
    """
    facts = read()
    for _ in range(_LOOKS):
        if settled(facts):
            break
        time.sleep(_BETWEEN_LOOKS_S)
        facts = read()
    return facts


def not_as_promised(wrong: Sequence[str], *, settled: bool) -> Verified:
    """Return what is said of facts that are not as promised.

    Args:
        wrong: Those that differ.
        settled: Nothing is on its way; else they are looked at again later.
    """
    says = f"Read again: {', '.join(wrong)} is not as promised"
    if settled:
        return Verified(verdict=Verdict.FAIL, says=f"{says}.")
    return Verified(verdict=Verdict.INCONCLUSIVE, says=f"{says} yet: it is on its way.")
