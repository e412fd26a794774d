"""A destroyed key leaves no byte behind, in the file or in its WAL."""

import secrets
import stat
from pathlib import Path

import pytest

from bot.domain.errors import BadRequest, Unreachable
from bot.ports.storage import ShareKey
from bot.store.blobs import FileBlobs
from bot.store.sharekeys import SqliteShareKeys
from tests.fakes.sharing import put


def everything(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.glob("keys.db*")))


def a_key() -> ShareKey:
    return ShareKey(wrapped=secrets.token_bytes(102), auth=secrets.token_bytes(32))


@pytest.mark.slow  # two hundred files written anew and synced
def test_no_byte_of_a_destroyed_key_stays_on_disk(tmp_path: Path) -> None:
    keys = SqliteShareKeys(tmp_path / "keys.db")
    kept = {f"sh_{n}": a_key() for n in range(200)}
    for share, key in kept.items():
        keys.put(share, key)
    for share in list(kept)[:199]:
        keys.destroy(share)
    found = everything(tmp_path)
    left = [
        share
        for share, key in kept.items()
        if key.wrapped[:16] in found or key.auth[:16] in found
    ]
    assert left == ["sh_199"]


def test_the_search_finds_a_key_that_is_still_there(tmp_path: Path) -> None:
    """The test above can fail: it looks where keys are."""
    keys, key = SqliteShareKeys(tmp_path / "keys.db"), a_key()
    keys.put("sh_1", key)
    assert key.wrapped in everything(tmp_path)
    assert key.auth in everything(tmp_path)


def test_what_a_crash_left_behind_is_cleaned_at_the_next_start(tmp_path: Path) -> None:
    keys, key = SqliteShareKeys(tmp_path / "keys.db"), a_key()
    for n in range(40):
        keys.put(f"sh_{n}", a_key())
    keys.put("sh_x", key)
    keys._run("DELETE FROM share_key", ())
    SqliteShareKeys(tmp_path / "keys.db")
    assert key.wrapped[:16] not in everything(tmp_path)


def test_only_the_owner_reads_the_keys_and_the_blobs(tmp_path: Path) -> None:
    SqliteShareKeys(tmp_path / "keys.db").put("sh_1", a_key())
    blobs = FileBlobs(tmp_path / "blobs")
    put(blobs, "sh_1", b"x")
    found = [tmp_path / "keys.db", tmp_path / "blobs", *(tmp_path / "blobs").iterdir()]
    modes = {stat.S_IMODE(one.stat().st_mode) & 0o077 for one in found}
    assert modes == {0}


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "a b", "x" * 81, "ä"])
def test_a_name_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    blobs = FileBlobs(tmp_path / "blobs")
    for ask in (blobs.read, blobs.delete, blobs.draft):
        with pytest.raises(BadRequest):
            ask(name)


def test_a_crash_in_the_middle_of_writing_leaves_no_blob(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "blobs")
    (tmp_path / "blobs" / ".new-half").write_bytes(b"half")
    assert blobs.names() == ()
    assert blobs.sweep() == 1
    assert list((tmp_path / "blobs").iterdir()) == []


def test_a_draft_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    draft = FileBlobs(tmp_path / "blobs").draft("sh_1")
    (file,) = (tmp_path / "blobs").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    draft.discard()


def test_no_byte_of_a_wrapping_stays_once_it_was_wrapped_anew(tmp_path: Path) -> None:
    keys, key = SqliteShareKeys(tmp_path / "keys.db"), a_key()
    keys.put("sh_1", key)
    keys.rewrap("sh_1", secrets.token_bytes(110))
    keys.clean()
    assert key.wrapped[:16] not in everything(tmp_path)
    assert key.auth in everything(tmp_path)


def test_a_blob_that_cannot_be_deleted_is_told_as_one_that_is_tried_again(
    tmp_path: Path,
) -> None:
    blobs = FileBlobs(tmp_path)
    (tmp_path / "sh_1.age").mkdir()  # what no user may unlink, root neither
    with pytest.raises(Unreachable, match="was not deleted"):
        blobs.delete("sh_1")
