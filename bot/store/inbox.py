"""The inbox in SQLite: what was accepted and must not be lost.

What an item means, and when it is given up, is decided by whoever reads it.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from bot.domain.errors import NotFound
from bot.domain.instants import SECOND_US, from_us, to_us
from bot.ports import InboxItem, Lane, Received
from bot.ports.inbox import Renew

_COLUMNS = (
    "i.id, i.lane, i.source, i.received_us, coalesce(l.sealed, i.sealed), i.state, "
    "i.attempts, i.outcome, i.raw_sha256"
)
_FROM = "FROM inbox i LEFT JOIN inbox_large l ON l.n = i.n"
_PUT = (
    "INSERT INTO inbox (id, lane, source, key, received_us, sealed, raw_sha256) "
    "VALUES {} ON CONFLICT (lane, key) DO NOTHING"
)
_ONE = "(?,?,?,?,?,?,?)"
# A redelivery has no row of its own, and so nothing is kept of it.
_PUT_LARGE = "INSERT INTO inbox_large (n, sealed) SELECT n, ? FROM inbox WHERE id = ?"
_RENEW = "UPDATE inbox SET sealed = ? WHERE n = ?"
_RENEW_LARGE = "UPDATE inbox_large SET sealed = ? WHERE n = ?"
# So many items go into one statement.
_FEW = 32
# Above this a payload lies apart: see `intake_tables.py`.
_LARGE_BYTES = 1024
# So much of what is claimed at once may lie in memory.
_MOST_RENEWED = 500
_MOST_BYTES = 4 * 1024 * 1024


class SqliteInbox:
    """The inbox of one connection. Keeps `ports.Inbox`.

    Args:
        renew: Applied to what comes in: what was sealed just before keys were changed
            must not be kept under a key that is about to go.
    """

    def __init__(
        self, connection: sqlite3.Connection, *, renew: Renew | None = None
    ) -> None:
        self._connection = connection
        self._renew = renew

    def put(self, received: Received) -> tuple[str, bool]:
        """Keep an item; return its id and whether it was here before."""
        return self.put_all((received,))[0]

    def put_all(self, received: Sequence[Received]) -> Sequence[tuple[str, bool]]:
        """Keep several items as `put` does, in order; one statement for all."""
        received = self._renewed(received)
        fews = (received[n : n + _FEW] for n in range(0, len(received), _FEW))
        kept = sum(self._put_few(few) for few in fews)
        if large := [(one.sealed, one.id) for one in received if _is_large(one)]:
            self._connection.executemany(_PUT_LARGE, large)
        if kept == len(received):
            return [(one.id, False) for one in received]
        firsts = [(self._first(one), one.id) for one in received]
        return [(first, first != own) for first, own in firsts]

    def _renewed(self, received: Sequence[Received]) -> Sequence[Received]:
        if self._renew is None:
            return received
        fresh = [self._renew(one.sealed, one.id) for one in received]
        pairs = zip(received, fresh, strict=True)
        return [
            one if sealed is one.sealed else replace(one, sealed=sealed)
            for one, sealed in pairs
        ]

    def _put_few(self, few: Sequence[Received]) -> int:
        """Keep them in one statement; return how many were not here before."""
        given = [value for one in few for value in _row(one)]
        return self._connection.execute(_put(len(few)), given).rowcount

    def _first(self, received: Received) -> str:
        (first,) = self._connection.execute(
            "SELECT id FROM inbox WHERE lane = ? AND key = ?",
            (received.lane.value, received.key),
        ).fetchone()
        return str(first)

    def claim(
        self, lane: Lane, *, now: datetime, lease_s: int, limit: int
    ) -> tuple[InboxItem, ...]:
        """Return the oldest unread items and reserve them for `lease_s`.

        `attempts` counts this one: it is 1 the first time. The order is that of
        arrival, which a clock that was set back does not change.
        """
        now_us = to_us(now)
        rows = self._connection.execute(
            f"SELECT i.n, {_COLUMNS} {_FROM} WHERE i.lane = ? "
            "AND i.state = 'new' AND i.due_us <= ? ORDER BY i.n LIMIT ?",
            (lane.value, now_us, limit),
        )
        claimed, taken = [], 0
        for n, *row in rows:
            claimed.append((n, row))
            taken += len(row[4])
            if taken >= _MOST_BYTES:
                break
        rows.close()
        self._connection.executemany(
            "UPDATE inbox SET due_us = ?, attempts = attempts + 1 WHERE n = ?",
            [(now_us + lease_s * SECOND_US, n) for n, _ in claimed],
        )
        return tuple(_item(row, claims=1) for _, row in claimed)

    def done(self, item_id: str, outcome: Mapping[str, Any]) -> None:
        """Say what became of an item; only the first time counts.

        The sealed payload stays.

        Raises:
            NotFound: There is no such item.
        """
        self.done_all({item_id: outcome})

    def done_all(self, outcomes: Mapping[str, Mapping[str, Any]]) -> None:
        """Say of several items what `done` says of one, by their ids."""
        changed = self._connection.executemany(
            "UPDATE inbox SET state = 'done', outcome = ? "
            "WHERE id = ? AND state <> 'done'",
            [(orjson.dumps(one).decode(), item) for item, one in outcomes.items()],
        )
        if changed.rowcount < len(outcomes):
            for item in outcomes:
                self._must_exist(item)

    def give_back(
        self, item_id: str, *, because: str, not_before: datetime, dead: bool
    ) -> None:
        """Say that reading failed: try again later, or give it up.

        An item that is done meanwhile stays done. One that is given up has
        ``{"because": …}`` as its outcome.

        Raises:
            NotFound: There is no such item.
        """
        outcome = orjson.dumps({"because": because} if dead else {}).decode()
        changed = self._connection.execute(
            "UPDATE inbox SET state = ?, because = ?, due_us = ?, outcome = ? "
            "WHERE id = ? AND state <> 'done'",
            ("dead" if dead else "new", because, to_us(not_before), outcome, item_id),
        )
        if not changed.rowcount:
            self._must_exist(item_id)

    def find(self, item_id: str) -> InboxItem | None:
        """Return one item."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE i.id = ?",
            (item_id,),
        ).fetchall()
        return _item(rows[0]) if rows else None

    def renew(self, after: int, renew: Renew) -> tuple[int, int]:
        """Seal the next few items anew; return where that ended and how many changed.

        A few are as many as fit into memory with `claim`'s limit.
        """
        rows = self._connection.execute(
            "SELECT i.n, i.id, i.sealed, l.sealed FROM inbox i "
            "LEFT JOIN inbox_large l ON l.n = i.n WHERE i.n > ? ORDER BY i.n LIMIT ?",
            (after, _MOST_RENEWED),
        )
        found, taken, changed = [], 0, 0
        for row in rows:
            found.append(row)
            taken += len(row[2]) + len(row[3] or b"")
            if taken >= _MOST_BYTES:
                break
        rows.close()
        for n, item, small, large in found:
            sealed = small if large is None else large
            fresh = renew(sealed, item) if sealed else sealed
            if fresh is not sealed:
                sql = _RENEW if large is None else _RENEW_LARGE
                changed += self._connection.execute(sql, (fresh, n)).rowcount
        return (found[-1][0] if found else 0), changed

    def counts(self, lane: Lane) -> Mapping[str, int]:
        """Return how many items are in each state; every state has its key."""
        rows = self._connection.execute(
            "SELECT state, count(*) FROM inbox WHERE lane = ? GROUP BY state",
            (lane.value,),
        )
        return {"new": 0, "done": 0, "dead": 0, **dict(rows.fetchall())}

    def _must_exist(self, item_id: str) -> None:
        if self.find(item_id) is None:
            raise NotFound(
                "The inbox was not changed",
                because=f"it has no item {item_id!a}",
                next_move="Name an item that it has.",
            )


@cache
def _put(count: int) -> str:
    return _PUT.format(",".join([_ONE] * count))


def _is_large(received: Received) -> bool:
    return len(received.sealed) > _LARGE_BYTES


def _row(received: Received) -> tuple[Any, ...]:
    return (
        received.id,
        received.lane.value,
        received.source,
        received.key,
        to_us(received.received_at),
        b"" if _is_large(received) else received.sealed,
        received.raw_sha256,
    )


def _item(row: Sequence[Any], *, claims: int = 0) -> InboxItem:
    """Return the item of a row; `claims` are those that the row does not know yet."""
    found, lane, source, received_us, sealed, state, attempts, outcome, raw = row
    return InboxItem(
        id=found,
        lane=Lane(lane),
        source=source,
        received_at=from_us(received_us),
        sealed=sealed,
        state=state,
        attempts=attempts + claims,
        outcome=orjson.loads(outcome),
        raw_sha256=raw,
    )
