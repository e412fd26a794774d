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
            by = who(freeze.by) if freeze.by else f"{freeze.owner} ({freeze.id})"
            row: list[Piece] = [
                Strong("Frozen until "),
                When(freeze.until, counts=True),
                " by ",
                by,
            ]
            why: list[Piece] = ["."]
            if freeze.reason:
                why = [": ", Foreign(freeze.reason, limit=_LONGEST)]
            lift = Code("/incident unfreeze")
            return [*row, *why, " An approver can lift it: ", lift, "."]
        case UsedUp() as full:
            said = full.what.replace("`", "")
            return [
                Strong("Waits for a place: "),
                f"{said}. The next is possible at ",
                When(full.next_at, counts=True),
                ".",
            ]
        case _:
            return []
