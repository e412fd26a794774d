"""100 MiB through the real bot: sealed, sent, fetched and opened in little memory."""

import filecmp
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.running import Tocsin, running

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
MOST_GROWN_MIB = 32
QUIET = {"TOCSIN_PRACTICE_CLOUD": "false"}


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path, settings=QUIET) as started:
        yield started


def peak_mib(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    (line,) = (one for one in text.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def forget_peak(pid: int) -> None:
    """Count the peak anew, from now on. Source: proc(5), clear_refs."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


def cli(tocsin: Tocsin, *given: str, out: Path, source: Path | None = None) -> float:
    """Run a command with its output in a file; return its peak in MiB."""
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - passed on to the child
        "TOCSIN_HOME": str(tocsin.home),
        "TOCSIN_CONFIG": str(tocsin.home / "none.toml"),
    }
    with out.open("wb") as sink, (source or Path(os.devnull)).open("rb") as feed:
        child = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *given],
            env=environment,
            stdin=feed,
            stdout=sink,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return used.ru_maxrss / 1024


def large(folder: Path) -> Path:
    path = folder / "large"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(os.urandom(MIB))
    return path


def same(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)


def test_no_step_of_the_way_holds_100_mib_in_memory(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    plain, little = large(tmp_path), tmp_path / "little"
    little.write_bytes(b"x")
    told, back = tmp_path / "told.json", tmp_path / "back"

    def url() -> str:
        return str(json.loads(told.read_text())["url"])

    # Once with little, so that everything is loaded; that is not what is measured.
    seal_base = cli(tocsin, "seal", str(little), out=told)
    unseal_base = cli(tocsin, "unseal", url(), out=back)
    pid = tocsin.facts["pid"]
    forget_peak(pid)
    base = peak_mib(pid)
    sealing = cli(tocsin, "seal", "-", "--opens", "2", out=told, source=plain)
    uploaded = peak_mib(pid)
    printing = cli(tocsin, "unseal", url(), out=back)
    assert same(plain, back)
    whole = tmp_path / "whole"
    writing = cli(tocsin, "unseal", url(), "-o", str(whole), out=back)
    downloaded = peak_mib(pid)
    assert same(plain, whole)
    assert not list((tocsin.home / "blobs").iterdir())
    grown = {
        "seal": sealing - seal_base,
        "upload": uploaded - base,
        "unseal": printing - unseal_base,
        "unseal -o": writing - unseal_base,
        "download": downloaded - base,
    }
    assert {name: by for name, by in grown.items() if by > MOST_GROWN_MIB} == {}


def test_what_does_not_open_leaves_the_file_as_it_was(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"as it was")
    url = f"{tocsin.facts['url']}/d/sh_1#{'t' * 22}.AGE-SECRET-KEY-1X"
    with pytest.raises(AssertionError):
        cli(tocsin, "unseal", url, "-o", str(kept), out=tmp_path / "out")
    assert kept.read_bytes() == b"as it was"
    assert {one.name for one in tmp_path.iterdir()} <= {
        "home",
        "kept",
        "out",
        "stderr.txt",
    }


def test_whoever_stops_reading_is_told_and_the_link_is_not_used_up(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    source, told = tmp_path / "source", tmp_path / "told.json"
    source.write_bytes(bytes(3 * MIB))
    cli(tocsin, "seal", str(source), out=told)
    url = str(json.loads(told.read_text())["url"])
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "unseal", url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.read(100) == bytes(100)
        child.stdout.close()
        said = child.stderr.read().decode()
    assert child.returncode == 1
    assert "was not written to the end" in said
    assert len(list((tocsin.home / "blobs").iterdir())) == 1


def test_what_was_being_sent_when_it_was_killed_is_gone_after_the_start(
    tocsin: Tocsin,
) -> None:
    left = tocsin.home / "blobs" / ".new-half"
    tocsin.kill()
    left.write_bytes(b"half")
    tocsin.start()
    for _ in range(100):
        if not left.exists():
            break
        tocsin.ask("/practice/channels/C0INCIDENTS/messages?after=0&wait=1")
    assert not left.exists()
