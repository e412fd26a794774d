"""The log's table since 0022: an entry lies with the hashes that it completes.

Before, hashes stood in a table of their own, where those of one entry lay on two or
three pages, and every decision waited for the disk to take them. What is in a leaf is
in `leaf.py`; which subtrees an entry completes is in `merkle.py`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.domain.errors import Tampered
from bot.store import merkle

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database

# sqlite-utils makes no triggers.
NEVER = """
CREATE TRIGGER {table}_never_{verb} BEFORE {verb} ON {table}
BEGIN SELECT raise(ABORT, 'the {table} table is append-only'); END
"""
# This one also stops INSERT OR REPLACE, which deletes without a delete trigger.
ENTRY_FOLLOWS = """
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN new.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM entry)
BEGIN SELECT raise(ABORT, 'an entry follows the one before it'); END
"""


def keep_hashes_with_entries(db: "Database") -> None:
    """Move every hash to the entry that completed it.

    An entry or a hash that somebody changed is carried over as it is, so that
    checking the log still tells.

    Raises:
        Tampered: There are hashes of entries that are not there.
    """
    # In this order, so that a hash is found without reading through a long leaf.
    db.table("entry_now").create(
        {"seq": int, "stream": str, "version": int, "hashes": bytes, "leaf": bytes},
        pk="seq",
        not_null={"stream", "version", "hashes", "leaf"},
        strict=True,
    )
    db.conn.executemany("INSERT INTO entry_now VALUES (?,?,?,?,?)", _moved(db.conn))
    _refuse_leftovers(db.conn)
    db.execute("DROP TABLE entry")
    db.execute("DROP TABLE hash")
    db.rename_table("entry_now", "entry")
    db.table("entry").create_index(["stream", "version"], unique=True)
    for statement in (
        NEVER.format(table="entry", verb=v) for v in ("update", "delete")
    ):
        db.execute(statement)
    db.execute(ENTRY_FOLLOWS)


def _moved(db: "sqlite3.Connection") -> Iterator[tuple[object, ...]]:
    rows = db.execute("SELECT seq, stream, version, leaf FROM entry ORDER BY seq")
    for seq, stream, version, leaf in rows:
        kept = [
            db.execute(
                "SELECT hash FROM hash WHERE level = ? AND pos = ?", subtree
            ).fetchone()
            for subtree in merkle.completed(seq)
        ]
        yield seq, stream, version, b"".join(row[0] for row in kept if row), leaf


def _refuse_leftovers(db: "sqlite3.Connection") -> None:
    (size,) = db.execute("SELECT coalesce(max(seq) + 1, 0) FROM entry").fetchone()
    (left,) = db.execute(
        "SELECT count(*) FROM hash WHERE ((pos + 1) << level) > ?", (size,)
    ).fetchone()
    if left:
        raise leftover(size, what="hashes")


def leftover(size: int, *, what: str) -> Tampered:
    """Return the error for a log that was longer once, as what was left shows."""
    return Tampered(
        f"Entry {size} is missing",
        because=f"{what} of it, or of entries after it, are still there",
        next_move="Somebody cut the log short. Restore it from a backup.",
    )
