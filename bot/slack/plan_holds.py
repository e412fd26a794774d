"""What holds a plan back, and who said so, as sentences of its card. Pure.

The others about a plan are in `plan_facts.py`.
"""

from bot.domain.freeze import Freeze
from bot.domain.gate_limits import UsedUp
from bot.domain.plan_view import PlanView
from bot.slack.sentences import Code, Foreign, Piece, Strong, When, Who

_FEW = 200


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
        why = [": ", Foreign(freeze.reason, limit=_FEW), "."]
    until = When(freeze.until, counts=True)
    lift = Code("/incident unfreeze")
    return [
        *(Strong("Frozen until "), until, " by ", by, *why),
        *(" An approver can lift it: ", lift, "."),
    ]


def who(one: str) -> Piece:
    """Return how a sentence names a person, the bot or the admin token."""
    return {"tocsin": "Tocsin", "admin": "an administrator"}.get(one) or Who(one)
