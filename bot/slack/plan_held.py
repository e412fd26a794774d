"""Which freeze or limit holds a plan back, as its card says it. Pure."""

from datetime import datetime

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
            return _waits(full, view.apply_by)
        case _:
            return []


def briefly(view: PlanView) -> str:
    """Return the same in two or three words, "" where nothing holds it."""
    match view.held:
        case Freeze():
            return ", frozen"
        case UsedUp():
            return ", waits for a place"
        case _:
            return ""


def _waits(full: UsedUp, apply_by: datetime | None) -> list[Piece]:
    """Return which limit it waits for, and what to do; as the gate's refusal does."""
    row: list[Piece] = [Strong("Waits for a place: "), f"{full.what.replace('`', '')}."]
    raised: list[Piece] = [f"; {full.keeper} may raise it (", Code(full.setting), ")."]
    if apply_by is not None and full.next_at >= apply_by:
        row += [" Nothing runs: its time runs out before a place is free. Propose it "]
        return [*row, "again from ", When(full.next_at), " on", *raised]
    starts = When(full.next_at, counts=True)
    return [*row, " Nothing runs yet. Wait: it starts by itself, ", starts, *raised]


def frozen(freeze: Freeze) -> list[Piece]:
    """Return until when, by whom and why changes are frozen, and who lifts it."""
    by = who(freeze.by) if freeze.by else f"{freeze.owner} ({freeze.id})"
    until = When(freeze.until, counts=True)
    lift = Code("/incident unfreeze")
    return [
        *(Strong("Frozen until "), until, " by ", by, *_why(freeze)),
        *(" An approver can lift it: ", lift, "."),
    ]


def told(freeze: Freeze) -> list[Piece]:
    """Return which freeze is on until when, by whom and why."""
    by = who(freeze.by) if freeze.by else f"{freeze.owner}, planned"
    until = When(freeze.until, counts=True)
    return [Strong(freeze.id), " until ", until, " by ", by, *_why(freeze)]


def _why(freeze: Freeze) -> list[Piece]:
    if not freeze.reason:
        return ["."]
    return [": ", Foreign(freeze.reason, limit=_LONGEST), "."]
