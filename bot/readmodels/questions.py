"""Questions that wait, one row each, and who asked how much lately.

A row is due, is taken with a lease so that a crash only means another try, and keeps
no words once it was answered. `rev` grows when its message was edited, so that an
answer to what was asked before is recognised.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.instants import from_us, to_us
from bot.domain.untrusted import Untrusted
from bot.ports import Transaction

WAITS, FOR_A_MODEL, OVER = "waiting", "model", "over"
KEPT = timedelta(hours=24)
"""How long a row without words stays, for the limits."""

_COLUMNS = "id, incident, person, channel, thread, text, note, aloud, rev, asked_us"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question that waits.

    Attributes:
        thread: Key of the message under which the answer goes, "" for a whisper.
        text: Masked.
        note: Which incident was taken, where several could have been meant.
    """

    id: str
    incident: str
    person: str
    channel: str
    thread: str
    text: Untrusted
    note: str
    aloud: bool
    rev: int
    asked_at: datetime


def digest_of(text: str) -> str:
    """Return what is equal for questions that say the same."""
    return hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest()


def keep(tx: Transaction, asked: Asked, *, digest: str) -> None:
    """Have a question answered, or answered anew where its message was edited."""
    tx.tables.execute(
        "INSERT INTO question (id, incident, person, channel, thread, digest, text, "
        "note, state, aloud, rev, asked_us, due_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET text = excluded.text, rev = rev + 1, "
        "digest = excluded.digest, state = excluded.state, asked_us = "
        "excluded.asked_us, due_us = excluded.due_us",
        (
            asked.id,
            asked.incident,
            asked.person,
            asked.channel,
            asked.thread,
            digest,
            asked.text.for_redaction(),
            asked.note,
            WAITS,
            int(asked.aloud),
            asked.rev,
            to_us(asked.asked_at),
            to_us(asked.asked_at),
        ),
    )
    tx.tables.execute(
        "DELETE FROM question WHERE state = ? AND asked_us < ?",
        (OVER, to_us(asked.asked_at - KEPT)),
    )


def digest(tx: Transaction, question: str) -> str:
    """Return the digest of a question that was kept, "" if it never was."""
    found = tx.tables.execute("SELECT digest FROM question WHERE id = ?", (question,))
    return str(found[0]["digest"]) if found else ""


def revision(tx: Transaction, question: str) -> int:
    """Return how often a message was asked with, edits included; 0 for never."""
    found = tx.tables.execute("SELECT rev FROM question WHERE id = ?", (question,))
    return int(found[0]["rev"]) if found else 0


def same_lately(
    tx: Transaction, asked: Asked, *, digest: str, within: timedelta
) -> bool:
    """Tell whether the same was asked in the same place just now."""
    found = tx.tables.execute(
        "SELECT 1 AS one FROM question WHERE incident = ? AND channel = ? AND "
        "thread = ? AND digest = ? AND id <> ? AND asked_us > ? AND aloud = ? AND "
        "(aloud = 1 OR person = ?) LIMIT 1",
        (
            asked.incident,
            asked.channel,
            asked.thread,
            digest,
            asked.id,
            to_us(asked.asked_at - within),
            int(asked.aloud),
            asked.person,
        ),
    )
    return bool(found)


def count(
    tx: Transaction, *, since: datetime, person: str = "", channel: str = ""
) -> int:
    """Return how much somebody asked, or was asked in a channel, since a moment."""
    column, value = ("person", person) if person else ("channel", channel)
    found = tx.tables.execute(
        f"SELECT count(*) AS n FROM question WHERE {column} = ? AND asked_us > ?",  # noqa: S608 - ours
        (value, to_us(since)),
    )
    return int(found[0]["n"])


def is_due(tx: Transaction, state: str, *, now: datetime) -> bool:
    """Tell whether a question of a state is due; may be asked of a snapshot."""
    found = tx.tables.execute(
        "SELECT 1 AS one FROM question WHERE state = ? AND due_us <= ? LIMIT 1",
        (state, to_us(now)),
    )
    return bool(found)


def take(
    tx: Transaction, state: str, *, now: datetime, lease: timedelta
) -> Asked | None:
    """Return the question that waits longest, and keep it for a while.

    Args:
        lease: After a crash in the middle it is due again then.
    """
    found = tx.tables.execute(
        f"SELECT {_COLUMNS} FROM question WHERE state = ? AND due_us <= ? "  # noqa: S608 - ours
        "ORDER BY asked_us LIMIT 1",
        (state, to_us(now)),
    )
    if not found:
        return None
    tx.tables.execute(
        "UPDATE question SET due_us = ? WHERE id = ?",
        (to_us(now + lease), found[0]["id"]),
    )
    return _asked(found[0])


def release(tx: Transaction) -> None:
    """Have everything that waits be due: whoever had taken it is gone."""
    tx.tables.execute("UPDATE question SET due_us = asked_us WHERE state <> ?", (OVER,))


def for_a_model(tx: Transaction, asked: Asked, *, now: datetime) -> None:
    """Have a model asked, unless the message was edited meanwhile."""
    tx.tables.execute(
        "UPDATE question SET state = ?, due_us = ? WHERE id = ? AND rev = ?",
        (FOR_A_MODEL, to_us(now), asked.id, asked.rev),
    )


def is_current(tx: Transaction, asked: Asked) -> bool:
    """Tell whether it still waits as it was taken."""
    found = tx.tables.execute(
        "SELECT 1 AS one FROM question WHERE id = ? AND rev = ? AND state <> ?",
        (asked.id, asked.rev, OVER),
    )
    return bool(found)


def over(tx: Transaction, asked: Asked) -> None:
    """Forget the words of a question that was answered."""
    tx.tables.execute(
        "UPDATE question SET state = ?, text = '', note = '' WHERE id = ?",
        (OVER, asked.id),
    )


def _asked(row: Mapping[str, Any]) -> Asked:
    return Asked(
        id=row["id"],
        incident=row["incident"],
        person=row["person"],
        channel=row["channel"],
        thread=row["thread"],
        text=Untrusted(row["text"]),
        note=row["note"],
        aloud=bool(row["aloud"]),
        rev=int(row["rev"]),
        asked_at=from_us(int(row["asked_us"])),
    )
