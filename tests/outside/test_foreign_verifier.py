"""Code that is not ours accepts our log, and nothing that only looks like it."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.store.checkpoint import key_id, vkey
from bot.store.keyfile import FileKeys
from tests.outside.foreign import SOURCE, ForeignVerifier, go
from tests.outside.forgeries import DOCTORED, DOCTORED_BETWEEN
from tests.outside.histories import SIZES, History, forked, seqs_of

pytestmark = pytest.mark.outside

REFUSED = 1


# ---- what is true is accepted


def test_the_program_is_formatted_and_its_vet_finds_nothing(tmp_path: Path) -> None:
    gofmt = shutil.which("gofmt")
    assert gofmt
    unlike = subprocess.run(
        [gofmt, "-l", SOURCE], capture_output=True, check=True, timeout=20
    )
    assert unlike.stdout == b""
    vetted = go(tmp_path, "vet", str(SOURCE))
    assert (vetted.returncode, vetted.stderr) == (0, "")


@pytest.mark.parametrize("size", SIZES)
def test_every_proof_of_an_export_holds(
    verifier: ForeignVerifier, history: History, size: int
) -> None:
    for seq in seqs_of(size):
        answer = verifier.proof(
            history.vkey, history.proof(seq, size), history.record(seq)
        )
        said = f"proved: entry {seq} is in the log of {size} entries\n"
        assert answer.says == said


def test_a_proof_may_carry_extra_text_of_others(
    verifier: ForeignVerifier, history: History, tmp_path: Path
) -> None:
    proof, text = tmp_path / "proof", history.proof(33, 100).read_text("utf-8")
    proof.write_text(text.replace("\nindex", "\nextra AAAA\nindex"), "utf-8")
    assert verifier.proof(history.vkey, proof, history.record(33))


@pytest.mark.parametrize("new", SIZES)
def test_every_size_continues_every_smaller_one(
    verifier: ForeignVerifier, history: History, new: int
) -> None:
    for old in (old for old in (0, *SIZES) if old <= new):
        answer = verifier.consistency(
            history.vkey,
            history.checkpoint(old),
            history.at(new) / "checkpoint",
            history.consistency(old, new),
        )
        said = f"continued: the log of {old} entries was only added to, now {new}\n"
        assert answer.says == said


@pytest.mark.parametrize("size", [0, *SIZES])
def test_every_export_is_whole(
    verifier: ForeignVerifier, history: History, size: int
) -> None:
    answer = verifier.directory(history.vkey, history.at(size))
    assert answer.says.startswith(f"whole: {size} entries, root ")
    for old in (old for old in (0, *SIZES) if old <= size):
        kept = history.checkpoint(old)
        assert verifier.directory(history.vkey, history.at(size), kept)


# ---- a proof of one entry


@pytest.mark.parametrize("how", DOCTORED)
def test_a_doctored_proof_is_refused(
    verifier: ForeignVerifier, history: History, tmp_path: Path, how: str
) -> None:
    doctored = tmp_path / "33.tlog-proof"
    text = history.proof(33, 100).read_text("utf-8")
    doctored.write_text(DOCTORED[how](text), "utf-8")
    answer = verifier.proof(history.vkey, doctored, history.record(33))
    assert (answer.status, answer.says[:7]) == (REFUSED, "error: ")


@pytest.mark.parametrize(
    ("old", "new"), [(b"U0ONCALL", b"U0FRIEND"), (b"}", b"} "), (b'"seq":33', b"")]
)
def test_an_edited_record_is_refused(
    verifier: ForeignVerifier, history: History, tmp_path: Path, old: bytes, new: bytes
) -> None:
    record = history.record(33).read_bytes()
    edited = tmp_path / "record"
    edited.write_bytes(record.replace(old, new))
    assert edited.read_bytes() != record
    answer = verifier.proof(history.vkey, history.proof(33, 100), edited)
    assert answer.status == REFUSED


def test_a_proof_proves_no_other_entry(
    verifier: ForeignVerifier, history: History
) -> None:
    for seq in (0, 32, 34, 99):
        proof = history.proof(33, 100)
        assert not verifier.proof(history.vkey, proof, history.record(seq))


def test_another_key_is_noticed_in_every_command(
    verifier: ForeignVerifier, history: History, tmp_path: Path
) -> None:
    name = history.vkey.read_text("utf-8").partition("+")[0]
    other = tmp_path / "vkey"
    stranger = FileKeys(tmp_path / "stranger").public_key()
    other.write_text(vkey(name, stranger), "utf-8")
    old, new = history.checkpoint(8), history.checkpoint(100)
    for answer in (
        verifier.proof(other, history.proof(33, 100), history.record(33)),
        verifier.consistency(other, old, new, history.consistency(8, 100)),
        verifier.directory(other, history.at(100)),
    ):
        assert answer.status == REFUSED
        assert "no verifiable signatures" in answer.says


@pytest.mark.parametrize(
    "text", ["tocsin/other\n8\n{root}\n", "{origin}\n8\n", "{origin}\n08\n{root}\n"]
)
def test_what_the_key_signed_for_another_purpose_is_no_checkpoint(
    verifier: ForeignVerifier, history: History, tmp_path: Path, text: str
) -> None:
    origin, _, root = history.checkpoint(8).read_text("utf-8").split("\n")[:3]
    keys = FileKeys(history.folder / "keys")
    text = text.format(origin=origin, root=root)
    signature = key_id(origin, keys.public_key()) + keys.sign(text.encode())
    line = f"\N{EM DASH} {origin} {base64.b64encode(signature).decode()}\n"
    shutil.copytree(history.at(8), tmp_path / "export")
    (tmp_path / "export" / "checkpoint").write_text(f"{text}\n{line}", "utf-8")
    assert verifier.directory(history.vkey, tmp_path / "export").status == REFUSED


# ---- a proof between two checkpoints


@pytest.mark.parametrize("how", DOCTORED_BETWEEN)
def test_a_doctored_consistency_proof_is_refused(
    verifier: ForeignVerifier, history: History, tmp_path: Path, how: str
) -> None:
    doctored = tmp_path / "proof"
    text = history.consistency(7, 100).read_text("utf-8")
    doctored.write_text(DOCTORED_BETWEEN[how](text), "utf-8")
    old, new = history.checkpoint(7), history.checkpoint(100)
    assert verifier.consistency(history.vkey, old, new, doctored).status == REFUSED


def test_a_consistency_proof_of_other_sizes_is_refused(
    verifier: ForeignVerifier, history: History
) -> None:
    old, new = history.checkpoint(7), history.checkpoint(100)
    for other in ((8, 100), (7, 1000), (3, 100), (7, 8)):
        proof = history.consistency(*other)
        assert not verifier.consistency(history.vkey, old, new, proof)
    empty, between = history.checkpoint(0), history.consistency(7, 100)
    assert not verifier.consistency(history.vkey, empty, new, between)


def test_a_log_that_lost_its_tail_is_noticed_by_an_older_checkpoint(
    verifier: ForeignVerifier, history: History
) -> None:
    """The shorter log is one that the key really signed, some time ago."""
    kept = history.checkpoint(100)
    answer = verifier.consistency(
        history.vkey, kept, history.checkpoint(8), history.consistency(8, 100)
    )
    said = "error: the log was cut: it had 100 entries, now it has 8\n"
    assert (answer.status, answer.says) == (REFUSED, said)
    answer = verifier.directory(history.vkey, history.at(8), kept)
    assert (answer.status, answer.says) == (REFUSED, said)


@pytest.mark.parametrize(("kept", "told"), [(7, 7), (7, 8), (7, 40), (8, 9)])
def test_a_forked_log_is_noticed_by_whoever_kept_the_other_branch(
    verifier: ForeignVerifier, tmp_path: Path, kept: int, told: int
) -> None:
    fork = forked(tmp_path, common=5, kept=kept, told=told)
    key, old = fork.told / "vkey", fork.kept / "checkpoint"
    assert verifier.directory(key, fork.told)
    assert verifier.directory(key, fork.kept)
    new = fork.told / "checkpoint"
    assert verifier.consistency(key, old, new, fork.proof).status == REFUSED
    answer = verifier.directory(key, fork.told, old)
    assert answer.says == (
        f"error: the first {kept} entries are not what the key signed\n"
    )


# ---- the command line


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("proof", "a", "b"),
        ("-vkey", "k"),
        ("-vkey", "k", "proof", "a"),
        ("-vkey", "k", "consistency", "a", "b"),
        ("-vkey", "k", "directory"),
        ("-vkey", "k", "-anchor", "a", "proof", "a", "b"),
        ("-vkey", "k", "all", "a"),
        ("-key", "k"),
    ],
)
def test_wrong_usage_is_status_2(
    verifier: ForeignVerifier, words: tuple[str, ...]
) -> None:
    assert verifier.run(*words).status == 2


def test_a_mistyped_key_is_refused(
    verifier: ForeignVerifier, history: History, tmp_path: Path
) -> None:
    text = history.vkey.read_text("utf-8")
    mistyped = tmp_path / "vkey"
    mistyped.write_text(text.replace("+", "+0", 1), "utf-8")
    assert verifier.directory(mistyped, history.at(8)).status == REFUSED
