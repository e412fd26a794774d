"""The table of places: who proposed which plan, and when it was taken to run.

The limits of the gate are counted over it. Which plan it is and what became of it is
in the log; a plan made before there was this table gets its row when it is taken.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_PLACE = texts("plan requester action target system") | numbers(
    "drill edited proposed_us claimed_us begun"
)


def make(db: "Database") -> None:
    """Create the table in an empty place."""
    place = db.table("place")
    place.create(_PLACE, pk="plan", not_null=_PLACE, strict=True)
    # What is asked: everything of one play that was taken, or proposed, lately.
    place.create_index(["drill", "claimed_us"])
    place.create_index(["requester", "proposed_us"])
