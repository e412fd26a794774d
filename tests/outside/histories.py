"""One log as it grew, exported at many sizes, and logs that forked."""

import shutil
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from bot.store.checkpoint import vkey
from bot.store.export import export_log
from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from bot.store.transaction import SqliteTransaction
from tests.store.making import fact, sign

SIZES = (1, 2, 3, 7, 8, 100, 1000)
STREAM = "incident/INC-0001"


@dataclass(frozen=True)
class History:
    """Exports of one log: at every size, since every smaller size and itself."""

    folder: Path

    @property
    def vkey(self) -> Path:
        return self.folder / "vkey"

    def at(self, size: int, *, since: int = 0) -> Path:
        return self.folder / f"{since}-{size}"

    def checkpoint(self, size: int) -> Path:
        return self.folder / f"{size}.checkpoint"

    def proof(self, seq: int, size: int) -> Path:
        return self.at(size) / "proofs" / f"{seq}.tlog-proof"

    def consistency(self, old: int, new: int) -> Path:
        return self.at(new, since=old) / "proofs" / f"consistency-{old}-{new}"

    def record(self, seq: int) -> Path:
        """Return a file with the exact bytes of an entry."""
        entries = self.at(SIZES[-1]) / "entries.jsonl"
        file = self.folder / f"{seq}.record"
        file.write_bytes(entries.read_bytes().split(b"\n")[seq])
        return file


def grown_history(folder: Path) -> History:
    """Let a log grow, and keep a checkpoint and exports at every size."""
    history, keys = History(folder), FileKeys(folder / "keys")
    store = SqliteStore(folder / "tocsin.db")
    for size in (0, *SIZES):
        grow(store, size)
        history.checkpoint(size).write_text(sign(store, keys), "utf-8")
        for old in (old for old in (0, *SIZES) if old <= size):
            note = history.checkpoint(old).read_text("utf-8")
            export(store, keys, history.at(size, since=old), since=note)
    history.vkey.write_text(vkey(store.origin, keys.public_key()) + "\n", "utf-8")
    store.close()
    return history


def seqs_of(size: int) -> set[int]:
    """Return the entries that are proved at a size: both ends and two between."""
    return {0, size // 3, size // 2, size - 1} if size else set()


def grow(store: SqliteStore, size: int, *, mark: str = "one") -> None:
    """Append to the log until it has `size` entries."""

    def work(tx: SqliteTransaction) -> None:
        for number in range(tx.log.head().size, size):
            entry = fact(number, text=f"{mark} {number}")
            tx.log.append(STREAM, expected_version=number, entries=[entry])

    store.write(work).result()


def export(
    store: SqliteStore, keys: FileKeys, directory: Path, *, since: str = ""
) -> Path:
    def work(tx: SqliteTransaction) -> None:
        proofs = sorted(seqs_of(tx.log.head().size))
        export_log(tx, directory, keys=keys, proofs=proofs, since=since)

    store.read(work)
    return directory


@dataclass(frozen=True)
class Fork:
    """Two exports with one key and one beginning, and a proof made for the second."""

    kept: Path
    told: Path
    proof: Path


def forked(folder: Path, *, common: int, kept: int, told: int) -> Fork:
    """Split one log after `common` entries into one of `kept` and one of `told`."""
    keys = FileKeys(folder / "keys")
    (folder / "kept").mkdir()
    store = SqliteStore(folder / "kept" / "tocsin.db")
    grow(store, common)
    store.close()
    shutil.copytree(folder / "kept", folder / "told")
    for name, size in (("kept", kept), ("told", told)):
        store = SqliteStore(folder / name / "tocsin.db")
        grow(store, size, mark=name)
        export(store, keys, folder / name / "export")
        if name == "told":
            path = store.read(lambda tx: tx.log.consistency(kept, told))
            proof = "".join(b64encode(node).decode() + "\n" for node in path)
            (folder / "proof").write_text(proof, "utf-8")
        store.close()
    return Fork(
        kept=folder / "kept" / "export",
        told=folder / "told" / "export",
        proof=folder / "proof",
    )
