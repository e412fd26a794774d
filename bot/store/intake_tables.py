"""The tables of reading the inbox fast: large payloads apart, and what arrived.

Marking a row rewrites all of it, so a large payload lies in a table of its own:
written once, read once, never moved. What an item means is nobody's business here.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def make(db: "Database") -> None:
    """Create every table of it in an empty place."""
    inbox = db.table("inbox")
    inbox.add_column("raw_sha256", str, not_null_default="")
    # `n` is that of the inbox, whose own `sealed` is empty where this holds it.
    db.table("inbox_large").create(
        {"n": int, "sealed": bytes}, pk="n", not_null={"sealed"}, strict=True
    )
