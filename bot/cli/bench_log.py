"""How fast facts are durable in the log, beside bare SQLite commits.

Each figure is of the real store in a new file. The rival writes one bare row a
commit, with the same settings (WAL, synchronous=FULL), in the same run.
"""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.cli.bench_rival import bare_sqlite_commits_per_s
from bot.ports import NewEntry
from bot.store.checkpoint import parse_note, sign_note, vkey
from bot.store.export import proof
from bot.store.keyfile import FileKeys
from bot.store.proof import verify_proof
from bot.store.sqlite import SqliteStore
from bot.store.verify import verify_store

_SINGLE = 2000
_THREADS = 16
_PER_THREAD = 500
_PROOFS = 500
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def measure() -> dict[str, Any]:
    """Return the figures of this machine, by name with their unit."""
    bare = bare_sqlite_commits_per_s()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        store = SqliteStore(Path(folder) / "log.db")
        try:
            return _figures(store, FileKeys(Path(folder) / "keys"), bare)
        finally:
            store.close()


def _figures(store: SqliteStore, keys: FileKeys, bare: float) -> dict[str, Any]:
    single = _SINGLE / _seconds(lambda: _append_all(store, "single", _SINGLE))
    grouped = _THREADS * _PER_THREAD / _seconds(lambda: _append_grouped(store))
    keys.sign(b"")  # the key is read, and its library imported, once a process
    checkpoint_s = _seconds(lambda: _save_checkpoint(store, keys))
    proof_s = _seconds(lambda: _prove(store, keys))
    size = store.read(lambda tx: tx.log.head()).size
    verify_s = _seconds(lambda: store.read(lambda tx: verify_store(tx, keys)))
    return {
        "durable appends per s, one by one": single,
        "durable appends per s, 16 threads": grouped,
        "bare SQLite commits per s": bare,
        "ratio, one by one": single / bare,
        "ratio, 16 threads": grouped / bare,
        "checkpoint signed and saved, ms": checkpoint_s * 1000,
        "proof made and checked, ms": proof_s * 1000 / _PROOFS,
        "bare SQLite commit, ms": 1000 / bare,
        "entries verified per s": size / verify_s,
        "entries": size,
    }


def _append_all(store: SqliteStore, stream: str, count: int) -> None:
    for version in range(count):
        store.write(
            lambda tx, version=version: tx.log.append(  # type: ignore[misc]
                f"{stream}/1", expected_version=version, entries=[_entry(version)]
            )
        ).result()


def _append_grouped(store: SqliteStore) -> None:
    with ThreadPoolExecutor(_THREADS) as threads:
        streams = [f"thread-{number}" for number in range(_THREADS)]
        list(threads.map(lambda name: _append_all(store, name, _PER_THREAD), streams))


def _save_checkpoint(store: SqliteStore, keys: FileKeys) -> None:
    def work(tx: Any) -> None:
        head = tx.log.head()
        note = sign_note(tx.origin, head, sign=keys.sign, public_key=keys.public_key())
        tx.log.save_checkpoint(note, size=head.size, at=_NOON)

    store.write(work).result()


def _prove(store: SqliteStore, keys: FileKeys) -> None:
    verifier = vkey(store.origin, keys.public_key())
    newest = store.read(lambda tx: tx.log.newest_checkpoint())
    size = parse_note(newest or "").size
    for seq in range(0, size, size // _PROOFS):
        text, leaf = store.read(
            lambda tx, seq=seq: proof(tx, seq, keys=keys)  # type: ignore[misc]
        )
        verify_proof(text, leaf, verifier)


def _entry(number: int) -> NewEntry:
    """Return an entry of a usual size: about 400 bytes and one word."""
    return NewEntry(
        kind="incident.acknowledged.v1",
        at=_NOON,
        actor="U0ONCALL",
        body={"by": "U0ONCALL", "number": number, "digest": "0" * 64},
        words={"reason": "The latency is back where it was."},
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
