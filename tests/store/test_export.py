"""An export is checked with nothing else present, and shows every deceit."""

from pathlib import Path

import orjson
import pytest

from bot.domain.errors import BadRequest, NotFound, Tampered, TocsinError
from bot.store.checkpoint import vkey
from bot.store.directory import verify_directory
from bot.store.export import export_log, proof
from bot.store.keyfile import FileKeys
from bot.store.proof import parse_proof, verify_proof
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
from tests.store.making import append, fact, filled, sign


@pytest.fixture
def directory(sqlite: SqliteStore, keys: FileKeys, tmp_path: Path) -> Path:
    filled(sqlite, 10)
    return exported(sqlite, keys, tmp_path / "export")


def test_an_export_has_every_entry_a_head_a_key_and_proofs(
    sqlite: SqliteStore, directory: Path
) -> None:
    entries = sqlite.read(lambda tx: tx.log.read())
    assert lines(directory) == [entry.leaf for entry in entries]
    assert sorted(file.name for file in (directory / "proofs").iterdir()) == [
        *("0.tlog-proof", "4.tlog-proof"),
        "9.tlog-proof",
    ]


def test_an_export_is_whole(sqlite: SqliteStore, directory: Path) -> None:
    report = verify_directory(directory)
    head = sqlite.read(lambda tx: tx.log.head())
    assert (report.size, report.root, report.checkpoint_size) == (
        *(10, head.root.hex()),
        10,
    )
    assert (report.words_present, report.words_erased) == (10, 0)


def test_words_are_exported_only_when_they_are_asked_for(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path
) -> None:
    filled(sqlite, 10)
    directory = exported(sqlite, keys, tmp_path / "export", with_words=False)
    content = b"".join(f.read_bytes() for f in directory.rglob("*") if f.is_file())
    assert b"note 4" not in content
    assert verify_directory(directory).words_erased == 10


def test_an_erased_word_is_in_no_export(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path
) -> None:
    filled(sqlite, 10)
    sqlite.write(lambda tx: tx.log.erase_words([4])).result()
    report = verify_directory(exported(sqlite, keys, tmp_path / "export"))
    assert (report.words_present, report.words_erased) == (9, 1)


def test_an_empty_log_can_be_exported(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path
) -> None:
    size = sqlite.read(lambda tx: export_log(tx, tmp_path / "empty", keys=keys))
    assert (size, verify_directory(tmp_path / "empty").size) == (0, 0)


def test_nothing_is_exported_over_other_files(
    sqlite: SqliteStore, keys: FileKeys, directory: Path
) -> None:
    with pytest.raises(BadRequest) as refused:
        exported(sqlite, keys, directory)
    assert str(refused.value) == (
        f"Nothing was exported: {directory} is not empty. Name a new directory."
    )


def test_an_entry_that_is_not_there_cannot_be_proved(
    sqlite: SqliteStore, keys: FileKeys, tmp_path: Path
) -> None:
    filled(sqlite, 10)
    with pytest.raises(NotFound) as refused:
        sqlite.read(lambda tx: export_log(tx, tmp_path / "e", keys=keys, proofs=[10]))
    assert str(refused.value) == (
        "Entry 10 was not proved: the log has 10 entries, numbered from 0. "
        "Name one of them."
    )
    assert not (tmp_path / "e").exists()


@pytest.mark.parametrize("deceit", DECEITS)
def test_a_doctored_export_is_found_out(directory: Path, deceit: Deceit) -> None:
    deceit(directory)
    with pytest.raises(Tampered):
        verify_directory(directory)


def test_a_shorter_log_with_a_good_signature_needs_an_anchor_to_show(
    directory: Path, keys: FileKeys
) -> None:
    anchor = (directory / "checkpoint").read_text("utf-8")
    cut_and_signed_again(directory, keys)
    assert verify_directory(directory).size == 7
    with pytest.raises(Tampered) as found:
        verify_directory(directory, anchor=anchor)
    assert str(found.value) == (
        "Entry 7 is missing: the anchored checkpoint has seen 10 entries, and 7 are "
        "there. Somebody cut the log short. Restore it from a backup."
    )


def test_another_history_with_a_good_signature_needs_an_anchor_to_show(
    directory: Path, keys: FileKeys
) -> None:
    anchor = (directory / "checkpoint").read_text("utf-8")
    edited_and_signed_again(directory, keys)
    assert verify_directory(directory).size == 10
    with pytest.raises(Tampered, match="differs from what the anchored checkpoint"):
        verify_directory(directory, anchor=anchor)


def test_a_stream_with_a_hole_is_found_whoever_signed_it(
    directory: Path, keys: FileKeys
) -> None:
    holed_and_signed_again(directory, keys)
    with pytest.raises(Tampered, match="it is version 3 of incident/INC-0001 after 1"):
        verify_directory(directory)


def test_a_longer_log_continues_an_old_anchor(
    sqlite: SqliteStore, keys: FileKeys, directory: Path, tmp_path: Path
) -> None:
    anchor = (directory / "checkpoint").read_text("utf-8")
    append(sqlite, fact(), to="more")
    later = exported(sqlite, keys, tmp_path / "later")
    assert verify_directory(later, anchor=anchor).size == 11


def test_a_log_signed_by_another_key_needs_the_right_key_to_show(
    sqlite: SqliteStore, directory: Path, keys: FileKeys, tmp_path: Path
) -> None:
    known = vkey(sqlite.origin, keys.public_key())
    edited_and_signed_again(directory, FileKeys(tmp_path / "thief"))
    assert verify_directory(directory).size == 10
    with pytest.raises(Tampered, match="it is signed by another key"):
        verify_directory(directory, verifier=known)


@pytest.mark.parametrize("name", ["entries.jsonl", "checkpoint", "vkey"])
def test_a_directory_that_lacks_a_file_is_no_export(directory: Path, name: str) -> None:
    (directory / name).unlink()
    with pytest.raises(BadRequest) as refused:
        verify_directory(directory)
    assert str(refused.value) == (
        f"The log was not checked: {directory / name} cannot be read. Name a "
        "directory that `tocsin log export` wrote."
    )


@pytest.mark.parametrize("line", [b"x", b"[]", b"{}", b'{"seq":0,"salt":1}'])
def test_words_that_cannot_be_read_are_refused(directory: Path, line: bytes) -> None:
    (directory / "words.jsonl").write_bytes(line + b"\n")
    with pytest.raises(TocsinError, match=r"a line of words\.jsonl cannot be read"):
        verify_directory(directory)


def test_a_word_of_no_entry_is_noticed(directory: Path) -> None:
    word = {"seq": 99, "name": "text", "salt": "00", "text": "x"}
    (directory / "words.jsonl").write_bytes(orjson.dumps(word) + b"\n")
    with pytest.raises(Tampered, match="Entry 99 is not what was recorded"):
        verify_directory(directory)


def test_every_entry_has_a_proof_that_holds(
    sqlite: SqliteStore, keys: FileKeys
) -> None:
    filled(sqlite, 10)
    verifier = vkey(sqlite.origin, keys.public_key())
    for seq in range(10):
        text, record = sqlite.read(lambda tx, seq=seq: proof(tx, seq, keys=keys))  # type: ignore[misc]
        assert verify_proof(text, record, verifier).size == 10
        with pytest.raises(Tampered, match="do not lead from the entry to the signed"):
            verify_proof(text, record + b" ", verifier)


def test_a_proof_is_under_the_saved_checkpoint_if_that_covers_the_entry(
    sqlite: SqliteStore, keys: FileKeys
) -> None:
    filled(sqlite, 4)
    note = sign(sqlite, keys)
    append(sqlite, fact(), to="more")
    under_saved, _ = sqlite.read(lambda tx: proof(tx, 3, keys=keys))
    under_new, _ = sqlite.read(lambda tx: proof(tx, 4, keys=keys))
    assert parse_proof(under_saved).note == note
    assert "\n5\n" in parse_proof(under_new).note


def test_a_proof_may_carry_extra_text_of_others(
    sqlite: SqliteStore, keys: FileKeys
) -> None:
    filled(sqlite, 4)
    text, record = sqlite.read(lambda tx: proof(tx, 1, keys=keys))
    text = text.replace("\nindex", "\nextra AAAA\nindex")
    assert verify_proof(text, record, vkey(sqlite.origin, keys.public_key())).size == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v1\nindex x\n\nnote",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\n!\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\nnote",
    ],
)
def test_what_is_not_a_proof_is_refused(text: str) -> None:
    with pytest.raises(Tampered, match="The proof does not hold: "):
        parse_proof(text)
