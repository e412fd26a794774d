"""The table of watching: what is remembered of each heartbeat, page and figure.

A row holds numbers, times and ids of ours as JSON; what they mean is the business of
`bot/watch`. Nothing in it was written by a person.
"""

from typing import TYPE_CHECKING

from bot.store.columns import texts

if TYPE_CHECKING:
    from sqlite_utils import Database


def make(db: "Database") -> None:
    """Create the table in an empty place."""
    columns = texts("watcher key state")
    db.table("watched").create(
        columns, pk=("watcher", "key"), not_null=columns, strict=True
    )
