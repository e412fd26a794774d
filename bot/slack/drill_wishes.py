"""The text after `/incident drill`, read as a wish. Pure.

drill status | start SCENARIO [SPEED] | pause | resume | stop
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import BadRequest

USAGE = "drill start SCENARIO [SPEED]|status|pause|resume|stop"
_SCENARIO = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_SPEED = re.compile(r"(?:x)?([0-9]{1,3})x?")


class DrillVerb(StrEnum):
    """What can be asked of a drill; the names are what people type."""

    STATUS = "status"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillWish:
    """What a person wants.

    Attributes:
        scenario: File stem of a scenario, for ``start``.
        speed: Scenario minutes a real minute holds; None for the scenario's own.
    """

    verb: DrillVerb
    scenario: str = ""
    speed: int | None = None


def parse(rest: str) -> DrillWish:
    """Read what was typed after `drill`.

    Raises:
        BadRequest: It is not understood; the message shows how it goes.
    """
    match rest.split():
        case []:
            return DrillWish(verb=DrillVerb.STATUS)
        case ["start", scenario, *speed] if len(speed) <= 1:
            return _start(scenario.lower(), speed)
        case [verb] if verb.lower() in ("status", "pause", "resume", "stop"):
            return DrillWish(verb=DrillVerb(verb.lower()))
        case ["start"]:
            raise _usage("it does not name a scenario")
        case _:
            raise _usage("it is not understood")


def _start(scenario: str, speed: list[str]) -> DrillWish:
    if not _SCENARIO.fullmatch(scenario):
        raise _usage("the scenario is not one")
    found = _SPEED.fullmatch(speed[0].lower()) if speed else None
    if speed and found is None:
        raise _usage("the speed is no number from 1 to 600")
    fast = int(found[1]) if found else None
    return DrillWish(verb=DrillVerb.START, scenario=scenario, speed=fast)


def _usage(because: str) -> BadRequest:
    return BadRequest(
        "Nothing was changed",
        because=because,
        next_move=f"It goes like this: `/incident {USAGE}`.",
    )
