"""`tocsin log`: what a person or a script sees, and the exit status."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.log import log
from bot.cli.opening import KEYS_DIRECTORY, STORE_FILE
from bot.store.checkpoint import parse_note, vkey
from bot.store.keyfile import FileKeys
from bot.store.proof import verify_proof
from bot.store.sqlite import SqliteStore
from tests.store.making import append, fact, filled, sign
from tests.stores import new_store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a signed log of ten entries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    store = new_store(tmp_path / "home" / STORE_FILE)
    filled(store, 10)
    sign(store, FileKeys(tmp_path / "home" / KEYS_DIRECTORY))
    store.close()
    return tmp_path / "home"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(log, [str(word) for word in words])


def head_of(home: Path) -> str:
    store = SqliteStore(home / STORE_FILE, read_only=True)
    try:
        return store.read(lambda tx: tx.log.head()).root.hex()[:16]
    finally:
        store.close()


def vkey_of(home: Path) -> str:
    store = SqliteStore(home / STORE_FILE, read_only=True)
    try:
        return vkey(store.origin, FileKeys(home / KEYS_DIRECTORY).public_key())
    finally:
        store.close()


def test_verify_says_that_the_log_is_whole(home: Path) -> None:
    answer = run("verify")
    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        f"whole: 10 entries, root {head_of(home)}…, signed up to 10",
        "words: 10 as recorded, 0 erased or not here",
    ]


def test_verify_says_what_is_wrong_in_one_line(home: Path) -> None:
    (home / KEYS_DIRECTORY / "log.key").unlink()
    answer = run("verify")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == (
        "error: The checkpoint cannot be trusted: it is signed by another key. "
        "Compare it with a copy that was kept elsewhere.\n"
    )


def test_without_a_store_there_is_nothing_to_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "none"))
    answer = run("verify")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("error: Nothing was read: there is no log in ")


def test_an_export_is_verified_with_nothing_else_present(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = run("export", tmp_path / "export", "--proof", "3")
    assert exported.stdout == f"exported: 10 entries to {tmp_path / 'export'}\n"
    says, root = vkey_of(home), head_of(home)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "none"))
    answer = run("verify", tmp_path / "export")
    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        f"whole: 10 entries, root {root}…, signed up to 10",
        "words: 0 as recorded, 10 erased or not here",
        "Checked with the vkey in it; compare that with one you know.",
    ]
    known = run("verify", tmp_path / "export", "--vkey", says)
    assert "compare" not in known.stdout


def test_an_export_that_lacks_entries_an_anchor_has_seen_is_refused(
    home: Path, tmp_path: Path
) -> None:
    run("export", tmp_path / "export")
    store = new_store(home / STORE_FILE)
    append(store, fact(), to="more")
    store.close()
    anchor = tmp_path / "anchor"
    anchor.write_text(run("checkpoint").stdout, "utf-8")
    answer = run("verify", tmp_path / "export", "--anchor", anchor)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("error: Entry 10 is missing: the anchored")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a note\n"])
def test_what_is_no_checkpoint_is_not_taken_for_none(
    home: Path, tmp_path: Path, content: bytes
) -> None:
    run("export", tmp_path / "export")
    (tmp_path / "anchor").write_bytes(content)
    kept = tmp_path / "anchor"
    for words in (
        ("verify", tmp_path / "export", "--anchor", kept),
        ("export", tmp_path / "again", "--since", kept),
    ):
        answer = run(*words)
        assert answer.exit_code == 1
        assert answer.stderr.startswith("error: The checkpoint cannot be trusted: ")


def test_an_export_proves_that_the_log_continues_an_older_checkpoint(
    home: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(run("checkpoint").stdout, "utf-8")
    store = new_store(home / STORE_FILE)
    append(store, fact(), to="more")
    store.close()
    assert run("export", tmp_path / "export", "--since", kept).exit_code == 0
    assert (tmp_path / "export" / "proofs" / "consistency-10-11").exists()
    assert run("verify", tmp_path / "export", "--anchor", kept).exit_code == 0


def test_words_are_exported_only_when_asked_for(home: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "without")
    run("export", tmp_path / "with", "--words")
    assert not (tmp_path / "without" / "words.jsonl").exists()
    assert (tmp_path / "with" / "words.jsonl").exists()


def test_a_proof_and_its_record_prove_the_entry(home: Path) -> None:
    text = run("proof", "4").stdout
    record = run("proof", "4", "--record").stdout_bytes
    assert verify_proof(text, record, vkey_of(home)).size == 10


def test_an_entry_that_is_not_there_cannot_be_proved(home: Path) -> None:
    answer = run("proof", "10")
    assert answer.exit_code == 1
    assert answer.stderr == (
        "error: Entry 10 was not proved: the log has 10 entries, numbered from 0. "
        "Name one of them.\n"
    )


def test_the_checkpoint_is_the_signed_head(home: Path) -> None:
    note = run("checkpoint").stdout
    assert parse_note(note).size == 10


@pytest.mark.parametrize(
    "words",
    [("proof",), ("proof", "-1"), ("export",), ("verify", "--vkey", "x"), ("nothing",)],
)
def test_wrong_usage_is_status_2(home: Path, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
