"""The tables of the read models and of what is no event: plain rows.

What stands in them, and when it changes, is the business of the room that writes
them, through `Tables`. Times are ISO 8601 text here, as those rooms write them.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_BOARD = texts(
    "id title severity phase category commander acked_by since system channel "
    "resolved_at"
) | numbers("number drill")
_PROBLEM = texts("incident dedup grp source because last_at first_alert") | numbers(
    "count"
)
_SUGGESTED = texts("incident runbook title text why") | numbers("position step")


def make(db: "Database") -> None:
    """Create every read-model table in an empty place."""
    board = db.table("board")
    board.create(_BOARD, pk="id", strict=True)
    board.create_index(["channel", "number"])
    problem = db.table("problem")
    problem.create(_PROBLEM, pk=("incident", "dedup"), strict=True)
    problem.create_index(["dedup"])
    problem.create_index(["grp"])
    alert = db.table("alert")
    alert.create({"id": str, "incident": str, "doc": str}, pk="id", strict=True)
    alert.create_index(["incident"])
    db.table("suggested").create(_SUGGESTED, pk=("incident", "position"), strict=True)
    for storm in ("shown", "held"):
        rows = db.table(storm)
        rows.create({"incident": str, "at": str}, pk="incident", strict=True)
        rows.create_index(["at"])
