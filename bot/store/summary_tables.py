"""The tables of summaries: which incidents a model is to be asked about, and counts.

No words stand in them: what a model wrote is an event (`bot/domain/writing_events.py`).
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_WANTED = texts("incident why") | numbers("rev due_us asked_us")
_COUNT = texts("what how") | numbers("n")


def make(db: "Database") -> None:
    """Create the tables in an empty place."""
    wanted = db.table("summary_wanted")
    wanted.create(_WANTED, pk="incident", not_null=_WANTED, strict=True)
    wanted.create_index(["due_us"])
    count = db.table("summary_count")
    count.create(_COUNT, pk=("what", "how"), not_null=_COUNT, strict=True)
