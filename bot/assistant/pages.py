"""Documents as a table of SQLite's full-text search, in memory, with stemming.

How they are searched is `bot/assistant/search.py`.
"""

import sqlite3
from collections.abc import Iterable

from bot.assistant.words import storable, unfolded, words

# What a document says first says what it is about: only that counts for the fit, and
# what stands behind it counts less, as far down every runbook says "restart".
_LEAD_CHARACTERS = 2000

_SCHEMA = """
CREATE VIRTUAL TABLE page USING fts5(title, lead, rest, tokenize='porter unicode61');
CREATE VIRTUAL TABLE name USING fts5(title, tokenize='porter unicode61');
CREATE VIRTUAL TABLE page_term USING fts5vocab(page, 'row');
CREATE VIRTUAL TABLE name_term USING fts5vocab(name, 'instance');
"""


def paged(documents: Iterable[tuple[str, str]]) -> sqlite3.Connection:
    """Return a database in memory that holds documents, their rowids from 0.

    Args:
        documents: Title and text of each.
    """
    db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    db.executescript(_SCHEMA)
    db.execute("BEGIN")
    for row, (said, whole) in enumerate(documents):
        title, text = storable(said), unfolded(storable(whole))
        lead, rest = text[:_LEAD_CHARACTERS], text[_LEAD_CHARACTERS:]
        db.execute(
            "INSERT INTO page(rowid, title, lead, rest) VALUES (?, ?, ?, ?)",
            (row, unfolded(title), lead, rest),
        )
        db.execute(
            "INSERT INTO name(rowid, title) VALUES (?, ?)",
            (row, " ".join(words(title))),
        )
    db.execute("COMMIT")
    return db
