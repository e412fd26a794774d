"""The outbox in SQLite: each message a row, as it should look now.

A row waits, is claimed, and is sent or given up; a later state of the same message
makes it wait again. Text and blocks are kept only while they wait, so that words
live nowhere longer than they must. Rates, retries and the look into the channel
when a send is in doubt are the sender's business.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from bot.domain.errors import NotFound
from bot.domain.instants import SECOND_US, from_us, to_us
from bot.ports import Post, Sending, Whisper
from bot.ports.store import Guard

# A message keeps its place and its turn: only one that was at rest, or that is just
# being sent in an older state, queues anew.
_CHANGE_POST = """
UPDATE outbox SET
  rev = rev + 1, text = :text, blocks = :blocks, because = NULL,
  channel = CASE WHEN ts = '' THEN :channel ELSE channel END,
  thread = CASE WHEN ts = '' THEN :thread ELSE thread END,
  queued_us = CASE WHEN state = 'waiting' AND lease_us = 0
              THEN queued_us ELSE :now END,
  not_before_us = CASE WHEN state = 'waiting' THEN not_before_us ELSE 0 END,
  state = 'waiting'
WHERE n = :n
"""
_DUE = """
SELECT o.n FROM outbox o LEFT JOIN outbox p ON o.thread <> '' AND p.key = o.thread
WHERE o.state = 'waiting' AND o.not_before_us <= :now AND o.lease_us <= :now
  AND (o.thread = '' OR p.ts <> '')
ORDER BY o.queued_us, o.n LIMIT :limit
"""
_CLAIM = """
UPDATE outbox SET lease_us = :until, attempts = attempts + 1,
  in_doubt = max(in_doubt, lease_us > 0)
WHERE n = :n
"""
_SENDING = """
SELECT o.key, o.kind, o.channel, o.person, o.text, o.blocks, o.ts,
  coalesce(p.ts, ''), o.rev, o.attempts, o.in_doubt, o.created_us
FROM outbox o LEFT JOIN outbox p ON o.thread <> '' AND p.key = o.thread
WHERE o.n = ?
"""
_GONE = "state = 'gone', text = '', blocks = '[]', lease_us = 0"
# A message that was given up before it stood will never have a thread.
_DROP_ORPHANS = f"""
UPDATE outbox SET {_GONE}, because = 'the message it belongs under was given up'
WHERE thread = :parent AND state = 'waiting' AND EXISTS (
  SELECT 1 FROM outbox p WHERE p.key = :parent AND p.state = 'gone' AND p.ts = '')
"""  # noqa: S608 - ours


class SqliteOutbox:
    """The outbox of one connection. Keeps `ports.Outbox`."""

    def __init__(
        self, connection: sqlite3.Connection, *, guard: Guard | None = None
    ) -> None:
        self._connection = connection
        self._guard = guard

    def post(self, post: Post, *, now: datetime) -> None:
        """Set how a message is to look.

        A message that stands stays where it is: a new channel or thread counts
        only while it has not been sent. Saying the same again while it waits
        changes nothing. One that was given up is tried again.
        """
        if self._guard is not None:
            post = self._guard.post(post)
        found = self._connection.execute(
            "SELECT n, state, channel, thread, text, blocks FROM outbox WHERE key = ?",
            (post.key,),
        ).fetchone()
        blocks = _dump(post.blocks)
        if found is None:
            self._add(post, blocks, to_us(now))
            return
        wanted = ("waiting", post.channel, post.thread, post.text, blocks)
        if tuple(found[1:]) == wanted:
            return
        self._connection.execute(
            _CHANGE_POST,
            {
                "n": found[0],
                "text": post.text,
                "blocks": blocks,
                "channel": post.channel,
                "thread": post.thread,
                "now": to_us(now),
            },
        )

    def whisper(self, whisper: Whisper, *, now: datetime) -> None:
        """Queue a message for one person. The same key is queued once."""
        if self._guard is not None:
            whisper = self._guard.whisper(whisper)
        now_us = to_us(now)
        self._connection.execute(
            "INSERT INTO outbox (key, kind, channel, person, text, blocks, created_us, "
            "queued_us, expires_us) VALUES (?, 'whisper', ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO NOTHING",
            (
                whisper.key,
                whisper.channel,
                whisper.person,
                whisper.text,
                _dump(whisper.blocks),
                now_us,
                now_us,
                to_us(whisper.expires_at),
            ),
        )

    def claim(self, *, now: datetime, lease_s: int, limit: int) -> tuple[Sending, ...]:
        """Return rows that are due, oldest first, and reserve them.

        A post in a thread waits until its parent has been sent. A row whose lease
        ran out without an answer comes back `in_doubt`. Whispers whose time is
        over are given up first. `attempts` counts this one.
        """
        now_us = to_us(now)
        self._expire(now_us)
        due = self._connection.execute(_DUE, {"now": now_us, "limit": limit}).fetchall()
        until = now_us + lease_s * SECOND_US
        self._connection.executemany(_CLAIM, [{"n": n, "until": until} for (n,) in due])
        return tuple(
            _sending(self._connection.execute(_SENDING, one).fetchone()) for one in due
        )

    def sent(self, key: str, *, rev: int, ts: str) -> None:
        """Say that this state of the message stands in Slack.

        If the message was changed meanwhile, it is due again in its newest state.

        Raises:
            NotFound: There is no such message.
        """
        self._change(
            "UPDATE outbox SET ts = CASE WHEN :ts = '' THEN ts ELSE :ts END, "
            "lease_us = 0, in_doubt = 0, attempts = 0, not_before_us = 0, "
            "state = CASE WHEN rev <= :rev THEN 'sent' ELSE state END, "
            "text = CASE WHEN rev <= :rev THEN '' ELSE text END, "
            "blocks = CASE WHEN rev <= :rev THEN '[]' ELSE blocks END "
            "WHERE key = :key",
            {"key": key, "rev": rev, "ts": ts},
        )

    def not_sent(
        self, key: str, *, because: str, not_before: datetime, in_doubt: bool
    ) -> None:
        """Say that sending failed: it is tried again at `not_before`.

        Args:
            in_doubt: Whether this or an earlier try may have arrived after all.

        Raises:
            NotFound: There is no such message.
        """
        self._change(
            "UPDATE outbox SET lease_us = 0, because = :because, "
            "not_before_us = :not_before, in_doubt = :in_doubt WHERE key = :key",
            {
                "key": key,
                "because": because,
                "not_before": to_us(not_before),
                "in_doubt": int(in_doubt),
            },
        )

    def give_up(self, key: str, *, because: str) -> None:
        """Say that it will never be sent, for example to a deleted channel.

        What waits for its thread is given up with it, unless the thread stands.

        Raises:
            NotFound: There is no such message.
        """
        self._change(
            f"UPDATE outbox SET {_GONE}, because = :because "  # noqa: S608 - ours
            "WHERE key = :key",
            {"key": key, "because": because},
        )
        self._connection.execute(_DROP_ORPHANS, {"parent": key})

    def ts_of(self, key: str) -> str:
        """Return Slack's id of a message, "" while it is not there."""
        row = self._connection.execute(
            "SELECT ts FROM outbox WHERE key = ?", (key,)
        ).fetchone()
        return "" if row is None else str(row[0])

    def waiting(self) -> int:
        """Return how many rows have not been sent."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM outbox WHERE state = 'waiting'"
        ).fetchone()
        return int(count)

    def _add(self, post: Post, blocks: str, now_us: int) -> None:
        self._connection.execute(
            "INSERT INTO outbox (key, kind, channel, text, blocks, thread, "
            "created_us, queued_us) VALUES (?, 'post', ?, ?, ?, ?, ?, ?)",
            (post.key, post.channel, post.text, blocks, post.thread, now_us, now_us),
        )
        if post.thread:
            self._connection.execute(_DROP_ORPHANS, {"parent": post.thread})

    def _expire(self, now_us: int) -> None:
        self._connection.execute(
            f"UPDATE outbox SET {_GONE}, because = 'its time was over' "  # noqa: S608
            "WHERE state = 'waiting' AND kind = 'whisper' "
            "AND expires_us <= ? AND lease_us <= ?",
            (now_us, now_us),
        )

    def _change(self, sql: str, given: Mapping[str, Any]) -> None:
        if not self._connection.execute(sql, given).rowcount:
            raise NotFound(
                "The outbox was not changed",
                because=f"it has no message {given['key']!a}",
                next_move="Name a message that it has.",
            )


def _dump(blocks: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(blocks, option=orjson.OPT_SORT_KEYS).decode()


def _sending(row: tuple[Any, ...]) -> Sending:
    return Sending(
        key=row[0],
        kind=row[1],
        channel=row[2],
        person=row[3],
        text=row[4],
        blocks=tuple(orjson.loads(row[5])),
        ts=row[6],
        thread_ts=row[7],
        rev=row[8],
        attempts=row[9],
        in_doubt=bool(row[10]),
        created_at=from_us(row[11]),
    )
