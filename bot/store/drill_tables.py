"""The tables of drills: runs, whose alerts are theirs, and their simulated world.

What stands in them is the business of `bot/readmodels/drills.py` and
`bot/gate/rehearsal.py`.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database


def make(db: "Database") -> None:
    """Create every table of drills in an empty place."""
    drill = db.table("drill")
    drill.create(
        texts("id scenario run started_at") | numbers("over"), pk="id", strict=True
    )
    drill.create_index(["over"])
    db.table("drill_alert").create(texts("item drill"), pk="item", strict=True)
    db.table("rehearsal").create(
        texts("incident thing value"), pk=("incident", "thing"), strict=True
    )
