"""An export proves that the log only added to a checkpoint somebody kept."""

from base64 import b64decode
from pathlib import Path

import pytest

from bot.domain.errors import Tampered
from bot.ports import TreeHead
from bot.store import merkle
from bot.store.checkpoint import parse_note, sign_note
from bot.store.export import export_log
from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from tests.store.making import append, fact, filled, sign


def since(store: SqliteStore, keys: FileKeys, directory: Path, note: str) -> Path:
    store.read(lambda tx: export_log(tx, directory, keys=keys, since=note))
    return directory


@pytest.mark.parametrize("more", [0, 1, 6, 13])
def test_the_proof_leads_from_the_kept_checkpoint_to_the_new_one(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path, more: int
) -> None:
    filled(sqlite, 3)
    kept = sign(sqlite, keys)
    for version in range(more):
        append(sqlite, fact(version), to="more", after=version)
    folder = since(sqlite, keys, tmp_path / "export", kept)
    proof = (folder / "proofs" / f"consistency-3-{3 + more}").read_text("utf-8")
    old, new = parse_note(kept), parse_note((folder / "checkpoint").read_text("utf-8"))
    assert merkle.is_consistent(
        old=old.size,
        new=new.size,
        old_root=old.root,
        new_root=new.root,
        path=[b64decode(line, validate=True) for line in proof.splitlines()],
    )


def test_without_a_kept_checkpoint_there_is_nothing_to_continue(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path
) -> None:
    filled(sqlite, 3)
    folder = since(sqlite, keys, tmp_path / "export", "")
    assert [f.name for f in (folder / "proofs").iterdir()] == ["2.tlog-proof"]


@pytest.mark.parametrize("size", [2, 3, 4])
def test_no_proof_is_made_for_a_history_the_log_does_not_continue(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path, size: int
) -> None:
    filled(sqlite, 3)
    other = sign_note(
        sqlite.origin,
        TreeHead(size, bytes(32)),
        sign=keys.sign,
        public_key=keys.public_key(),
    )
    with pytest.raises(Tampered) as refused:
        since(sqlite, keys, tmp_path / "export", other)
    assert str(refused.value) == (
        "Nothing was exported: the log does not continue that checkpoint of "
        f"{size} entries. Stop, keep a copy of the store, and restore the newest "
        "backup."
    )
    assert not (tmp_path / "export").exists()


def test_a_checkpoint_that_others_signed_is_not_continued(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path
) -> None:
    filled(sqlite, 3)
    foreign = sign(sqlite, FileKeys(tmp_path / "thief"))
    with pytest.raises(Tampered, match="it is signed by another key"):
        since(sqlite, keys, tmp_path / "export", foreign)
