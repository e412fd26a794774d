"""The workspace's memory: small JSON records, each stamped with a change number.

Each is in SQLite before anyone can see it and so survives ``kill -9``.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.practice.settings import Json


class Records:
    """Records in the order of their last change; ``seq`` never goes back."""

    def __init__(self, state_file: Path | None) -> None:
        # The file is opened where the app is built and used where it is served.
        where = str(state_file or ":memory:")
        self.db = Database(sqlite3.connect(where, check_same_thread=False))
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=OFF")
        self._table = self.db.table("records", pk=("kind", "id"))
        shape = {"kind": str, "id": str, "seq": int, "body": str}
        self._table.create(shape, pk=("kind", "id"), if_not_exists=True)
        rows = list(self._table.rows_where(order_by="seq"))
        self._rows = {(row["kind"], row["id"]): json.loads(row["body"]) for row in rows}
        self.seq: int = rows[-1]["seq"] if rows else 0
        self._changed = asyncio.Event()

    def get(self, kind: str, key: str) -> Json | None:
        """Return one record, or None."""
        return self._rows.get((kind, key))

    def put(self, kind: str, key: str, body: Json) -> Json:
        """Store a record as the newest change and wake whoever waits."""
        stored = {**body, "seq": self.seq + 1}
        row = {"kind": kind, "id": key, "seq": stored["seq"]}
        self._table.upsert({**row, "body": json.dumps(stored)})
        self._rows.pop((kind, key), None)
        self._rows[kind, key] = stored
        self.seq += 1
        self._changed.set()
        self._changed = asyncio.Event()
        return stored

    def since(self, kind: str, after: int = 0, **same: Any) -> list[Json]:
        """Return records changed after a number and equal in ``same``, oldest first."""
        newest_first = reversed(self._rows.items())
        recent = takewhile(lambda row: row[1]["seq"] > after, newest_first)
        found = [body for (kind_of, _), body in recent if kind_of == kind][::-1]
        return [body for body in found if all(body[key] == same[key] for key in same)]

    async def wait(self, enough: Callable[[], object], timeout_s: float) -> None:
        """Return when ``enough`` is true, at the latest after the timeout."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not enough():
                    await self._changed.wait()
