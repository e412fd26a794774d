"""A new store for a test, without waiting for the migrations each time.

That migrations make the tables, from nothing and from older files, is tested in
tests/store/test_database.py; nearly every other test only needs the outcome.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from bot.ports.inbox import Renew
from bot.ports.store import Guard
from bot.store.database import prepare
from bot.store.sqlite import SqliteStore


def new_store(
    path: Path, *, guard: Guard | None = None, renew: Renew | None = None
) -> SqliteStore:
    """Return a store in a file; where there is none yet, with all its tables."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_empty())
    return SqliteStore(path, guard=guard, renew=renew)


@cache
def _empty() -> bytes:
    """Return the file as `prepare` leaves it: once for each worker."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-empty-"))
    try:
        prepare(folder / "tocsin.db")
        return (folder / "tocsin.db").read_bytes()
    finally:
        shutil.rmtree(folder)
