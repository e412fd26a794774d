"""Plain rows beside the log, by SQL that SQLite and Postgres both understand.

Transactions are the writer's business, so nothing here begins or ends one.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

_ALLOWED = frozenset({"select", "with", "insert", "update", "delete"})


class SqliteTables:
    """The rows of one connection. Keeps `ports.Tables`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """Run one statement of the common SQL subset; return its rows.

        Raises:
            ValueError: It is not a statement about rows. Tables are made in
                `schema.py`, and a COMMIT here would break other people's work.
        """
        if not _is_about_rows(sql):
            raise ValueError(f"not a statement about rows: {sql[:40]!r}")
        cursor = self._connection.execute(sql, parameters)
        if cursor.description is None:
            return ()
        rows = cursor.fetchall()
        if not rows:
            return ()
        names = [column[0] for column in cursor.description]
        return tuple(dict(zip(names, row, strict=True)) for row in rows)


@lru_cache(maxsize=1024)
def _is_about_rows(sql: str) -> bool:
    return sql.split(maxsplit=1)[0].lower() in _ALLOWED
