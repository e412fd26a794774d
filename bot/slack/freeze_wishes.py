"""The text after `/incident freeze` and `unfreeze`, read as a wish. Pure.

    freeze DURATION REASON | unfreeze [REASON]

DURATION is like `30m`, `2h`, `1h30m`, `1d`.
"""

from bot.domain.errors import BadRequest
from bot.slack.maintenance_wishes import lasting
from bot.slack.plan_wishes import PlanVerb, PlanWish

USAGE = "freeze 2h REASON"
BACK = "unfreeze [REASON]"


def parse(verb: PlanVerb, rest: str) -> PlanWish:
    """Read what was typed after the verb.

    Args:
        rest: As its writer saw it, without escapes.

    Raises:
        BadRequest: It is not understood; the message shows how it goes.
    """
    if verb is PlanVerb.UNFREEZE:
        return PlanWish(verb=verb, text=rest.strip())
    duration, _, reason = rest.strip().partition(" ")
    lasts = lasting(duration)
    if lasts is None:
        raise _usage("it does not say how long, for example 2h")
    if not reason.strip():
        raise _usage("no reason was given")
    return PlanWish(verb=verb, lasts=lasts, text=reason.strip())


def _usage(because: str) -> BadRequest:
    return BadRequest(
        "Nothing was frozen",
        because=because,
        next_move=f"It goes like this: `/incident {USAGE}`.",
    )
