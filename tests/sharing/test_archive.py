"""The form of a bundle: plain files for every tar, and the same bytes every time."""

import hashlib
import io
import subprocess
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sharing.archive import (
    LONGEST_NAME,
    About,
    File,
    Missing,
    archive,
    member_name,
    read_archive,
    type_of,
)

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ABOUT = About(
    incident="INC-0001",
    exercise=False,
    since=AT - timedelta(minutes=30),
    until=AT,
    collected_at=AT,
    took_ms=1_234,
    masked="1 e-mail address",
    definition="version 1, sha256 00",
    missing=(Missing(by="cloudwatch_logs", why="It took longer than 20 s."),),
)
FILES = (
    File(name="alerts.json", says="The alerts.", type="json", content=b"[]", at=AT),
    File(
        name="plots/metrics.svg",
        says="A plot.",
        type="svg",
        content=b"<svg/>",
        by="cloudwatch_metrics",
        call="cloudwatch.GetMetricData",
        at=AT,
        masked={"email": 1},
    ),
    File(name="empty.txt", says="Nothing.", type="text", content=b"", at=AT),
)


def test_the_same_input_gives_the_same_bytes() -> None:
    assert archive(ABOUT, FILES) == archive(replace(ABOUT), list(FILES))


def test_python_reads_plain_private_files_of_nobody(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(ABOUT, FILES))) as tar:
        members = tar.getmembers()
        tar.extractall(tmp_path)  # noqa: S202 - made by us, a line above
    assert [one.name for one in members] == [
        "manifest.json",
        "alerts.json",
        "plots/metrics.svg",
        "empty.txt",
    ]
    assert {(m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {
        (0, 0, "", "", 0o600)
    }
    assert {one.mtime for one in members} == {AT.timestamp()}
    assert (tmp_path / "plots" / "metrics.svg").read_bytes() == b"<svg/>"


@pytest.mark.slow
def test_the_tar_of_the_machine_gives_the_same_files(tmp_path: Path) -> None:
    done = subprocess.run(
        ["tar", "-x", "-v"],  # noqa: S607 - whatever tar there is
        input=archive(ABOUT, FILES),
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert done.stderr == b""
    assert (tmp_path / "alerts.json").read_bytes() == b"[]"
    assert (tmp_path / "empty.txt").read_bytes() == b""


def test_the_manifest_says_what_of_whom_when_and_what_is_masked() -> None:
    manifest, files = read_archive(archive(ABOUT, FILES))
    assert files["alerts.json"] == b"[]"
    assert manifest["format"] == "tocsin-bundle/2"
    assert (manifest["took_ms"], "original" in manifest) == (1_234, False)
    assert manifest["collected_at"] == "2026-11-20T12:00:00+00:00"
    why = "It took longer than 20 s."
    assert manifest["missing"] == [{"by": "cloudwatch_logs", "why": why}]
    assert manifest["files"][1] == {
        "name": "plots/metrics.svg",
        "says": "A plot.",
        "type": "svg",
        "bytes": 6,
        "sha256": hashlib.sha256(b"<svg/>").hexdigest(),
        "by": "cloudwatch_metrics",
        "call": "cloudwatch.GetMetricData",
        "at": "2026-11-20T12:00:00+00:00",
        "masked": [{"kind": "email", "count": 1}],
    }


@pytest.mark.parametrize(
    ("wild", "plain"),
    [
        ("logs.jsonl", "logs.jsonl"),
        ("../../etc/passwd", "passwd.txt"),
        ("--checkpoint-action=exec=sh", "checkpoint-action=exec=sh.txt"),
        ("/aws/lambda/f\n\u202egpj.exe", "f-gpj.exe"),
        ("\u2039email:7f3a\u203a.csv", "email-7f3a.csv"),
        ("plots/a b.svg", "plots/a-b.svg"),
        ("manifest.json", "manifest-2.json"),
        ("", "file.txt"),
        ("\u00e9", "file.txt"),
        ("..", "file.txt"),
    ],
)
def test_no_name_leads_out_of_the_directory(wild: str, plain: str) -> None:
    assert member_name(wild) == plain
    archive(ABOUT, [replace(FILES[0], name=member_name(wild))])


def test_long_and_taken_names_stay_apart_and_short() -> None:
    taken: set[str] = set()
    for _ in range(3):
        taken.add(member_name("plots/" + "x" * 300 + ".json", taken))
    assert len(taken) == 3
    assert max(map(len, taken)) <= LONGEST_NAME


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "a b.txt", "-a.txt", "a" * 101])
def test_a_name_that_is_not_plain_is_not_written(name: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        archive(ABOUT, [replace(FILES[0], name=name)])


def test_what_is_no_bundle_is_not_read() -> None:
    for content in (b"", b"hello", archive(ABOUT, FILES)[512:]):
        with pytest.raises(ValueError, match="no bundle"):
            read_archive(content)


def test_the_ending_says_how_a_file_is_shown() -> None:
    shown = [type_of(f"a.{end}") for end in ("json", "JSONL", "csv", "svg", "log")]
    assert shown == ["json", "jsonl", "csv", "svg", "text"]
