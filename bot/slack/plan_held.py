"""Which freeze or limit holds a plan back, as its card says it. Pure."""

from bot.domain.freeze import Freeze
from bot.domain.gate_limits import UsedUp
from bot.domain.plan_view import PlanView
from bot.slack.plan_people import who
from bot.slack.sentences import Code, Foreign, Piece, Strong, When

_LONGEST = 200


def held(view: PlanView) -> list[Piece]:
    """Return which freeze or limit holds it back, until when and why."""
    match view.held:
        case Freeze() as freeze:
            return frozen(freeze)
        case UsedUp() as full:
            return [
                Strong("Waits for a place: "),
                f"{full.what.replace('`', '')}. The next is possible at ",
                *(When(full.next_at, counts=True), "."),
            ]
        case _:
            return []


def frozen(freeze: Freeze) -> list[Piece]:
    """Return until when, by whom and why changes are frozen, and who lifts it."""
    by = who(freeze.by) if freeze.by else f"{freeze.owner} ({freeze.id})"
    why: list[Piece] = ["."]
    if freeze.reason:
        why = [": ", Foreign(freeze.reason, limit=_LONGEST), "."]
    until = When(freeze.until, counts=True)
    lift = Code("/incident unfreeze")
    return [
        *(Strong("Frozen until "), until, " by ", by, *why),
        *(" An approver can lift it: ", lift, "."),
    ]
