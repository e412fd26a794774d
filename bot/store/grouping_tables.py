"""The tables of grouping: silences, maintenance windows, and what flaps."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def make(db: "Database") -> None:
    """Create every table of it in an empty place."""
