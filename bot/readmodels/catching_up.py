"""What somebody reads who comes late: one incident in half a minute. Pure.

Nobody but the asker sees it, so it names people. It is complete without a model; what
one adds stands in a part of its own.
"""

from datetime import datetime

from bot.domain.writing import At, Composed, Part, Row, Writing, part, row
from bot.readmodels import account_rows as rows
from bot.readmodels.account import QUIET, Account
from bot.readmodels.timeline import Line

LATEST = 5
_NOTES = 3
_TRIED = 8
_NOTHING = "Nothing yet, as the log has it."


def catch_up(
    account: Account, *, looked_at: datetime | None = None, looked_seq: int = -1
) -> Composed:
    """Return what somebody who comes late must know.

    Args:
        looked_at: When the asker caught up last; None if they never did.
        looked_seq: The newest entry there was then.
    """
    parts = [
        _new(account, looked_at, looked_seq),
        part("What", [*rows.what(account), rows.since(account)]),
        part("How bad", [rows.severity(account), rows.system(account)]),
        part("Who is hurt", [rows.impact(account)]),
        part("Tried", _newest(rows.tried(account)) or [row(_NOTHING)]),
        part("Notes", rows.notes(account, most=_NOTES)),
        part("Unknown", rows.unknown(account)),
        part("Next", rows.next_moves(account)),
        part("Who has what", rows.people(account)),
        part("Latest", rows.lines(_told(account)[-LATEST:])),
        of_model(account, Writing.CATCH_UP),
    ]
    return composed(account, parts)


def composed(account: Account, parts: list[Part]) -> Composed:
    """Return a writing of the parts that say something."""
    return Composed(
        incident=account.card.id,
        head=rows.head(account),
        parts=tuple(one for one in parts if one.rows),
        drill=account.state.drill,
        channel=account.state.channel,
    )


def of_model(account: Account, writing: Writing) -> Part:
    """Return what a model wrote for a writing, while nothing has happened since."""
    written = account.newest(writing)
    if written is None or written.upto < account.last_seq:
        return part("", [])
    made = tuple(rows.by_model(written))
    return Part(title="Also", rows=made, written_by=written.by)


def _new(account: Account, looked_at: datetime | None, looked_seq: int) -> Part:
    if looked_at is None:
        return part("", [])
    fresh = [one for one in _told(account) if one.seq > looked_seq]
    if not fresh:
        said = row("Nothing since you last looked, ", At(looked_at), ".")
        return part("New for you", [said])
    count = "1 entry" if len(fresh) == 1 else f"{len(fresh)} entries"
    # What is among the latest stands there anyway.
    older = rows.lines(fresh[:-LATEST][-LATEST:])
    end = "; before the latest below:" if older else "; they stand below."
    head = row(f"{count} since you last looked, ", At(looked_at), end)
    return part("New for you", [head, *older])


def _newest(found: list[Row]) -> list[Row]:
    """Return the newest rows; that there are more is said."""
    earlier = len(found) - _TRIED
    if earlier <= 0:
        return found
    return [row(f"{earlier} earlier ones stand on the timeline."), *found[-_TRIED:]]


def _told(account: Account) -> list[Line]:
    return [one for one in account.story if one.kind not in QUIET]
