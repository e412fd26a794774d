"""One runbook's part in one incident, and what it adds to the figures of a category.

A row is counted by the difference that it makes, so that an event costs the same
however many incidents there are. Which event causes what is `history.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.instants import to_us
from bot.domain.judging_events import Verdict
from bot.domain.runbook_history import VOICES_A_DAY
from bot.ports import Transaction

TAKEN = "taken"
"""What a person says of a runbook who follows it."""
REJECTING = frozenset({Verdict.REJECTED.value, Verdict.NONE_FITS.value})
_FLAGS = ("offered", "taken", "done", "rejected", "wrong")
_COUNTED = (*_FLAGS, "decided", "worked")
Row = Mapping[str, Any]


def end(tx: Transaction, case: Row, *, fixed: int, at: datetime) -> None:
    """Count anew what an incident says of its runbooks, now that it ended or not."""
    uses = tx.tables.execute(
        "SELECT * FROM runbook_use WHERE incident = ?", (case["incident"],)
    )
    for use in uses:
        before, after = _counts(use, case["fixed"]), _counts(use, fixed)
        _move(tx, use["category"], use["runbook"], before, after, at=at)


def say(
    tx: Transaction, case: Row, runbook: str, by: str, verdict: str, *, at: datetime
) -> None:
    """Note one person's voice; it replaces what they said before."""
    key = (case["incident"], runbook, by)
    known = tx.tables.execute(
        "SELECT counted FROM runbook_voice "
        "WHERE incident = ? AND runbook = ? AND person = ?",
        key,
    )
    day = f"{at:%Y-%m-%d}"
    counted = known[0]["counted"] if known else int(_may_count(tx, by, day))
    tx.tables.execute(
        "INSERT INTO runbook_voice (incident, runbook, person, category, verdict, day, "
        "counted) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (incident, runbook, person) "
        "DO UPDATE SET verdict = excluded.verdict",
        (*key, case["category"], verdict, day, counted),
    )
    note(tx, case, runbook, _voices(tx, case["incident"], runbook), at=at)


def unsay(tx: Transaction, case: Row, runbook: str, by: str, *, at: datetime) -> None:
    """Take a person's own voice back; others' voices stand."""
    tx.tables.execute(
        "DELETE FROM runbook_voice WHERE incident = ? AND runbook = ? AND person = ?",
        (case["incident"], runbook, by),
    )
    note(tx, case, runbook, _voices(tx, case["incident"], runbook), at=at)


def _may_count(tx: Transaction, by: str, day: str) -> bool:
    found = tx.tables.execute(
        "SELECT count(*) AS n FROM runbook_voice "
        "WHERE person = ? AND day = ? AND counted = 1",
        (by, day),
    )
    return int(found[0]["n"]) < VOICES_A_DAY


def _voices(tx: Transaction, incident: str, runbook: str) -> dict[str, int]:
    found = tx.tables.execute(
        "SELECT DISTINCT verdict FROM runbook_voice "
        "WHERE incident = ? AND runbook = ? AND counted = 1",
        (incident, runbook),
    )
    said = {one["verdict"] for one in found}
    return {
        "taken": int(TAKEN in said),
        "rejected": int(bool(said & REJECTING)),
        "wrong": int(Verdict.WRONG in said),
    }


def said_in(tx: Transaction, incident: str) -> set[str]:
    """Return everything that somebody says of a runbook in an incident."""
    found = tx.tables.execute(
        "SELECT DISTINCT verdict FROM runbook_voice WHERE incident = ?", (incident,)
    )
    return {one["verdict"] for one in found}


def note(
    tx: Transaction,
    case: Row,
    runbook: str,
    flags: Mapping[str, int],
    *,
    at: datetime,
    is_new: bool = False,
) -> None:
    """Note what became of a runbook in an incident, and count the difference.

    Args:
        is_new: Nothing of it was noted before.
    """
    found: Sequence[Row] = ()
    if not is_new:
        found = tx.tables.execute(
            "SELECT * FROM runbook_use WHERE incident = ? AND runbook = ?",
            (case["incident"], runbook),
        )
    # It counts for the category for which it was first looked at.
    none = dict.fromkeys(_FLAGS, 0) | {"category": case["category"]}
    before: Row = found[0] if found else none
    after = {**before, **flags}
    category, fixed = str(before["category"]), case["fixed"]
    tx.tables.execute(
        "INSERT OR REPLACE INTO runbook_use (incident, runbook, category, offered, "
        "taken, done, rejected, wrong) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (case["incident"], runbook, category, *(after[flag] for flag in _FLAGS)),
    )
    _move(tx, category, runbook, _counts(before, fixed), _counts(after, fixed), at=at)


def _counts(use: Row, fixed: int) -> tuple[int, ...]:
    """Return what one incident adds to the counts, in the order of `_COUNTED`."""
    followed = use["taken"] and fixed
    decided = int(bool(followed or use["rejected"] or use["wrong"]))
    # Only where the taking counts: nothing works more often than it is tried.
    worked = int(bool(followed and use["done"] and not use["wrong"]))
    return (*(use[flag] for flag in _FLAGS), decided, worked)


def _move(
    tx: Transaction,
    category: str,
    runbook: str,
    before: tuple[int, ...],
    after: tuple[int, ...],
    *,
    at: datetime,
) -> None:
    if before == after:
        return
    more = [new - old for old, new in zip(before, after, strict=True)]
    sums = ", ".join(f"{one} = {one} + excluded.{one}" for one in _COUNTED)
    tx.tables.execute(
        f"INSERT INTO runbook_history (category, runbook, {', '.join(_COUNTED)}, "  # noqa: S608 - our own names
        "changed_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        f"ON CONFLICT (category, runbook) DO UPDATE SET {sums}, "
        "changed_us = excluded.changed_us",
        (category, runbook, *more, to_us(at)),
    )
