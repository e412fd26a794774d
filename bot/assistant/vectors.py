"""Vectors of documents, kept in a file from one start to the next.

To read a large shelf takes minutes and to load its vectors a moment. The file holds
hashes and vectors, no text; it can be thrown away at any time. A file that cannot be
used only costs time. What a vector is, see `bot/assistant/embedding.py`.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from bot.assistant.embedding import VECTOR_BYTES, Embed

_SCHEMA = "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, held BLOB NOT NULL)"
_MOST_KEPT = 60_000
"""Vectors in the file, 50 MB; for one more it is begun anew."""
_WAIT_S = 2.0
_THREADS = 2
_T = TypeVar("_T")


class Vectors:
    """Vectors by text.

    Args:
        path: Of the file; without one, or where its directory is missing, nothing
            is kept.
        model: Whose vectors they are.
    """

    def __init__(self, path: Path | None, *, model: str) -> None:
        self._path = path if path and path.parent.is_dir() else None
        self._model = model

    def of(self, texts: Sequence[str], embed: Embed) -> list[bytes]:
        """Return a vector for each text, by the model only where none is kept."""
        keys = [self._key(text) for text in texts]
        known = self._use(lambda db: _read(db, keys)) or {}
        asked = dict(zip(keys, texts, strict=True))
        new = _made({k: text for k, text in asked.items() if k not in known}, embed)
        if new:
            self._use(lambda db: _keep(db, new))
        return [known.get(key) or new[key] for key in keys]

    def _key(self, text: str) -> bytes:
        asked = f"{self._model}\0{text}".encode("utf-8", "replace")
        return hashlib.sha256(asked).digest()

    def _use(self, do: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """Return what is done with the file; None when it cannot be used."""
        if self._path is None:
            return None
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_S)) as db, db:
                db.execute(_SCHEMA)
                return do(db)
        except sqlite3.Error:
            return None


def _made(texts: Mapping[bytes, str], embed: Embed) -> dict[bytes, bytes]:
    # Each text is a call of its own, so more threads change the time and no vector.
    with ThreadPoolExecutor(_THREADS) as pool:
        return dict(zip(texts, pool.map(embed, texts.values()), strict=True))


def _read(db: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    found = {}
    for key in keys:
        row = db.execute("SELECT held FROM vector WHERE key = ?", (key,)).fetchone()
        if row and isinstance(row[0], bytes) and len(row[0]) == VECTOR_BYTES:
            found[key] = row[0]
    return found


def _keep(db: sqlite3.Connection, new: Mapping[bytes, bytes]) -> None:
    (count,) = db.execute("SELECT count(*) FROM vector").fetchone()
    if count + len(new) > _MOST_KEPT:
        db.execute("DELETE FROM vector")
    db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", new.items())
