"""The script in docs/verify checks our exports with nothing of ours."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from tests.store.exports import (
    DECEITS,
    Deceit,
    cut_and_signed_again,
    edited_and_signed_again,
    exported,
    holed_and_signed_again,
    lines,
)
from tests.store.making import append, fact, filled

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "docs" / "verify" / "verify.py"


@pytest.fixture
def directory(sqlite: SqliteStore, keys: FileKeys, tmp_path: Path) -> Path:
    filled(sqlite, 10)
    return exported(sqlite, keys, tmp_path / "export")


def run(*words: str | Path) -> tuple[int, str]:
    """Run the script without our packages; return exit status and what it says."""
    answer = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr


def test_it_finds_an_export_whole(sqlite: SqliteStore, directory: Path) -> None:
    root = sqlite.read(lambda tx: tx.log.head()).root.hex()
    assert run("log", directory) == (
        0,
        f"whole: 10 entries, root {root[:16]}…, 3 proofs, 10 words\n",
    )


@pytest.mark.parametrize("deceit", DECEITS)
def test_it_finds_every_deceit(directory: Path, deceit: Deceit) -> None:
    deceit(directory)
    status, says = run("log", directory)
    assert (status, says[:7]) == (1, "error: ")


@pytest.mark.parametrize("deceit", [cut_and_signed_again, edited_and_signed_again])
def test_it_needs_an_old_checkpoint_to_see_through_the_owner_of_the_key(
    directory: Path, keys: FileKeys, tmp_path: Path, deceit: object
) -> None:
    anchor = tmp_path / "kept"
    anchor.write_bytes((directory / "checkpoint").read_bytes())
    deceit(directory, keys)  # type: ignore[operator]
    assert run("log", directory)[0] == 0
    assert run("log", directory, "--anchor", anchor)[0] == 1


def test_it_finds_a_stream_with_a_hole_whoever_signed_it(
    directory: Path, keys: FileKeys
) -> None:
    holed_and_signed_again(directory, keys)
    assert run("log", directory) == (
        1,
        "error: entry 6: a version of incident/INC-0001 before it is missing\n",
    )


def test_it_accepts_an_old_checkpoint_that_the_log_continues(
    sqlite: SqliteStore, keys: FileKeys, directory: Path, tmp_path: Path
) -> None:
    append(sqlite, fact(), to="more")
    later = exported(sqlite, keys, tmp_path / "later")
    assert run("log", later, "--anchor", directory / "checkpoint")[0] == 0


def test_it_needs_the_right_key_to_see_through_another_signer(
    directory: Path, tmp_path: Path
) -> None:
    known = (directory / "vkey").read_text("utf-8").strip()
    edited_and_signed_again(directory, FileKeys(tmp_path / "thief"))
    assert run("log", directory)[0] == 0
    assert run("log", directory, "--vkey", known) == (
        1,
        "error: the checkpoint is not signed by this key\n",
    )


def test_it_checks_one_entry_with_its_proof(directory: Path, tmp_path: Path) -> None:
    record = tmp_path / "4.record"
    record.write_bytes(lines(directory)[4])
    proof = directory / "proofs" / "4.tlog-proof"
    assert run("proof", proof, record, "--vkey", directory / "vkey") == (
        0,
        "proved: entry 4 is in the log of 10 entries\n",
    )


@pytest.mark.parametrize("seq", [3, 5])
def test_it_refuses_a_proof_of_another_entry(
    directory: Path, tmp_path: Path, seq: int
) -> None:
    record = tmp_path / "record"
    record.write_bytes(lines(directory)[seq])
    proof = directory / "proofs" / "4.tlog-proof"
    assert run("proof", proof, record, "--vkey", directory / "vkey") == (
        1,
        "error: entry 4: the proof does not lead to the signed root\n",
    )


def test_it_refuses_what_is_not_there(tmp_path: Path) -> None:
    status, says = run("log", tmp_path)
    assert (status, says[:7]) == (1, "error: ")
