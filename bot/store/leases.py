"""What the process before this one had claimed when it ended.

One process has the file, so at its start every lease belongs to a process that is
gone: what it was reading is read again at once, and what it was sending may have
been sent. Several processes on one database must let leases run out instead.
"""

from bot.ports import Transaction

_RELEASE = (
    "UPDATE inbox SET due_us = 0 WHERE state = 'new'",
    """UPDATE outbox SET in_doubt = 1, lease_us = 0
    WHERE state = 'waiting' AND lease_us > 0""",
    "UPDATE timer SET lease_us = 0",
)


def release_leases(tx: Transaction) -> None:
    """End every lease; what may have been sent comes back in doubt."""
    for statement in _RELEASE:
        tx.tables.execute(statement)
