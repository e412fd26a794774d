"""Places in the limits of the gate, kept as rows beside the log.

What the rows mean is `bot/domain/gate_limits.py`. They are written and counted in
the transaction that takes a plan, so two plans never get the last place.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.action_table import Stage
from bot.domain.gate_limits import DAY, HOUR, Place
from bot.domain.instants import from_us, to_us
from bot.domain.plan import Plan
from bot.ports import Transaction


def propose(
    tx: Transaction, plan: Plan, *, system: str, edited: bool, at: datetime
) -> None:
    """Write down that a plan was proposed.

    Args:
        edited: It came in another plan's place, so it need not be what that was.
    """
    _write(tx, plan, system=system, edited=edited, proposed_us=to_us(at))


def claim(tx: Transaction, plan: Plan, *, system: str, at: datetime) -> None:
    """Take a place for a plan."""
    # Where it has no row, nobody remembers how it was made: it counts as edited.
    _write(tx, plan, system=system, edited=True, proposed_us=0)
    tx.tables.execute(
        "UPDATE place SET claimed_us = ? WHERE plan = ?", (to_us(at), plan.id)
    )


def begin(tx: Transaction, plan: str) -> None:
    """Keep a place for good: a step of the plan began."""
    tx.tables.execute(
        "UPDATE place SET begun = 1 WHERE plan = ? AND begun = 0", (plan,)
    )


def taken(
    tx: Transaction, action: str, *, drill: bool, now: datetime
) -> Sequence[Place]:
    """Return the places of the last hour, and those of an action of 24 hours.

    A plan that ended before its first step has given its place back.
    """
    found = tx.tables.execute(
        "SELECT c.action, c.target, c.system, c.claimed_us FROM place c "
        "WHERE c.drill = ? AND c.claimed_us > ? AND (c.action = ? OR c.claimed_us > ?)"
        " AND (c.begun = 1 OR EXISTS ("
        "SELECT 1 FROM plan p WHERE p.id = c.plan AND p.stage = ?))",
        (
            *(int(drill), to_us(now - DAY), action, to_us(now - HOUR)),
            Stage.APPLYING.value,
        ),
    )
    return [
        Place(
            action=row["action"],
            target=row["target"],
            system=row["system"],
            at=from_us(row["claimed_us"]),
        )
        for row in found
    ]


def proposed(
    tx: Transaction, person: str, *, drill: bool, now: datetime
) -> Sequence[datetime]:
    """Return when somebody proposed in the last hour."""
    found = tx.tables.execute(
        "SELECT proposed_us FROM place WHERE requester = ? AND drill = ? "
        "AND proposed_us > ?",
        (person, int(drill), to_us(now - HOUR)),
    )
    return [from_us(row["proposed_us"]) for row in found]


def is_edited(tx: Transaction, plan: str) -> bool:
    """Tell whether a plan came in another one's place, or nobody remembers."""
    found = tx.tables.execute("SELECT edited FROM place WHERE plan = ?", (plan,))
    return not found or bool(found[0]["edited"])


def _write(
    tx: Transaction, plan: Plan, *, system: str, edited: bool, proposed_us: int
) -> None:
    tx.tables.execute(
        "INSERT INTO place (plan, requester, action, target, system, drill, edited, "
        "proposed_us, claimed_us, begun) VALUES (?,?,?,?,?,?,?,?,0,0) "
        "ON CONFLICT (plan) DO NOTHING",
        (
            plan.id,
            plan.requester,
            plan.draft.action,
            plan.draft.target,
            system,
            int(plan.drill),
            int(edited),
            proposed_us,
        ),
    )
