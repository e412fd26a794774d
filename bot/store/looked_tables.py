"""The table of who caught up with which incident, and when: for "since you looked"."""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_LOOKED = texts("incident person") | numbers("at_us seq")


def make(db: "Database") -> None:
    """Create the table in an empty place."""
    looked = db.table("looked")
    looked.create(_LOOKED, pk=("incident", "person"), not_null=_LOOKED, strict=True)
