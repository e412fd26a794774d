"""Hands out sessions for services over HTTP: one that reads, one per plan that acts.

What an identity is, a key or a signature, differs by service: `litellm.py` and
`http_door.py`. Whether a plan may run is decided elsewhere.
"""

from bot.domain.errors import BadRequest
from bot.domain.plan import Plan
from bot.gateways.action import GatewayAction
from bot.gateways.sessions import LIFE, PlanSession, Sign
from bot.ports.action import Action
from bot.ports.clock import Clock
from bot.ports.send import Send


def plan_session(
    plan: Plan,
    action: Action,
    approvers: tuple[str, ...],
    *,
    send: Send,
    sign: Sign,
    clock: Clock,
    base: str = "",
) -> PlanSession:
    """Return the session that one plan acts with. It makes no request itself.

    Raises:
        BadRequest: Nobody agreed, it is a drill, or its steps are none that its
            action would plan.
    """
    if not approvers or plan.drill:
        because = "it is a drill" if plan.drill else "nobody has agreed to it"
        raise refused(
            plan, because, "Only an approved plan of a real incident gets one."
        )
    if (
        not isinstance(action, GatewayAction)
        or action.MANIFEST.name != plan.draft.action
    ):
        because = f"{action.MANIFEST.name} is no action of this service"
        raise refused(plan, because, "Tell the bot's owner: its name leads astray.")
    reads = (action.reads(base, step) for step in plan.draft.steps)
    return PlanSession(
        send=send,
        sign=sign,
        clock=clock,
        plan=plan.id,
        action=plan.draft.action,
        reads=frozenset(request for some in reads for request in some),
        writes=frozenset(action.writes(base, plan.draft)),
        ends_at=clock.now() + LIFE,
        base=base,
    )


def refused(plan: Plan, because: str, next_move: str) -> BadRequest:
    """Return that a plan gets no session; nothing happened."""
    return BadRequest(
        f"No session was made for {plan.id}", because=because, next_move=next_move
    )
