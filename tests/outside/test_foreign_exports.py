"""Code that is not ours refuses every doctored export, and says why."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.ports import TreeHead
from bot.store import merkle
from bot.store.checkpoint import sign_note
from bot.store.keyfile import FileKeys
from bot.store.proof import proof_text
from bot.store.sqlite import SqliteStore
from tests.outside.foreign import ForeignVerifier
from tests.store import exports
from tests.store.making import filled

pytestmark = pytest.mark.outside

REFUSED = 1
OF_OTHER_FILES = (exports.reworded, exports.disproved)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    store = SqliteStore(tmp_path / "tocsin.db")
    filled(store, 10)
    folder = exports.exported(store, FileKeys(tmp_path / "keys"), tmp_path / "export")
    store.close()
    return folder


@pytest.mark.parametrize(
    "deceit", [one for one in exports.DECEITS if one not in OF_OTHER_FILES]
)
def test_a_doctored_export_is_refused(
    verifier: ForeignVerifier, directory: Path, deceit: exports.Deceit
) -> None:
    assert verifier.directory(directory / "vkey", directory)
    deceit(directory)
    assert verifier.directory(directory / "vkey", directory).status == REFUSED


@pytest.mark.parametrize(
    "deceit", [exports.cut_and_signed_again, exports.edited_and_signed_again]
)
def test_an_older_checkpoint_sees_through_the_owner_of_the_key(
    verifier: ForeignVerifier,
    directory: Path,
    tmp_path: Path,
    deceit: Callable[[Path, FileKeys], None],
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes((directory / "checkpoint").read_bytes())
    deceit(directory, FileKeys(tmp_path / "keys"))
    assert verifier.directory(directory / "vkey", directory)
    answer = verifier.directory(directory / "vkey", directory, kept)
    assert answer.status == REFUSED


def test_an_entry_in_the_place_of_another_is_refused_whoever_signed_it(
    verifier: ForeignVerifier, directory: Path, tmp_path: Path
) -> None:
    keys = FileKeys(tmp_path / "keys")
    name = (directory / "vkey").read_text("utf-8").partition("+")[0]
    entries = exports.lines(directory)
    head = TreeHead(1, merkle.leaf_hash(entries[4]))
    note = sign_note(name, head, sign=keys.sign, public_key=keys.public_key())
    proof, record = tmp_path / "proof", tmp_path / "record"
    proof.write_text(proof_text(0, (), note), "utf-8")
    record.write_bytes(entries[4])
    moved = "error: entry 0: another one stands in its place\n"
    assert verifier.proof(directory / "vkey", proof, record).says == moved
    exports.resign(directory, [entries[1], entries[0], *entries[2:]], keys)
    assert verifier.directory(directory / "vkey", directory).says == moved


def test_half_a_line_at_the_end_is_refused(
    verifier: ForeignVerifier, directory: Path
) -> None:
    entries = directory / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().removesuffix(b"\n"))
    answer = verifier.directory(directory / "vkey", directory)
    assert (answer.status, answer.says) == (REFUSED, "error: entry 9 has no end\n")


def test_a_directory_that_lacks_a_file_is_refused(
    verifier: ForeignVerifier, directory: Path
) -> None:
    (directory / "entries.jsonl").unlink()
    assert verifier.directory(directory / "vkey", directory).status == REFUSED
