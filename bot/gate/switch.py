"""The kill switch: one stream, whose last entry says whether everything stops.

It is read at every decision, so it works at once and for every plan.
"""

from datetime import datetime

from bot.domain.errors import NotAllowed
from bot.ports import NewEntry, Transaction
from bot.ports.gate import Stopped

STREAM = "gate"
STOPPED, RELEASED = "gate.stopped.v1", "gate.released.v1"


def is_stopped(tx: Transaction) -> bool:
    """Tell whether everything stops."""
    return stopped(tx) is not None


def stopped(tx: Transaction) -> Stopped | None:
    """Return by whom and since when everything stops; None where it does not."""
    entries = tx.log.load(STREAM)
    if not entries or entries[-1].kind != STOPPED:
        return None
    return Stopped(by=entries[-1].actor, since=entries[-1].at)


def turn(tx: Transaction, *, stop: bool, by: str, at: datetime) -> bool:
    """Stop everything, or take that back; tell whether it changed anything."""
    entries = tx.log.load(STREAM)
    if is_stopped(tx) == stop:
        return False
    kind = STOPPED if stop else RELEASED
    entry = NewEntry(kind=kind, at=at, actor=by, body={"by": by})
    tx.log.append(STREAM, expected_version=len(entries), entries=[entry])
    return True


def not_theirs(person: str) -> NotAllowed:
    """Return the refusal for somebody whom no policy lets turn the switch."""
    return NotAllowed(
        "The switch was left as it is",
        because=f"no policy lets <@{person}> do that",
        next_move="Ask somebody on call or one of the approvers.",
    )
