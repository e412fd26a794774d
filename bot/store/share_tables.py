"""The tables of sharing: a row by which a share is found, and who waits for one.

No key and no ciphertext stands in them. Times are ISO 8601 text.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_SHARE = texts("id incident over expires_at") | numbers("shredded")
_WANTED = texts("item incident person team channel asked_at") | numbers("attempts")


_DESCRIBED = ("files", "missing")


def describe(db: "Database") -> None:
    """Note what is in diagnostics, and how far collecting them has come."""
    share = db.table("share")
    share.add_column("collected_at", str, not_null_default="")
    for column in _DESCRIBED:
        share.add_column(column, int, not_null_default=0)
    progress = db.table("share_progress")
    progress.create(
        texts("incident") | numbers("done total"), pk="incident", strict=True
    )


def make(db: "Database") -> None:
    """Create the tables in an empty place."""
    share = db.table("share")
    share.create(_SHARE, pk="id", strict=True)
    share.create_index(["incident"])
    share.create_index(["over", "shredded"])
    wanted = db.table("share_wanted")
    wanted.create(_WANTED, pk="item", strict=True)
    wanted.create_index(["incident"])
