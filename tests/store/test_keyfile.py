"""Keys stay in files that only their owner reads, and seal what they are given."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.domain.errors import BadSettings, Tampered
from bot.ports import Keys
from bot.store.keyfile import FileKeys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "keys"


def all_used(folder: Path) -> FileKeys:
    keys = FileKeys(folder)
    keys.seal(b"", about="al_1")
    keys.sign(b"")
    keys.placeholder_key()
    return keys


def test_no_key_is_made_before_it_is_needed(folder: Path) -> None:
    keys: Keys = FileKeys(folder)
    assert not folder.exists()
    keys.placeholder_key()
    assert [file.name for file in folder.iterdir()] == ["placeholder.key"]


def test_only_the_owner_can_read_the_keys(folder: Path) -> None:
    old = os.umask(0)
    try:
        all_used(folder)
    finally:
        os.umask(old)
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()}
    assert modes == {
        "log.key": 0o600,
        "seal-1.key": 0o600,
        "placeholder.key": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_can_read_is_not_used(folder: Path, mode: int) -> None:
    all_used(folder)
    (folder / "log.key").chmod(mode)
    with pytest.raises(BadSettings) as refused:
        FileKeys(folder).sign(b"")
    assert str(refused.value) == (
        f"The key was not used: {folder}/log.key can be read or changed by others "
        f"(mode {mode:04o}). If nobody else had it, run `chmod 600 {folder}/log.key`; "
        "else replace it."
    )


def test_keys_are_the_same_after_a_restart(folder: Path) -> None:
    before, after = all_used(folder), FileKeys(folder)
    assert before.public_key() == after.public_key()
    assert before.placeholder_key() == after.placeholder_key()
    assert after.open(before.seal(b"x", about="al_1"), about="al_1") == b"x"


def test_what_was_sealed_is_not_in_the_bytes(folder: Path) -> None:
    keys = FileKeys(folder)
    sealed = keys.seal(b"a very secret text", about="al_1")
    assert b"secret" not in sealed
    assert keys.open(sealed, about="al_1") == b"a very secret text"


def test_the_same_text_is_never_sealed_the_same_way(folder: Path) -> None:
    keys = FileKeys(folder)
    assert len({keys.seal(b"same", about="al_1") for _ in range(50)}) == 50


def test_what_is_sealed_belongs_to_one_item(folder: Path) -> None:
    keys = FileKeys(folder)
    sealed = keys.seal(b"x", about="al_1")
    with pytest.raises(Tampered, match="it was changed, or it is about something else"):
        keys.open(sealed, about="al_2")


def test_every_changed_byte_is_noticed(folder: Path) -> None:
    keys = FileKeys(folder)
    sealed = keys.seal(b"text", about="al_1")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(Tampered, match="What is sealed about al_1 was not opened"):
            keys.open(changed, about="al_1")


@pytest.mark.parametrize("length", range(0, 32, 5))
def test_a_cut_off_text_is_noticed(folder: Path, length: int) -> None:
    keys = FileKeys(folder)
    sealed = keys.seal(b"text", about="al_1")
    with pytest.raises(Tampered):
        keys.open(sealed[:length], about="al_1")


def test_a_new_key_seals_and_old_ones_still_open(folder: Path) -> None:
    keys = FileKeys(folder)
    old = keys.seal(b"old", about="al_1")
    assert keys.rotate_seal() == 2
    new = keys.seal(b"new", about="al_1")
    assert (old[1], new[1]) == (1, 2)
    assert keys.open(old, about="al_1") == b"old"
    assert FileKeys(folder).open(new, about="al_1") == b"new"


def test_what_a_removed_key_sealed_cannot_be_opened(folder: Path) -> None:
    keys = FileKeys(folder)
    sealed = keys.seal(b"x", about="al_1")
    (folder / "seal-1.key").unlink()
    with pytest.raises(Tampered, match="no key of this installation sealed it"):
        FileKeys(folder).open(sealed, about="al_1")


def test_what_an_older_key_sealed_is_sealed_anew(folder: Path) -> None:
    keys = FileKeys(folder)
    old = keys.seal(b"x", about="al_1")
    assert keys.is_newest(old)
    assert keys.renewed(old, "al_1") is old
    keys.rotate_seal()
    assert not keys.is_newest(old)
    fresh = keys.renewed(old, "al_1")
    assert keys.is_newest(fresh)
    assert keys.open(fresh, about="al_1") == b"x"
    with pytest.raises(Tampered):
        keys.renewed(old, "al_2")


@pytest.mark.parametrize("sealed", [b"", b"x", b"\x02\x01 of another kind"])
def test_what_no_key_of_ours_sealed_is_left_as_it_is(
    folder: Path, sealed: bytes
) -> None:
    assert FileKeys(folder).renewed(sealed, "al_1") is sealed


def test_older_keys_are_removed_and_the_newest_stays(folder: Path) -> None:
    keys = FileKeys(folder)
    old = keys.seal(b"x", about="al_1")
    assert keys.older() == ()
    keys.rotate_seal()
    keys.rotate_seal()
    assert keys.older() == (1, 2)
    keys.remove_older()
    assert [file.name for file in folder.glob("seal-*")] == ["seal-3.key"]
    assert FileKeys(folder).open(keys.seal(b"y", about="al_1"), about="al_1") == b"y"
    with pytest.raises(Tampered):
        FileKeys(folder).open(old, about="al_1")


def test_what_is_on_its_way_while_its_key_is_removed_still_opens_here(
    folder: Path,
) -> None:
    keys = FileKeys(folder)
    old = keys.seal(b"x", about="al_1")
    keys.rotate_seal()
    keys.remove_older()
    assert keys.open(keys.renewed(old, "al_1"), about="al_1") == b"x"


def test_the_signature_is_ed25519(folder: Path) -> None:
    keys = FileKeys(folder)
    key = Ed25519PublicKey.from_public_bytes(keys.public_key())
    key.verify(keys.sign(b"message"), b"message")


def test_openssl_reads_the_log_key(folder: Path) -> None:
    public = FileKeys(folder).public_key()
    answer = subprocess.run(
        ["openssl", "pkey", "-in", folder / "log.key", "-pubout", "-outform", "DER"],  # noqa: S607
        capture_output=True,
        check=True,
    )
    assert answer.stdout.endswith(public)


@pytest.mark.parametrize("name", ["log.key", "seal-1.key", "placeholder.key"])
@pytest.mark.parametrize("content", [b"", b"not a key\n", b"AAAA\n"])
def test_a_broken_key_file_is_named(folder: Path, name: str, content: bytes) -> None:
    all_used(folder)
    (folder / name).write_bytes(content)
    with pytest.raises(BadSettings, match=f"{name}: it "):
        all_used(folder)


def test_two_who_start_at_once_get_the_same_keys(folder: Path) -> None:
    one, two = FileKeys(folder), FileKeys(folder)
    assert one.placeholder_key() == two.placeholder_key()
    assert one.open(two.seal(b"x", about="a"), about="a") == b"x"
